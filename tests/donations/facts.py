"""Bodies and events that tests begin from; each is changed where a test says so."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared import clock
from shared.events.programs import (
    AllocationApproved,
    AllocationCancelled,
    AllocationHeld,
    AllocationProposed,
    AllocationVetoed,
    DeliveryConfirmed,
    DeliveryFailed,
    Reasons,
)
from shared.ids import new_id

VILLAGE = "35.17.01.2001"


def pledge_body(**changes: Any) -> dict[str, Any]:
    """Return the JSON of a pledge of cash."""
    body: dict[str, Any] = {
        "resource": {"kind": "cash"},
        "quantity": 1_000_000,
        "fund": "csr",
        "strategy": "reduce_burden",
    }
    return body | changes


def proposed(pledge: str | UUID, quantity: int = 400_000, **changes: Any) -> AllocationProposed:
    """Return the proposal of a part of a pledge for a need."""
    awaits_approval = changes.pop("awaits_approval", False)
    decile = changes.pop("decile", 1)
    of = changes.pop("of", 12)
    return AllocationProposed(
        **_facts(pledge, quantity, changes),
        awaits_approval=awaits_approval,
        reasons=Reasons(
            rank=1,
            of=of,
            decile=decile,
            score=870,
            urgency=5,
            admitted_by=["category"],
            alternatives=2,
            policy_version=1,
        ),
    )


def _facts(pledge: str | UUID, quantity: int, changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "pledge": UUID(str(pledge)),
        "allocation": new_id(),
        "need": new_id(),
        "household": new_id(),
        "desa": VILLAGE,
        "category": "food",
        "stakeholder_kind": "philanthropy",
        "fund": "csr",
        "strategy": "reduce_burden",
        "unit": "IDR",
        "quantity": quantity,
        "value_idr": changes.get("quantity", quantity),
    } | changes


def _same(step: AllocationProposed, quantity: int | None = None) -> dict[str, Any]:
    names = (
        "pledge", "allocation", "need", "household", "desa", "category", "stakeholder_kind", "fund", "strategy",
        "unit", "item", "value_idr",
    )  # fmt: skip
    return {name: getattr(step, name) for name in names} | {"quantity": quantity or step.quantity}


def approved(step: AllocationProposed) -> AllocationApproved:
    """Return the approval of a proposal."""
    return AllocationApproved(**_same(step))


def held(step: AllocationProposed) -> AllocationHeld:
    """Return the hold on a proposal."""
    return AllocationHeld(**_same(step), reason="household_objects")


def vetoed(step: AllocationProposed) -> AllocationVetoed:
    """Return the veto of a proposal."""
    return AllocationVetoed(**_same(step), reason="already_helped")


def cancelled(step: AllocationProposed) -> AllocationCancelled:
    """Return the cancellation of a proposal."""
    return AllocationCancelled(**_same(step), reason="need_closed")


def delivered(step: AllocationProposed, quantity: int | None = None) -> DeliveryConfirmed:
    """Return the delivery of a proposal, or of a part of it."""
    return DeliveryConfirmed(**_same(step, quantity), delivery=new_id(), day=clock.today())


def failed(step: AllocationProposed, quantity: int | None = None, *, after: int = 0) -> DeliveryFailed:
    """Return the failed delivery of a proposal, after so much of it was delivered."""
    return DeliveryFailed(
        **_same(step, quantity), delivery=new_id(), day=clock.today(), reason="moved", delivered=after
    )


def payment(step: AllocationProposed, quantity: int | None = None, **changes: Any) -> dict[str, Any]:
    """Return the JSON of a contribution."""
    body = {
        "allocation": str(step.allocation),
        "quantity": quantity or step.quantity,
        "paid_on": (clock.today() - timedelta(days=1)).isoformat(),
        "reference": new_id().hex,
    }
    return body | changes
