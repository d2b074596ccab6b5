"""Rules of a contribution: the days on which it may have been paid."""

from datetime import date, timedelta

from shared.errors import Fault, Invalid

# Goods may have been handed over before they were promised here, but not in another budget year.
_BEFORE_THE_PLEDGE = timedelta(days=366)


def require_likely_day(paid_on: date, *, pledged_on: date, today: date) -> None:
    """Refuse a day in the future, or more than a year before the pledge was made."""
    if paid_on > today:
        raise Invalid([Fault("/paid_on", "Must not be in the future.")])
    if paid_on < pledged_on - _BEFORE_THE_PLEDGE:
        raise Invalid([Fault("/paid_on", "Must not be more than a year before the pledge was made.")])
