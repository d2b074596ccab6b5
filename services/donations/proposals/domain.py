"""Rules of a proposal: may a pledge carry it, and if not, why."""

from dataclasses import dataclass
from datetime import date

from shared import areas
from shared.vocabulary import ZAKAT_DECILE


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
