"""A bus that is away only delays, and so does a database that is started again."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg
import pytest

from shared.settings import SERVICES
from tests.faults.conftest import Tried
from tests.faults.load import Person, load, said_of
from tests.faults.machine import Machine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

AWAY_SECONDS = 20.0
SEED = 20


@contextmanager
def bus_away(machine: Machine) -> Iterator[None]:
    """Take the bus away: Kafka's process, or the database of the log alone."""
    if machine.kafka is not None:
        machine.kafka.kill()
        yield
        machine.start_broker()
        return
    with psycopg.connect(machine.postgres.url(), autocommit=True) as connection:
        connection.execute("ALTER DATABASE helix_log ALLOW_CONNECTIONS false")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'helix_log'"
        )
        yield
        connection.execute("ALTER DATABASE helix_log ALLOW_CONNECTIONS true")


def accepted(people: Sequence[Person]) -> int:
    """Return how many changes were accepted up to now."""
    return sum(person.accepted for person in people)


def until(look: Callable[[], bool], machine: Machine, seconds: float = 90.0) -> None:
    """Wait until something is seen; start meanwhile what has ended."""
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, "it did not happen in time"
        machine.revive()
        time.sleep(0.1)


def assert_a_bus_that_is_away_only_delays(tried: Tried, seed: int, seconds: float) -> str:
    """Take the bus away for so long under load; return what was done."""
    machine = tried.machine
    machine.wait_until_ready()
    with load(machine, tried.ledger, seed) as people:
        until(lambda: accepted(people) > 20, machine)
        with bus_away(machine):
            before, since = accepted(people), time.monotonic()
            until(lambda: {machine.readiness(service)["bus"] for service in SERVICES} == {"away"}, machine)
            until(lambda: accepted(people) > before + 20, machine)
            time.sleep(max(0.0, since + seconds - time.monotonic()))
            assert all(machine.readiness(service)["status"] == "ok" for service in SERVICES)
            assert machine.readiness("donations")["outbox_seconds"] > 5
        until(lambda: {machine.readiness(service)["bus"] for service in SERVICES} == {"ok"}, machine)
    tried.assert_exact()
    return said_of(people)


def test_a_bus_that_is_away_only_delays(tried: Tried, say: Callable[[str], None]) -> None:
    say(assert_a_bus_that_is_away_only_delays(tried, SEED, AWAY_SECONDS))
    assert tried.machine.ended_by_themselves == []


def test_a_database_that_is_restarted_only_delays(tried: Tried, say: Callable[[str], None]) -> None:
    machine = tried.machine
    with load(machine, tried.ledger, SEED + 1) as people:
        until(lambda: accepted(people) > 10, machine)
        machine.postgres.stop()
        time.sleep(2)
        machine.postgres.start()
        before = accepted(people)
        until(lambda: accepted(people) > before + 10, machine)
        machine.kill_database()
        machine.postgres.start()
        before = accepted(people)
        until(lambda: accepted(people) > before + 10, machine)
    say(said_of(people))
    tried.assert_exact()
    assert machine.ended_by_themselves == []
