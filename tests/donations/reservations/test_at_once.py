"""Workers of donations that decide at the same moment."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from sqlalchemy import text

from services.donations.database import db
from shared.events.donations import AllocationRefused, AllocationReserved
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import proposed

_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def test_workers_at_the_same_moment_never_reserve_more_than_is_free(
    app: Flask, donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge(quantity=100)
    with app.app_context():
        engine = db.engine
    with ThreadPoolExecutor() as pool, engine.connect() as holder, engine.connect() as onlooker:
        holder.execute(text("SELECT 1 FROM pledge FOR UPDATE"))
        decided = [pool.submit(programs.tell, proposed(pledge["id"], 40)) for _ in range(3)]
        deadline = time.monotonic() + 20
        while onlooker.scalar(_WAITING) < 3:
            assert time.monotonic() < deadline, "they do not wait for the pledge"
            time.sleep(0.01)
        holder.rollback()
        for each in decided:
            each.result(20)
    answers = [type(answer) for answer in told(AllocationReserved, AllocationRefused)]
    assert (answers.count(AllocationReserved), answers.count(AllocationRefused)) == (2, 1)
    balance = donor.get(f"/v1/pledges/{pledge['id']}").json["balance"]
    assert (balance["reserved"], balance["free"]) == (80, 20)
