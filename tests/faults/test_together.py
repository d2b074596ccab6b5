"""Two of what there should be one of: workers of one partition, relays of one outbox, and one that sleeps."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from services.programs.app import SERVICE
from shared import bus
from shared.database import sqlalchemy_url
from shared.inbox import FenceLost
from shared.worker import Worker
from shared.worker.faults import Transient
from tests.drain import drain
from tests.faults.chaos import asleep
from tests.faults.conftest import Tried
from tests.faults.load import load, said_of
from tests.faults.machine import Machine
from tests.faults.test_away import accepted, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SEED = 300
CUTS = 20
MOST_CUTS = 150


@pytest.mark.parametrize(
    ("tried", "service"),
    [("builtin", "programs"), pytest.param("kafka", "donations", marks=pytest.mark.kafka)],
    indirect=["tried"],
    scope="session",
)
def test_a_worker_that_slept_past_its_session_does_nothing_twice(
    tried: Tried, service: str, say: Callable[[str], None]
) -> None:
    machine = tried.machine
    machine.wait_until_ready()
    with load(machine, tried.ledger, SEED) as people:
        until(lambda: accepted(people) > 20, machine)
        with asleep(machine, f"{service}-worker"):
            machine.start("another", like=f"{service}-worker")
            time.sleep(15)
            # What is told from now on is heard, by the one that took over, and its own is published.
            began = time.monotonic()
            until(lambda: _keeps_up(machine, service), machine, seconds=120)
            say(f"taken over {time.monotonic() - began + 15:.0f} s after it fell asleep")
        before = accepted(people)
        until(lambda: accepted(people) > before + 20, machine)
    machine.stop("another")
    say(said_of(people))
    tried.assert_exact()


def _keeps_up(machine: Machine, service: str) -> bool:
    told = machine.readiness(service)
    return told["lag"] is not None and told["lag"] < 20 and told["outbox_seconds"] < 5


def test_two_workers_of_one_partition_and_two_relays_do_nothing_twice(
    tried: Tried, say: Callable[[str], None]
) -> None:
    machine = tried.machine
    machine.wait_until_ready()
    lost: list[Exception] = []
    with load(machine, tried.ledger, SEED + 1) as people, _a_worker_beside_the_group(machine, lost):
        machine.start("another", like="programs-worker")
        chance = random.Random(SEED)
        cuts = 0
        # That both have the same batch in hand at once is a matter of luck.
        while cuts < MOST_CUTS and (cuts < CUTS or not lost):
            _take_the_lock_from_the_relay(machine)
            time.sleep(chance.uniform(0.2, 0.6))
            machine.revive()
            cuts += 1
    machine.stop("another")
    say(f"{said_of(people)}; {len(lost)} batches lost to the fence")
    tried.assert_exact()
    assert lost


@contextmanager
def _a_worker_beside_the_group(machine: Machine, lost: list[Exception]) -> Iterator[None]:
    """Apply what programs is to hear in this process too, for all partitions and in no group."""
    ending = threading.Event()
    failures: list[Exception] = []

    def work() -> None:
        settings = machine.settings("programs")
        engine = create_engine(sqlalchemy_url(settings.database_url), pool_pre_ping=True)
        sessions = sessionmaker(bind=engine, class_=Session, expire_on_commit=False)
        connection = bus.connect(settings)
        try:
            while not ending.wait(0.01):
                try:
                    drain(Worker(settings, sessions, connection, handlers=SERVICE.handlers))
                except FenceLost as error:
                    lost.append(error)
                except (Transient, psycopg.OperationalError, OperationalError):
                    # Its relay is one of those whose connection is cut.
                    continue
        except Exception as failure:  # noqa: BLE001 - whoever waits for this thread raises it
            failures.append(failure)
        finally:
            connection.close()
            engine.dispose()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
    assert failures == []


def _take_the_lock_from_the_relay(machine: Machine) -> None:
    """Cut the connection that holds the relay's lock: another relay may take it while the first publishes."""
    with psycopg.connect(machine.databases["programs"], autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND (classid::bigint << 32) | objid::bigint = hashtextextended('relay', 0)"
        )
