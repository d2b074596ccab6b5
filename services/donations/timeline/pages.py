"""What happened to a pledge, in words."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext

from services.donations.timeline.models import TimelineEntry
from shared.web.formats import day, quantity
from shared.web.words import area_name, word

_TITLES = {
    "pledge_opened": lazy_gettext("You pledged"),
    "pledge_amended": lazy_gettext("You changed the pledge"),
    "pledge_withdrawn": lazy_gettext("You withdrew the pledge"),
    "pledge_expired": lazy_gettext("The pledge has expired"),
    "pledge_resumed": lazy_gettext("Matched again: your organisation is approved"),
    "allocation_reserved": lazy_gettext("Set aside for a household"),
    "allocation_approved": lazy_gettext("Approved by an officer"),
    "allocation_held": lazy_gettext("Put on hold by an officer"),
    "allocation_released": lazy_gettext("Released"),
    "contribution_made": lazy_gettext("You paid or handed over"),
    "contribution_carried_over": lazy_gettext("Covered by what you had paid before"),
    "left_in_hand": lazy_gettext("Paid and still in hand: to be returned or reassigned"),
    "delivery_confirmed": lazy_gettext("Delivered, confirmed at the door"),
}
_TONES = {
    "allocation_reserved": "wait",
    "allocation_held": "stop",
    "allocation_released": "stop",
    "contribution_made": "info",
    "contribution_carried_over": "info",
    "left_in_hand": "wait",
    "delivery_confirmed": "good",
}

# Why something was released or refused, for codes that this service makes or knows of programs.
WHY = {
    "withdrawn": lazy_gettext("the pledge was withdrawn before it was paid"),
    "expired": lazy_gettext("the pledge expired before it was paid"),
    "vetoed": lazy_gettext("an officer refused it"),
    "failed": lazy_gettext("it could not be handed over"),
    "insufficient": lazy_gettext("not enough was left"),
    "not_open": lazy_gettext("the pledge was not open"),
    "restricted": lazy_gettext("the restrictions of the pledge did not admit it"),
    "suspended": lazy_gettext("the organisation was suspended"),
    "stale": lazy_gettext("the restrictions of the pledge had just been changed"),
    "over_cap": lazy_gettext("the household had reached the cap"),
    "wrong_unit": lazy_gettext("it was asked for in another unit"),
    "rerouted": lazy_gettext("another pledge covers it instead"),
    "displaced": lazy_gettext("it went to where the need is greater"),
    "incomplete": lazy_gettext("the rest of what was needed was not found"),
}


def why_in_words(code: str | None) -> str:
    """Return why something was released or refused; the officers' other reasons in one phrase."""
    if code is None:
        return ""
    return str(WHY.get(code) or gettext("the household's need has changed"))


def moments(entries: Iterable[TimelineEntry]) -> list[dict[str, Any]]:
    """Return entries as the timeline macro takes them."""
    return [
        {
            "at": entry.created_at,
            "title": _TITLES[entry.code],
            "text": _text(entry),
            "tone": _TONES.get(entry.code),
        }
        for entry in entries
    ]


def _text(entry: TimelineEntry) -> str:
    """Return the amount, the place and the reason of an entry, as far as it has them."""
    data = entry.told
    said = [quantity(data["quantity"], data["unit"])] if data.get("quantity") else []
    said += [_PARTS[name](data[name]) for name in _PARTS if data.get(name)]
    return " · ".join(said)


_PARTS: dict[str, Callable[[Any], str]] = {
    "category": lambda code: word(code, "need_category"),
    "area": area_name,
    "awaits_approval": lambda _: gettext("awaits an officer's approval before it is paid"),
    "paid_on": lambda text: gettext("paid on %(day)s", day=day(date.fromisoformat(text))),
    "day": lambda text: gettext("on %(day)s", day=day(date.fromisoformat(text))),
    "why": why_in_words,
}
