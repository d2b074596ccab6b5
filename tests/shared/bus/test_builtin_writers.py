"""Two who write to the built-in log at the same moment."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from shared.bus import Message, Topic
from shared.bus.builtin import BuiltinBus

_HEAD = "SELECT next_off FROM log_head WHERE topic = 'things' FOR UPDATE"
_PUT = (
    "INSERT INTO log (topic, part, off, key, headers, value) VALUES ('things', 0, 0, 'k', '\\x90', 'first')"
)
_WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def test_who_comes_second_waits_and_goes_on_behind_the_first(make_database: Callable[[], str]) -> None:
    url = make_database()
    bus = BuiltinBus(url)
    bus.ensure_topics([Topic("things", 1)])
    producer = bus.producer()
    with (
        ThreadPoolExecutor() as pool,
        psycopg.connect(url) as first,
        psycopg.connect(url, autocommit=True) as onlooker,
    ):
        first.execute(_HEAD)
        second = pool.submit(producer.publish, [Message("things", b"k", (), b"second")])
        deadline = time.monotonic() + 20
        while onlooker.execute(_WAITING).fetchone() == (0,):
            assert time.monotonic() < deadline, "it does not wait"
            time.sleep(0.01)
        first.execute(_PUT)
        first.execute("UPDATE log_head SET next_off = 1 WHERE topic = 'things'")
        first.commit()
        second.result(20)
        rows = onlooker.execute("SELECT off, value FROM log ORDER BY off").fetchall()
    assert rows == [(0, b"first"), (1, b"second")]
    producer.close()
    bus.close()
