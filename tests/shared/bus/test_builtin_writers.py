"""Two who write to the built-in log at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
from sqlalchemy import NullPool, create_engine

from shared.bus import Message, Topic
from shared.bus.builtin import BuiltinBus
from shared.database import sqlalchemy_url
from tests.databases import until_locks_are_waited_for

_HEAD = "SELECT next_off FROM log_head WHERE topic = 'things' FOR UPDATE"
_PUT = (
    "INSERT INTO log (topic, part, off, key, headers, value) VALUES ('things', 0, 0, 'k', '\\x90', 'first')"
)


def test_who_comes_second_waits_and_goes_on_behind_the_first(make_database: Callable[[], str]) -> None:
    url = make_database()
    bus = BuiltinBus(url)
    bus.ensure_topics([Topic("things", 1)])
    producer = bus.producer()
    with (
        ThreadPoolExecutor() as pool,
        psycopg.connect(url) as first,
    ):
        first.execute(_HEAD)
        second = pool.submit(producer.publish, [Message("things", b"k", (), b"second")])
        until_locks_are_waited_for(create_engine(sqlalchemy_url(url), poolclass=NullPool))
        first.execute(_PUT)
        first.execute("UPDATE log_head SET next_off = 1 WHERE topic = 'things'")
        first.commit()
        second.result(20)
        rows = first.execute("SELECT off, value FROM log ORDER BY off").fetchall()
    assert rows == [(0, b"first"), (1, b"second")]
    producer.close()
    bus.close()
