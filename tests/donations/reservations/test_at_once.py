"""Workers of donations that decide at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from sqlalchemy import text

from services.donations.database import db
from shared.events.donations import AllocationRefused, AllocationReserved
from tests.databases import until_locks_are_waited_for
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import proposed


def test_workers_at_the_same_moment_never_reserve_more_than_is_free(
    app: Flask, donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge(quantity=100)
    with app.app_context():
        engine = db.engine
    with ThreadPoolExecutor() as pool, engine.connect() as holder:
        holder.execute(text("SELECT 1 FROM pledge FOR UPDATE"))
        decided = [pool.submit(programs.tell, proposed(pledge["id"], 40)) for _ in range(3)]
        until_locks_are_waited_for(engine, by=3)
        holder.rollback()
        for each in decided:
            each.result(20)
    answers = [type(answer) for answer in told(AllocationReserved, AllocationRefused)]
    assert (answers.count(AllocationReserved), answers.count(AllocationRefused)) == (2, 1)
    balance = donor.get(f"/v1/pledges/{pledge['id']}").json["balance"]
    assert (balance["reserved"], balance["free"]) == (80, 20)
