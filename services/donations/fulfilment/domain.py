"""Rules of fulfilment: may a pledge carry an allocation, and what may still be done with it."""

from dataclasses import dataclass
from datetime import date

from shared import areas
from shared.errors import Conflict, Fault
from shared.vocabulary import ZAKAT_DECILE

STANDINGS = ("payable", "awaiting_approval", "held")
OUTCOMES = ("refused", "vetoed", "failed", "released")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a pledge offers at the moment of deciding. `restricted_in`: the version that set its restrictions."""

    open: bool
    suspended: bool
    opens_on: date
    expires_on: date | None
    unit: str
    item: str | None
    free: int
    areas: list[str]
    categories: list[str]
    max_decile: int | None
    zakat: bool
    attributes: list[str]
    restricted_in: int
    cap_per_household: int | None
    minimum_grant: int | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a proposal asks of a pledge. `granted` is what the household has from it already.

    `pledge_version` is the version of the pledge that was proposed from, where it is told.
    """

    quantity: int
    unit: str
    item: str | None
    desa: str
    category: str
    decile: int
    granted: int
    pledge_version: int | None = None


def find_refusal(offer: Offer, wish: Wish, today: date) -> str | None:
    """Return why a pledge can't carry a proposal, or None where it can."""
    if not _is_open(offer, today):
        return "not_open"
    if offer.suspended:
        return "suspended"
    if (wish.unit, wish.item) != (offer.unit, offer.item):
        return "wrong_unit"
    if not _admits(offer, wish):
        return "restricted"
    if _is_stale(offer, wish):
        return "stale"
    if offer.cap_per_household is not None and wish.granted + wish.quantity > offer.cap_per_household:
        return "over_cap"
    return "insufficient" if wish.quantity > offer.free else None


def _is_open(offer: Offer, today: date) -> bool:
    return offer.open and offer.opens_on <= today and (offer.expires_on is None or today <= offer.expires_on)


def _admits(offer: Offer, wish: Wish) -> bool:
    """Tell whether the restrictions that are known here admit the household; programs checks its attributes."""
    return (
        (not offer.areas or any(areas.contains(area, wish.desa) for area in offer.areas))
        and (not offer.categories or wish.category in offer.categories)
        and (offer.max_decile is None or wish.decile <= offer.max_decile)
        and (not offer.zakat or wish.decile <= ZAKAT_DECILE)
        and (offer.minimum_grant is None or wish.quantity >= offer.minimum_grant)
    )


def _is_stale(offer: Offer, wish: Wish) -> bool:
    """Tell whether attributes are asked for that programs may not have known when it checked them."""
    known = wish.pledge_version
    return bool(offer.attributes) and known is not None and known < offer.restricted_in


@dataclass(frozen=True, slots=True)
class Amounts:
    """How far an allocation has come. `released` is what went back to the pledge."""

    quantity: int
    contributed: int
    delivered: int
    released: int

    @property
    def live(self) -> int:
        """Return what is still meant for the household, delivered or not."""
        return self.quantity - self.released

    @property
    def unpaid(self) -> int:
        """Return what may still be paid or handed over by the donor."""
        return self.live - max(self.contributed, self.delivered)

    @property
    def undelivered(self) -> int:
        """Return what is set aside and has not reached the household."""
        return self.live - self.delivered

    @property
    def paid_undelivered(self) -> int:
        """Return what the donor paid and the household has not got."""
        return max(0, self.contributed - self.delivered)


def status_of(amounts: Amounts, standing: str, outcome: str | None) -> str:
    """Return how far all that is kept of an allocation has come: `shared.vocabulary.AllocationStatus`."""
    if amounts.live == 0:
        return outcome or "released"
    if amounts.delivered == amounts.live:
        return "delivered"
    if standing == "held":
        return "held"
    return "contributed" if amounts.unpaid == 0 else "reserved"


def outcome_of(why: str) -> str:
    """Return what an allocation that was given back for a reason has come to."""
    return why if why in {"vetoed", "failed"} else "released"


def require_payable(amounts: Amounts, standing: str, quantity: int) -> None:
    """Refuse a contribution that is not awaited, or larger than what is open."""
    if amounts.live == 0:
        raise Conflict("allocation_over", "This allocation is over; nothing is awaited.", extra={"open": 0})
    if standing == "awaiting_approval":
        raise Conflict("awaiting_approval", "An officer has to approve this allocation before it is paid.")
    if standing == "held":
        raise Conflict("held", "This allocation is on hold; do not pay until it is approved.")
    if quantity > amounts.unpaid:
        raise Conflict(
            "more_than_open",
            "That is more than what is still open.",
            errors=[Fault("/quantity", "At most %(most)s is still open.", most=amounts.unpaid)],
            extra={"open": amounts.unpaid},
        )
