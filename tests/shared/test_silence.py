"""A process that is stopped while the database tells it something does not keep what it holds."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import create_engine, text

from shared import silence
from shared.bus import Topic
from shared.bus.builtin import BuiltinBus
from shared.bus.builtin_consumer import BuiltinConsumer
from shared.database import engine_options, sqlalchemy_url
from shared.silence import APPLICATION, end_deaf

TOPIC = "things"

# More than a connection holds: the server then waits for whoever should read it.
_LONG_ANSWER = b"SELECT repeat('x', 4000) FROM generate_series(1, 500)"
_FLOOD = "SELECT count(pg_notify('helix_log', repeat('x', 4000) || n)) FROM generate_series(1, 500) AS n"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "SILENCE_SECONDS", 1)
    monkeypatch.setattr("shared.bus.builtin_consumer._SILENCE", "SET idle_session_timeout = '1s'")


@pytest.fixture
def members(make_database: Callable[[], str]) -> Iterator[tuple[str, BuiltinConsumer, BuiltinConsumer]]:
    """Give the URL of a log, and two members of a group of which the first holds all partitions."""
    url = make_database()
    bus = BuiltinBus(url)
    bus.ensure_topics([Topic(TOPIC, 2)])
    first, second = (bus.consumer("group", [TOPIC], lambda parts: dict.fromkeys(parts, 0)) for _ in range(2))
    assert isinstance(first, BuiltinConsumer)
    assert isinstance(second, BuiltinConsumer)
    first.poll(0, 10)
    assert len(first.assigned()) == 2
    yield url, first, second
    for one in (first, second, bus):
        one.close()


def _takes_over(member: BuiltinConsumer) -> None:
    deadline = time.monotonic() + 20
    while len(member.assigned()) < 2:
        assert time.monotonic() < deadline, "the stopped one still holds its partitions"
        member.poll(0.1, 10)


def test_a_member_that_stopped_while_it_waits_is_replaced_however_much_it_has_to_hear(
    members: tuple[str, BuiltinConsumer, BuiltinConsumer],
) -> None:
    url, _, other = members
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_FLOOD)
    _takes_over(other)


def test_a_member_that_stopped_while_it_reads_is_replaced(
    members: tuple[str, BuiltinConsumer, BuiltinConsumer],
) -> None:
    _, stopped, other = members
    assert stopped._connection is not None
    stopped._connection.pgconn.send_query(_LONG_ANSWER)
    _takes_over(other)


@pytest.mark.parametrize("application", [APPLICATION, "pg_dump"])
def test_only_our_own_are_ended(make_database: Callable[[], str], application: str) -> None:
    url = make_database()
    with (
        closing(psycopg.connect(url, application_name=application)) as stopped,
        closing(psycopg.connect(url, autocommit=True)) as other,
    ):
        stopped.pgconn.send_query(_LONG_ANSWER)
        time.sleep(0.5)
        assert end_deaf(other) == 0, "it is not silent for long yet"
        time.sleep(1.0)
        assert end_deaf(other) == (application == APPLICATION)


def test_the_services_connections_are_known_as_ours(make_database: Callable[[], str]) -> None:
    engine = create_engine(sqlalchemy_url(make_database()), **engine_options())
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW application_name")) == APPLICATION
    engine.dispose()
