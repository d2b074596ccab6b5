"""Deciding on what programs proposes. Nothing here writes: the caller has locked the pledge, and does."""

import msgspec

from services.donations.fulfilment.models import Allocation
from services.donations.pledges.models import Pledge
from services.donations.proposals.domain import Offer, Wish, find_refusal
from shared import clock
from shared.events.donations import AllocationRefused
from shared.events.programs import AllocationProposed


def judge(pledge: Pledge, proposal: AllocationProposed, *, suspended: bool, granted: int) -> Allocation:
    """Return the allocation that a proposal becomes; one that says `why` where the pledge can't carry it.

    `granted` is what the household has of the pledge already, for its cap.
    """
    offer = _offer(pledge, suspended=suspended)
    return _allocation(pledge, proposal, refused=find_refusal(offer, _wish(proposal, granted), clock.today()))


def refuse(proposal: AllocationProposed, why: str, left: int) -> AllocationRefused:
    """Return the event that a proposal is refused, and what the pledge has left."""
    return AllocationRefused(
        pledge=proposal.pledge,
        allocation=proposal.allocation,
        need=proposal.need,
        quantity=proposal.quantity,
        why=why,
        left=left,
    )


def _offer(pledge: Pledge, *, suspended: bool) -> Offer:
    limits = (
        "areas",
        "categories",
        "attributes",
        "max_decile",
        "zakat",
        "cap_per_household",
        "minimum_grant",
    )
    names = ("opens_on", "expires_on", "unit", "item", "restricted_in", *limits)
    kept = {name: getattr(pledge, name) for name in names}
    return Offer(open=pledge.ended is None, suspended=suspended, free=pledge.balance.free, **kept)


def _wish(proposal: AllocationProposed, granted: int) -> Wish:
    names = ("quantity", "unit", "item", "desa", "category", "pledge_version")
    kept = {name: getattr(proposal, name) for name in names}
    return Wish(decile=proposal.reasons.decile, granted=granted, **kept)


def _allocation(pledge: Pledge, proposal: AllocationProposed, *, refused: str | None) -> Allocation:
    """Return the row of a proposal. One that is refused gave everything back at once."""
    names = ("need", "household", "desa", "category", "stakeholder_kind", "fund", "strategy", "unit", "item")
    return Allocation(
        id=proposal.allocation,
        stakeholder_id=pledge.stakeholder_id,
        pledge_id=pledge.id,
        **{name: getattr(proposal, name) for name in names},
        quantity=proposal.quantity,
        # Not at the price of today, by which it was proposed: its part of what was pledged.
        value_idr=pledge.value_of(proposal.quantity),
        reasons=msgspec.to_builtins(proposal.reasons),
        outcome="refused" if refused else None,
        why=refused,
        earmarked=0,
        contributed=0,
        delivered=0,
        released=proposal.quantity if refused else 0,
    )
