"""Rules of a contribution: when it may have been paid, and how much."""

from datetime import date, timedelta

from shared.errors import Conflict, Fault, Invalid

# Goods may have been handed over before they were promised here, but not in another budget year.
_BEFORE_THE_PLEDGE = timedelta(days=366)


def require_likely_day(paid_on: date, *, pledged_on: date, today: date) -> None:
    """Refuse a day in the future, or more than a year before the pledge was made."""
    if paid_on > today:
        raise Invalid([Fault("/paid_on", "Must not be in the future.")])
    if paid_on < pledged_on - _BEFORE_THE_PLEDGE:
        raise Invalid([Fault("/paid_on", "Must not be more than a year before the pledge was made.")])


def require_all(quantity: int, waiting: int) -> None:
    """Refuse to pay at once what is no longer all that waits: it is not what was looked at."""
    if quantity != waiting or not waiting:
        raise Conflict(
            "waiting_changed",
            "What waits has changed meanwhile. Look at it once more.",
            extra={"open": waiting},
        )
