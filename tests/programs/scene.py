"""A programs service with households, needs and pledges in it, and a donations that answers by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from flask import Flask
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from services.programs.allocating.models import MarketKeeper
from services.programs.allocating.operations import Allocator
from services.programs.answers.handlers import on_donations
from services.programs.checks.queries import find_breaches
from services.programs.database import db, lock_rows
from services.programs.delivery.operations import HandingOver, record_delivery
from services.programs.matching.models import Allocation, Pledge
from services.programs.matching.operations import check_again, follow_hold, follow_status
from services.programs.needs.models import Need
from services.programs.needs.operations import record_needs
from services.programs.policy.operations import put_in_force
from services.programs.policy.queries import current_version
from services.programs.registry.models import Household
from shared import clock
from shared.events.catalogue import BY_TYPE
from shared.events.donations import (
    AllocationRefused,
    AllocationReleased,
    AllocationReserved,
    ContributionMade,
)
from shared.events.event import Event
from shared.ids import new_id
from tests.programs.heard import TODAY, opened, received

VILLAGE = "35.17.01.2001"
OTHER_VILLAGE = "35.17.02.2001"

Told = TypeVar("Told", bound=Event)


class Scene:
    """What happens, step by step. Each step is a transaction of its own, outside any request."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        # The offset of the next event of donations.
        self.heard = 0
        self.allocator = Allocator()

    def do(self, work: Callable[[Session], Any]) -> Any:
        """Do something in a transaction of its own."""
        with self.app.app_context():
            result = work(db.session())
            db.session.commit()
            return result

    def household(self, *, desa: str = VILLAGE, status: str = "verified", **more: Any) -> UUID:
        """Add a household, verified for a year unless said otherwise."""
        now = clock.now()
        verified = status != "registered"
        fields: dict[str, Any] = {
            "id": new_id(),
            "desa": desa,
            "status": status,
            "decile": 1,
            "decile_source": "DTSEN",
            "decile_vintage": "2025",
            "score": 500,
            "score_version": "v1",
            "score_parts": {},
            "attributes": [],
            "people": 3,
            "ages": {"under_5": 0, "from_5_to_17": 1, "from_18_to_59": 2, "from_60": 0},
            "housing": {},
            "address": b"sealed",
            "verified_at": now if verified else None,
            "valid_until": TODAY + timedelta(days=365) if verified else None,
            "registered_by": "planner",
            "fingerprint": b"-",
            "created_at": now,
            "updated_at": now,
        } | more
        self.do(lambda session: session.add(Household(**fields)))
        found: UUID = fields["id"]
        return found

    def need(self, household: UUID, quantity: int = 100_000, *, by: str = "tksk", **more: Any) -> UUID:
        """Record a need; rupiah for food unless said otherwise."""
        stated = {"category": "food", "quantity": quantity, "unit": "IDR"} | more
        with self.app.app_context():
            found: UUID = record_needs(household, [stated], by=by)[0].id
            return found

    def pledge(
        self, quantity: int = 1_000_000, *, item: str | None = None, unit: str = "IDR", **more: Any
    ) -> UUID:
        """Hear of an open pledge, of anything for anyone unless said otherwise."""
        event = opened(quantity, item=item, unit=unit, **more)
        self.hear(event)
        pledge: UUID = event.pledge
        return pledge

    def hear(self, *events: Event, offset: int | None = None) -> None:
        """Apply events of donations, as one batch: the next ones, or handed back ones of an offset before."""
        first = self.heard if offset is None else offset
        self.heard = max(self.heard, first + len(events))
        heard = [received(event, first + place) for place, event in enumerate(events)]
        self.do(lambda session: on_donations(session, heard))

    def settle(self) -> None:
        """Run the allocator until there is nothing more to do; it never gives a market up for later."""
        while self.do(self.allocator.settle_next):
            pass
        assert not self.allocator.waiting, "a market can't come to rest"

    def replace_the_worker(self) -> None:
        """Let a worker that has nothing in mind go on, after the one before has been silent long enough."""
        self.allocator = Allocator()
        self.do(lambda session: session.execute(delete(MarketKeeper)))

    def change(self, household: UUID, **fields: Any) -> None:
        """Change a household, as verification or a file does, and have the match follow."""

        def work(session: Session) -> None:
            row = lock_rows(session, Household, [household])[household]
            for name, value in fields.items():
                setattr(row, name, value)
            steps = {"status": follow_status, "held": follow_hold}
            for follow in [steps[name] for name in fields if name in steps] or [check_again]:
                follow(session, [household])

        self.do(work)

    def told(self, kind: type[Told]) -> list[Told]:
        """Take the events of one type out of the outbox, in order."""

        def work(session: Session) -> list[Told]:
            rows = session.execute(
                text("DELETE FROM outbox WHERE type = :type RETURNING seq, value"), {"type": kind.type_name()}
            ).all()
            return [
                msgspec.json.decode(bytes(row.value), type=BY_TYPE[kind.type_name()])  # type: ignore[misc]
                for row in sorted(rows, key=lambda row: row.seq)
            ]

        found: list[Told] = self.do(work)
        return found

    def order_of(self, *kinds: type[Event]) -> list[type[Event]]:
        """Return which of some kinds of events are in the outbox, in order."""
        names = {kind.type_name(): kind for kind in kinds}
        rows = text("SELECT type FROM outbox WHERE type = ANY(:types) ORDER BY seq")
        found = self.do(lambda session: session.scalars(rows, {"types": list(names)}).all())
        return [names[name] for name in found]

    def adopt(self, **rules: Any) -> None:
        """Adopt another policy."""
        with self.app.app_context():
            now = current_version(db.session)
            wanted = replace(now.rules(), version=now.version + 1, **rules)
            put_in_force(wanted.version, wanted, drafted_by="planner", adopted_by="another")

    def allocations(self, **where: Any) -> list[Allocation]:
        """Return the allocations, in order of id."""
        found: list[Allocation] = self.do(
            lambda session: session.scalars(
                select(Allocation).filter_by(**where).order_by(Allocation.id)
            ).all()
        )
        return found

    def only_allocation(self) -> Allocation:
        """Return the one live allocation there is."""
        (found,) = [row for row in self.allocations() if row.is_live]
        return found

    def find_need(self, need: UUID) -> Need:
        """Return a need as it is now."""
        found: Need = self.do(lambda session: session.get_one(Need, need))
        return found

    def find_pledge(self, pledge: UUID) -> Pledge:
        """Return our copy of a pledge as it is now."""
        found: Pledge = self.do(lambda session: session.get_one(Pledge, pledge))
        return found

    def reserve(self, allocation: Allocation, *, left: int, value_idr: int | None = None) -> None:
        """Have donations set the quantity aside, valued as it was proposed unless told otherwise."""
        self.hear(self.reserved(allocation, left=left, value_idr=value_idr))

    def reserved(
        self, allocation: Allocation, *, left: int, value_idr: int | None = None
    ) -> AllocationReserved:
        """Return the event that the quantity is set aside."""
        step = self._step(allocation)
        step["value_idr"] = value_idr or step["value_idr"]
        return AllocationReserved(**step, left=left)

    def refuse(self, allocation: Allocation, why: str, *, left: int) -> None:
        """Have donations refuse a proposal."""
        self.hear(self.refused(allocation, why, left=left))

    def refused(self, allocation: Allocation, why: str, *, left: int) -> AllocationRefused:
        """Return the event that a proposal is refused."""
        return AllocationRefused(
            pledge=allocation.pledge_id,
            allocation=allocation.id,
            need=allocation.need_id,
            quantity=allocation.quantity,
            why=why,
            left=left,
        )

    def release(
        self,
        allocation: Allocation,
        why: str,
        *,
        left: int,
        quantity: int | None = None,
        contributed: int = 0,
    ) -> None:
        """Have donations release what was reserved, or a part of it."""
        step = self._step(allocation)
        step["quantity"] = quantity or allocation.quantity
        self.hear(AllocationReleased(**step, why=why, contributed=contributed, left=left))

    def pay(self, allocation: Allocation, quantity: int | None = None) -> None:
        """Have the donor pay the allocation, or a part of it."""
        self.hear(self.paid(allocation, quantity or allocation.quantity))

    def paid(self, allocation: Allocation, quantity: int) -> ContributionMade:
        """Return the event that so much of the allocation is paid."""
        step = self._step(allocation) | {"quantity": quantity}
        return ContributionMade(**step, contribution=new_id(), paid_on=TODAY)

    def hand_over(
        self, allocation: Allocation, quantity: int | None = None, *, outcome: str = "delivered"
    ) -> None:
        """Have the TKSK hand the allocation over, or a part of it; or say that it could not be."""
        why = "nobody there" if outcome == "failed" else None
        much = quantity or allocation.quantity
        said = HandingOver(allocation.id, str(new_id()), much, clock.now(), outcome, why)
        with self.app.app_context():
            record_delivery(said, by="tksk")

    def _step(self, allocation: Allocation) -> dict[str, Any]:
        need, pledge = self.find_need(allocation.need_id), self.find_pledge(allocation.pledge_id)
        return {
            "pledge": pledge.id,
            "allocation": allocation.id,
            "need": need.id,
            "household": need.household_id,
            "desa": need.desa,
            "category": need.category,
            "stakeholder_kind": pledge.stakeholder_kind,
            "fund": pledge.fund,
            "strategy": pledge.strategy,
            "unit": need.unit,
            "item": need.item,
            "quantity": allocation.quantity,
            "value_idr": allocation.value_idr,
        }

    def forget_changes(self) -> None:
        """Take the notes of changed markets away, as if they had been settled."""
        self.do(lambda session: session.execute(delete(db.metadata.tables["market_change"])))

    def check_books(self) -> None:
        """Fail if anything is as it must never be."""
        assert self.do(find_breaches) == []
