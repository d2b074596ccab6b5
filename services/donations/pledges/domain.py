"""Rules of a pledge: what may be promised, and how much of it is left."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared import areas
from shared.catalogue import ITEMS
from shared.errors import Coded, Conflict, Fault
from shared.vocabulary import RUPIAH

# A promise as it is given: `resource`, `quantity`, `fund`, `zakat`, `restrictions`, `opens_on`,
# `expires_on`; where it was made before, its `price_idr` too. What was left out or did not hold is
# absent, so that the other faults show anyway.
Given = Mapping[str, Any]

# The most one pledge may be worth. A regency spends some 3 * 10**12 rupiah a year, so whoever writes
# more than thrice that has written too many zeros. It is a hundredth of what an amount may be that is
# told to others: what is proposed of a pledge at a later, higher price stays within that.
MOST_IDR = 10**13


@dataclass(frozen=True, slots=True)
class Balance:
    """The four columns of a pledge, which are never added up, and what is free to be set aside.

    `reserved` is set aside and not yet delivered; `contributed` is paid or handed over, what was
    delivered of it included. `in_hand` is the part of it that is meant for no household at present.
    """

    pledged: int
    reserved: int
    contributed: int
    delivered: int
    ended: bool = False
    in_hand: int = 0

    @property
    def free(self) -> int:
        """Return what may still be set aside, paid or not: nothing once the pledge is withdrawn or expired."""
        return 0 if self.ended else self.pledged - self.reserved - self.delivered

    @property
    def free_unpaid(self) -> int:
        """Return what is free and was never paid."""
        return max(0, self.free - self.in_hand)

    @property
    def committed(self) -> int:
        """Return what can no longer be taken back by making the promise smaller."""
        return self.reserved + self.delivered + self.in_hand


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is set aside of a pledge and not delivered: unpaid, by what it waits for, and paid."""

    payable: int = 0
    awaiting_approval: int = 0
    held: int = 0
    on_its_way: int = 0


def next_steps(balance: Balance, waiting: Waiting) -> list[tuple[str, int]]:
    """Return what happens next to a pledge, each with its quantity, what the donor has to do first.

    Nothing is left to happen to one that is delivered or has ended without anything in hand.
    """
    steps = [
        ("pay", waiting.payable),
        ("return" if balance.ended else "use", balance.in_hand),
        ("approve", waiting.awaiting_approval),
        ("hold", waiting.held),
        ("deliver", waiting.on_its_way),
        ("match", balance.free_unpaid),
    ]
    return [(step, quantity) for step, quantity in steps if quantity]


def status_of(ended: str | None, balance: Balance) -> str:
    """Return `open`, `exhausted`, `withdrawn` or `expired`."""
    return ended or ("open" if balance.free else "exhausted")


def find_faults(given: Given, today: date) -> list[Fault]:
    """Return everything that is wrong with a promise, each with its place."""
    return [fault for rule in _RULES for fault in rule(given, today)]


def _resource_faults(given: Given, _today: date) -> Iterator[Fault]:
    resource = given.get("resource", {})
    kind, item, unit = (resource.get(name) for name in ("kind", "item", "unit"))
    if kind == "cash":
        if item is not None:
            yield Fault("/resource/item", "Cash has no item.")
        if unit not in {None, RUPIAH}:
            yield Fault("/resource/unit", "Cash is counted in whole rupiah (IDR).")
    elif kind is not None:
        yield from _item_faults(kind, item, unit)


def _item_faults(kind: str, item: str | None, unit: str | None) -> Iterator[Fault]:
    entry = ITEMS.get(item or "")
    if entry is None or entry.kind != kind:
        yield Fault("/resource/item", "Must be an item of this kind from the catalogue.")
    elif unit != entry.unit:
        yield Fault("/resource/unit", "This item is counted in %(unit)s.", unit=Coded(entry.unit, "unit"))


def _window_faults(given: Given, today: date) -> Iterator[Fault]:
    opens, expires = given.get("opens_on"), given.get("expires_on")
    if expires is None:
        return
    if opens is not None and expires < opens:
        yield Fault("/expires_on", "Must not be before the day it opens.")
    elif expires < today:
        yield Fault("/expires_on", "Must not be in the past.")


def _zakat_faults(given: Given, _today: date) -> Iterator[Fault]:
    if given.get("zakat") and given.get("fund", "zis") != "zis":
        yield Fault("/zakat", "Only the fund zis can hold zakat.")


def _amount_faults(given: Given, _today: date) -> Iterator[Fault]:
    restrictions = given.get("restrictions", {})
    least, cap, quantity = (
        restrictions.get("minimum_grant"),
        restrictions.get("cap_per_household"),
        given.get("quantity"),
    )
    if least is None:
        return
    if cap is not None and least > cap:
        yield Fault("/restrictions/minimum_grant", "Must not be more than the cap per household.")
    if quantity is not None and least > quantity:
        yield Fault("/restrictions/minimum_grant", "Must not be more than the whole pledge.")


def _worth_faults(given: Given, _today: date) -> Iterator[Fault]:
    resource, quantity = given.get("resource", {}), given.get("quantity")
    entry = ITEMS.get(resource.get("item") or "")
    if quantity is None or (entry is None and resource.get("kind") != "cash"):
        return
    price = given.get("price_idr", entry.reference_price if entry else 1)
    if quantity * price > MOST_IDR:
        yield Fault("/quantity", "One pledge may be worth Rp %(most)s at most.", most=MOST_IDR)


def _category_faults(given: Given, _today: date) -> Iterator[Fault]:
    categories = given.get("restrictions", {}).get("categories")
    entry = ITEMS.get(given.get("resource", {}).get("item") or "")
    if categories and entry is not None and entry.category not in categories:
        only = Coded(entry.category, "need_category")
        yield Fault("/restrictions/categories", "This item only serves the category %(only)s.", only=only)


def _closeness_faults(given: Given, _today: date) -> Iterator[Fault]:
    restrictions = given.get("restrictions", {})
    if restrictions.get("attributes") and any(
        areas.is_village(code) for code in restrictions.get("areas", ())
    ):
        # What is matched would tell of whom in a village it is true.
        yield Fault("/restrictions/areas", "With attributes of households, name whole sub-districts.")


_RULES: tuple[Callable[[Given, date], Iterator[Fault]], ...] = (
    _resource_faults,
    _window_faults,
    _zakat_faults,
    _amount_faults,
    _worth_faults,
    _category_faults,
    _closeness_faults,
)


def require_room(quantity: int, balance: Balance) -> None:
    """Refuse to promise less than is set aside, paid or delivered already."""
    if quantity < balance.committed:
        raise Conflict(
            "below_reserved",
            "%(committed)s is reserved, paid or delivered already; the pledge can't become smaller.",
            committed=balance.committed,
            extra={
                "reserved": balance.reserved,
                "delivered": balance.delivered,
                "in_hand": balance.in_hand,
                "least": balance.committed,
            },
        )


def require_going(ended: str | None) -> None:
    """Refuse to change a promise that is over."""
    if ended is not None:
        raise Conflict(
            "pledge_over",
            "The pledge is over (%(status)s); it can't be changed.",
            status=Coded(ended, "pledge_status"),
            extra={"pledge_status": ended},
        )
