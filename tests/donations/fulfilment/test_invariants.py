"""What must hold at any moment, whatever happens in whatever order."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.donations.contributions.models import Contribution
from services.donations.database import db
from services.donations.fulfilment.models import Allocation
from services.donations.pledges.models import Pledge
from shared.errors import Conflict
from shared.events.donations import (
    AllocationRefused,
    AllocationReleased,
    AllocationReserved,
    ContributionMade,
    PledgeExpired,
    PledgeWithdrawn,
)
from shared.events.event import Event
from shared.events.programs import AllocationProposed
from shared.ids import new_id
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import approved, cancelled, delivered, failed, held, payment, proposed, vetoed

_ENDED = (PledgeWithdrawn, PledgeExpired)
_ENDS: dict[str, Callable[[AllocationProposed], Event]] = {
    "fail": failed,
    "veto": vetoed,
    "cancel": cancelled,
    "hold": held,
    "approve": approved,
}


def _rows(app: Flask) -> tuple[list[Pledge], list[Allocation]]:
    with app.app_context(), Session(db.engine) as session:
        return list(session.scalars(select(Pledge))), list(session.scalars(select(Allocation)))


def _paid_for(allocation: Allocation) -> int:
    return allocation.contributed + allocation.earmarked


def _check(app: Flask) -> None:
    pledges, allocations = _rows(app)
    with app.app_context(), Session(db.engine) as session:
        contributions = list(session.scalars(select(Contribution)))
    for pledge in pledges:
        mine = [one for one in allocations if one.pledge_id == pledge.id]
        paid = sum(
            one.quantity for one in contributions if one.pledge_id == pledge.id and not one.carried_over
        )
        assert pledge.reserved == sum(one.amounts.undelivered for one in mine)
        assert pledge.delivered == sum(one.delivered for one in mine)
        assert paid == pledge.contributed == sum(map(_paid_for, mine)) + pledge.in_hand
        assert pledge.reserved + pledge.delivered + pledge.in_hand <= pledge.quantity
        assert paid <= pledge.quantity
    for allocation in allocations:
        kept = [one.quantity - one.released for one in contributions if one.allocation_id == allocation.id]
        assert allocation.contributed == sum(kept)


@pytest.mark.parametrize("seed", range(4))
def test_balances_are_the_sums_of_their_allocations_after_every_step(
    app: Flask, donor: Donor, programs: Programs, told: Callable[..., list[Any]], seed: int
) -> None:
    chance = random.Random(seed)
    pledges = [donor.pledge(quantity=chance.randint(50, 300))["id"] for _ in range(2)]
    household = new_id()
    steps: list[AllocationProposed] = []
    for _ in range(40):
        action = chance.choice(
            ["propose", "pay", "deliver", "fail", "veto", "cancel", "hold", "approve", "amend"]
        )
        step = chance.choice(steps) if steps else None
        pledge = chance.choice(pledges)
        if action == "propose" or step is None:
            awaits = chance.random() < 0.3
            steps.append(
                proposed(pledge, chance.randint(1, 120), household=household, awaits_approval=awaits)
            )
            programs.tell(steps[-1])
        elif action == "pay":
            donor.post("/v1/contributions", payment(step, chance.randint(1, 80)))
        elif action == "deliver":
            _tell_or_refuse(programs, delivered(step, chance.randint(1, 60)))
        elif action == "amend":
            tag = {"If-Match": donor.get(f"/v1/pledges/{pledge}").headers["ETag"]}
            donor.patch(f"/v1/pledges/{pledge}", {"quantity": chance.randint(1, 300)}, **tag)
        else:
            programs.tell(_ENDS[action](step))
        _check(app)
    donor.post(f"/v1/pledges/{pledges[0]}/withdraw")
    _check(app)
    for step in steps:
        programs.tell(_ENDS[chance.choice(["fail", "veto"])](step))
        _check(app)
    donor.post(f"/v1/pledges/{pledges[1]}/withdraw")
    _check(app)
    _retell(app, told())


def _tell_or_refuse(programs: Programs, event: Any) -> None:
    try:
        programs.tell(event)
    except Conflict as refused:
        assert refused.code == "nothing_to_deliver"  # noqa: PT017 - both ends are right


def _retell(app: Flask, events: list[Any]) -> None:
    """Whoever folds the events comes to the same: reserved less released, paid less given back, committed."""
    live: dict[Any, int] = {}
    paid: dict[Any, int] = {}
    committed = {event.pledge: event.quantity for event in events if isinstance(event, _ENDED)}
    for event in events:
        if isinstance(event, AllocationReserved):
            live[event.allocation] = event.quantity
        elif isinstance(event, AllocationReleased):
            live[event.allocation] -= event.quantity
            paid[event.allocation] = paid.get(event.allocation, 0) - event.contributed
        elif isinstance(event, ContributionMade):
            paid[event.allocation] = paid.get(event.allocation, 0) + event.quantity
        elif isinstance(event, AllocationRefused):
            live[event.allocation] = 0
    pledges, allocations = _rows(app)
    assert {one.id: one.balance.committed for one in pledges} == committed
    assert {one.id: one.amounts.live for one in allocations} == live
    assert {one.id: one.contributed for one in allocations if one.contributed} == {
        allocation: amount for allocation, amount in paid.items() if amount
    }


def test_the_database_and_the_rules_agree_on_every_status(
    app: Flask, donor: Donor, programs: Programs
) -> None:
    pledge = donor.pledge(quantity=1000)
    steps = [proposed(pledge["id"], 10) for _ in range(9)]
    programs.tell(*steps, proposed(pledge["id"], 5000))
    for step, quantity in ((steps[1], 10), (steps[2], 4), (steps[3], 10)):
        donor.post("/v1/contributions", payment(step, quantity))
    programs.tell(
        delivered(steps[3]),
        held(steps[4]),
        vetoed(steps[5]),
        cancelled(steps[6]),
        failed(steps[7]),
        delivered(steps[8], 3),
        failed(steps[8], 7),
    )
    for status in ("refused", "reserved", "held", "vetoed", "contributed", "delivered", "failed", "released"):
        found = donor.get(f"/v1/allocations?status={status}").json["data"]
        assert found, status
        assert {row["status"] for row in found} == {status}
    with app.app_context(), Session(db.engine) as session:
        assert session.scalar(select(func.count()).select_from(Allocation)) == 10
