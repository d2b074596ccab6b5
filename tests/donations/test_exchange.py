"""The worker of donations at its real work: events in from the bus, answers out to it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from services.donations.app import SERVICE
from shared.bell import bell_of
from shared.bus import Bus, connect
from shared.database import sqlalchemy_url
from shared.worker import Worker
from tests.donations.conftest import Donor
from tests.donations.facts import delivered, proposed
from tests.drain import drain
from tests.shared.exchange.side import Side
from tests.told_gaps import counted

_KEYS = {f"HELIX_{name}_KEY": "11" * 32 for name in ("IDENTITY", "BLIND_INDEX", "AUDIT")}


@pytest.fixture
def bus_of(app: Flask) -> Iterator[Bus]:
    """The built-in log."""
    made = connect(app.config["HELIX"])
    yield made
    made.close()


@pytest.fixture
def programs_side(make_database: Callable[[], str]) -> Iterator[Side]:
    """A programs that only tells."""
    side = Side.open("programs", make_database(), _KEYS)
    yield side
    side.close()


def test_a_proposal_on_the_bus_is_answered_on_the_bus(
    app: Flask, donor: Donor, bus_of: Bus, programs_side: Side
) -> None:
    engine = create_engine(sqlalchemy_url(app.config["HELIX"].database_url))
    donations = Worker(
        app.config["HELIX"], sessionmaker(engine), bus_of, handlers=SERVICE.handlers, tasks=SERVICE.tasks
    )
    programs = programs_side.worker(bus_of)
    pledge = donor.pledge()
    step = proposed(pledge["id"])
    programs_side.tell(counted(), step, delivered(step), delivered(step))
    moved = drain(programs, donations)
    bell_of(engine).close()
    engine.dispose()
    # The second delivery is more than was set aside: it is put aside, and the rest goes on.
    assert moved.dead_letters == 1
    assert moved.applied == 3
    assert donor.get(f"/v1/pledges/{pledge['id']}").json["balance"]["delivered"] == 400_000
    assert len(donor.get("/v1/receipts").json["data"]) == 1
    assert [gap["area"] for gap in donor.get("/v1/gaps").json["data"]] == ["35.17", "35.17.01"]
