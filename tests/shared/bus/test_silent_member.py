"""A member of the built-in log that is stopped loses its partitions, however much it still has to hear."""

import time
from collections.abc import Callable

import psycopg
import pytest

from shared.bus import Topic
from shared.bus.builtin import BuiltinBus

TOPIC = "things"

# More than the connection holds: the server then waits for whoever should read it.
_FLOOD = "SELECT count(pg_notify('helix_log', repeat('x', 4000) || n)) FROM generate_series(1, 500) AS n"


def test_a_stopped_member_that_has_much_to_hear_is_replaced(
    make_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.builtin_consumer._SILENCE", "SET idle_session_timeout = '1s'")
    url = make_database()
    bus = BuiltinBus(url)
    bus.ensure_topics([Topic(TOPIC, 2)])
    stopped, other = (bus.consumer("group", [TOPIC], lambda parts: dict.fromkeys(parts, 0)) for _ in range(2))
    stopped.poll(0, 10)
    assert len(stopped.assigned()) == 2
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_FLOOD)
    deadline = time.monotonic() + 20
    while len(other.assigned()) < 2:
        assert time.monotonic() < deadline, "it still holds its partitions"
        other.poll(0.1, 10)
    for one in (other, stopped, bus):
        one.close()
