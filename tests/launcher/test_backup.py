"""What a backup rests on: one moment, a log whose records keep their offsets, and a place that is empty."""

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.errors import LockNotAvailable

from helix.backup import moment as moment_module
from helix.backup.failure import CannotBackUp
from helix.backup.log_copy import copy_log, ends_of, fill_log
from helix.backup.manifest import FORMAT, Manifest, create_private, hash_of, read, write
from helix.backup.moment import one_moment
from helix.backup.places import Places
from helix.backup.restoring import restore
from helix.local.postgres import PROGRAMS
from shared.bus import Message, Part
from shared.bus.interface import Topic
from shared.ids import new_id
from shared.settings import SERVICES, Settings
from tests.prefixed_bus import PrefixedBus

Databases = dict[str, str]

_ADD = """
    INSERT INTO outbox (id, topic, key, type, headers, value, created_at)
    VALUES (%s, 'helix.donations', 'k', 't', '{}', '', now())
"""


@pytest.fixture
def databases(database_of: Callable[[str], str]) -> Databases:
    """Return the database of each service."""
    return {service: database_of(service) for service in SERVICES}


def _connect(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True, options="-c lock_timeout=200")


def _seen(url: str, snapshot: str, table: str) -> int:
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a name of this test
    return int(row[0]) if row else -1


def test_nobody_tells_anything_while_the_moment_is_taken_and_everybody_after(databases: Databases) -> None:
    asked = 0

    def read_ends() -> dict[Part, int]:
        nonlocal asked
        asked += 1
        for url in databases.values() if asked == 2 else ():
            with _connect(url) as connection:
                assert connection.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
                with pytest.raises(LockNotAvailable):
                    connection.execute(_ADD, (new_id(),))
        return {}

    with one_moment(databases, read_ends):
        for url in databases.values():
            with _connect(url) as connection:
                connection.execute(_ADD, (new_id(),))
    assert asked == 2


def test_the_ends_are_read_after_the_databases(databases: Databases) -> None:
    asked = 0

    def read_ends() -> dict[Part, int]:
        nonlocal asked
        asked += 1
        if asked == 2:
            for url in databases.values():
                with _connect(url) as connection:
                    connection.execute("INSERT INTO consumer_offset VALUES ('c', 't', 0, 7)")
        return {}

    with one_moment(databases, read_ends) as moment:
        seen = [_seen(url, moment.snapshots[name], "consumer_offset") for name, url in databases.items()]
    assert seen == [0, 0, 0]


def test_who_is_at_work_is_waited_for_and_belongs_to_the_moment(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moment_module, "PATIENCE_MS", 100)
    monkeypatch.setattr(moment_module, "_PAUSE_SECONDS", 0.05)
    with psycopg.connect(databases["programs"]) as slow:
        slow.execute(_ADD, (new_id(),))
        threading.Timer(0.6, slow.commit).start()
        with one_moment(databases, dict) as moment:
            assert _seen(databases["programs"], moment.snapshots["programs"], "outbox") == 1
    monkeypatch.setattr(moment_module, "TRIES", 2)
    with psycopg.connect(databases["programs"]) as stuck:
        stuck.execute(_ADD, (new_id(),))
        with pytest.raises(CannotBackUp, match="does not end"), one_moment(databases, dict):
            pass
        # Nobody is left shut out.
        with _connect(databases["donations"]) as connection:
            connection.execute(_ADD, (new_id(),))


def _filled(bus: PrefixedBus, topic: str, count: int) -> dict[Part, int]:
    bus.ensure_topics([Topic(topic, 2)])
    producer = bus.producer()
    headers = (("ce_id", b"1"), ("ce_id", b"2"))
    producer.publish([Message(topic, b"k%d" % n, headers, b"v%d" % n, n % 2) for n in range(count)])
    producer.close()
    return ends_of(bus, [topic])


def _read_all(bus: PrefixedBus, topic: str) -> list[Any]:
    starts = bus.beginning_offsets(topic)
    reader = bus.consumer(None, [topic], lambda parts: {part: starts[part] for part in parts})
    found: list[Any] = []
    while len(found) < sum(bus.end_offsets(topic).values()):
        found += reader.poll(10, 100)
    reader.close()
    return sorted((r.partition, r.offset, r.key, r.headers, r.value) for r in found)


def test_a_copied_log_gets_every_record_at_its_offset_and_none_that_came_later(
    bus: PrefixedBus, tmp_path: Path
) -> None:
    ends = _filled(bus, "first", 41)
    before = _read_all(bus, "first")
    _filled(bus, "first", 3)
    file = io.BytesIO()
    copy_log(bus, ends, file)
    (tmp_path / "log").write_bytes(file.getvalue())
    elsewhere = PrefixedBus(bus.place["kind"], bus.place["address"], f"{new_id().hex}.")
    try:
        elsewhere.ensure_topics([Topic("first", 2)])
        fill_log(elsewhere, ends, tmp_path / "log")
        assert _read_all(elsewhere, "first") == before
        with pytest.raises(CannotBackUp, match="did not become what it was"):
            fill_log(elsewhere, ends, tmp_path / "log")
    finally:
        elsewhere.close()


def test_a_file_that_is_not_what_was_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotBackUp, match="is no backup"):
        read(tmp_path)
    with create_private(tmp_path / "log.gz") as file:
        file.write(b"whole")
    ends = {"helix.donations": [3, 4]}
    manifest = Manifest(FORMAT, "2026-01-01", "kafka", ends, {"log.gz": hash_of(tmp_path / "log.gz")})
    write(tmp_path, manifest)
    assert read(tmp_path) == manifest
    assert manifest.parts == {Part("helix.donations", 0): 3, Part("helix.donations", 1): 4}
    (tmp_path / "log.gz").write_bytes(b"torn")
    with pytest.raises(CannotBackUp, match="is damaged"):
        read(tmp_path)


def test_a_place_that_is_not_empty_is_refused(settings_of: Callable[..., Settings], tmp_path: Path) -> None:
    places = Places({service: settings_of(service) for service in SERVICES}, PROGRAMS)
    with pytest.raises(CannotBackUp, match="donations is not empty"):
        restore(places, tmp_path, Manifest(FORMAT, "", "builtin", {}, {}))
