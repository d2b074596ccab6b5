"""Donations, programs and reporting count the same, whatever becomes of what was promised and paid."""

import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.donations.contributions.models import Contribution
from services.donations.database import db as donations_db
from services.donations.fulfilment.models import Allocation as Counted
from services.donations.pledges.models import Pledge as Promised
from services.programs.database import db as programs_db
from services.programs.matching.models import Allocation, Pledge
from services.programs.matching.operations import end, lock_allocations, tell
from services.reporting.database import db as reporting_db
from shared import clock, outbox
from shared.events.catalogue import BY_TYPE
from shared.events.event import Event
from shared.events.programs import AllocationVetoed
from shared.ids import new_id
from tests.donations.conftest import Donor, Programs
from tests.programs.scene import Scene
from tests.reporting.conftest import fold
from tests.reporting.story import received


class Exchange:
    """The three services, and what one tells the others."""

    def __init__(self, scene: Scene, donations: Programs, reporting: Flask) -> None:
        self.scene, self.donations, self.reporting = scene, donations, reporting
        self._read = {scene.app: 0, donations.app: 0}

    def move(self) -> None:
        """Bring every event to whoever hears it, until there are no more."""
        while True:
            asked = self._new(self.scene.app, programs_db, "allocation")
            answered = self._new(self.donations.app, donations_db, "")
            if not asked and not answered:
                return
            if asked:
                self.donations.tell(*asked)
            heard = [event for event in answered if "stakeholder-" not in event.type_name()]
            if heard:
                self.scene.hear(*heard)
                fold(self.reporting, [received(event, clock.now()) for event in heard])

    def _new(self, app: Flask, db: Any, about: str) -> list[Event]:
        wanted = text(
            "SELECT seq, type, value FROM outbox WHERE seq > :read AND type LIKE :about ORDER BY seq"
        )
        with app.app_context(), Session(db.engine) as session:
            rows = session.execute(wanted, {"read": self._read[app], "about": f"%.{about}%"}).all()
        if rows:
            self._read[app] = rows[-1].seq
        return [msgspec.json.decode(bytes(row.value), type=BY_TYPE[row.type]) for row in rows]


@pytest.mark.parametrize("seed", range(3))
def test_the_three_agree_after_failures_before_and_after_the_end(
    donor: Donor, programs: Programs, make_app: Callable[..., Flask], seed: int
) -> None:
    chance = random.Random(seed)
    scene = Scene(make_app("programs"))
    exchange = Exchange(scene, programs, make_app("reporting"))
    pledge = donor.pledge(quantity=1000)["id"]
    exchange.move()
    for turn in range(12):
        scene.need(scene.household(), chance.randint(50, 400))
        scene.settle()
        exchange.move()
        for row in donor.get("/v1/allocations").json["data"]:
            if row["open"] and chance.random() < 0.7:
                _pay(donor, row, chance.randint(1, row["open"]))
        exchange.move()
        if turn == 8:
            donor.post(f"/v1/pledges/{pledge}/withdraw")
            exchange.move()
        live = [row.id for row in scene.allocations() if row.is_live]
        if live:
            _veto(scene, chance.choice(live))
        exchange.move()
        _agree(exchange)
    balance = donor.get(f"/v1/pledges/{pledge}").json["balance"]
    assert balance["in_hand"] > 0


def _pay(donor: Donor, row: dict[str, Any], quantity: int) -> None:
    """Pay a part of an allocation."""
    body = {
        "allocation": row["id"],
        "quantity": quantity,
        "paid_on": clock.today().isoformat(),
        "reference": new_id().hex,
    }
    assert donor.post("/v1/contributions", body).status_code == 201


def _veto(scene: Scene, allocation: Any) -> None:
    with scene.app.app_context(), Session(programs_db.engine) as session:
        (one,) = lock_allocations(session, [allocation])
        outbox.record(session, tell(AllocationVetoed, one, one.allocation.quantity, reason="already_helped"))
        end(one, "vetoed", "already_helped")
        session.commit()


def _agree(exchange: Exchange) -> None:
    with exchange.donations.app.app_context(), Session(donations_db.engine) as session:
        (promised,) = session.scalars(select(Promised))
        paid = {row.id: row.contributed for row in session.scalars(select(Counted)) if row.amounts.live}
        balance = promised.balance
        given = [row.quantity for row in session.scalars(select(Contribution)) if not row.carried_over]
    assert sum(given) == balance.contributed <= 1000
    kept = balance.committed if balance.ended else balance.pledged
    with exchange.scene.app.app_context(), Session(programs_db.engine) as session:
        (copy,) = session.scalars(select(Pledge))
        held = {row.id: row.contributed for row in session.scalars(select(Allocation)) if row.is_live}
    assert (copy.quantity, copy.used) == (kept, balance.reserved)
    assert held == paid
    figures = text("SELECT sum(pledged_idr), sum(reserved_idr), sum(contributed_idr) FROM ")
    with exchange.reporting.app_context(), Session(reporting_db.engine) as session:
        for table in ("funding", "area_figures", "change WHERE grain = 'day'"):
            sums = session.execute(text(f"{figures}{table}")).one()
            assert tuple(map(int, sums)) == (kept, balance.reserved, balance.contributed)
