"""How fast reporting folds every event anew: `helix reporting rebuild`, beside a bare loop over the same topics."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bench.pledges import message_of, put
from bench.result import Result, rates
from bench.servers import Servers, environment_of, servers
from bench.worker import bare_rate
from shared.areas import villages
from shared.bus import Message
from shared.events.event import Event
from shared.migrations import upgrade
from shared.settings import passthrough
from tests.reporting.story import Story

HOUSEHOLDS = 50_000
ROUNDS = 3

TOPICS = ("helix.donations", "helix.programs")
COLUMNS = ("household", "need", "pledge", "desa", "quantity", "value_idr")
MIGRATIONS = Path(__file__).parents[1] / "services" / "reporting" / "migrations"

# The events of a quarter.
BEGINNING = datetime(2026, 7, 1, tzinfo=UTC)
APART = timedelta(days=90) / (6 * HOUSEHOLDS)


def measure() -> list[Result]:
    """Let a rebuild and a bare loop read the same events in turns."""
    ours, bare = [], []
    with servers() as found:
        bus = found.bus("kafka")
        put(bus, _messages())
        ends = {part: end for topic in TOPICS for part, end in bus.end_offsets(topic).items()}
        bus.close()
        events = sum(ends.values())
        url = found.postgres.ensure_database("reporting")
        upgrade(url, MIGRATIONS)
        with psycopg.connect(url) as connection:
            # As if the live worker had applied them all: a rebuild goes up to its place.
            connection.cursor().executemany(
                "INSERT INTO consumer_offset VALUES ('reporting', %s, %s, %s)",
                [(*part, end) for part, end in ends.items()],
            )
        for _ in range(ROUNDS):
            bare.append(bare_rate(found, events, TOPICS, COLUMNS))
            ours.append(_rebuild(found, url, events))
    return [rates(f"helix reporting rebuild, {events:,} events", ours, bare, "0.8")]


def _messages() -> Iterator[Message]:
    at = BEGINNING
    for event in _events():
        at += APART
        yield message_of(event, at)


def _events() -> Iterator[Event]:
    """Yield the lives of households: six events for each, and a pledge for ten."""
    places = sorted(villages())
    for number in range(0, HOUSEHOLDS, 10):
        story = Story()
        desa = places[number // 10 % len(places)]
        pledge = story.pledge(1_000_000)
        for _ in range(10):
            household = story.register(desa)
            story.verify(household, desa)
            need = story.need(household, desa)
            steps = story.reserve(household, need, desa=desa, pledge=pledge)
            story.contribute(steps, 100)
            story.deliver(steps, 100)
        yield from (event.data for event in story.events)


def _rebuild(found: Servers, url: str, events: int) -> float:
    """Return the events per second of the command, from its first batch to its end."""
    own = environment_of("reporting", url, HELIX_BUS="kafka", HELIX_KAFKA_BOOTSTRAP=found.bootstrap)
    command = [sys.executable, "-m", "helix", "reporting", "rebuild"]
    process = subprocess.Popen(command, env=passthrough() | own, stdout=subprocess.DEVNULL)
    with psycopg.connect(url, autocommit=True) as connection:
        while not (first := _replayed(connection)):
            time.sleep(0.01)
        began = time.perf_counter()
    assert process.wait(600) == 0
    return (events - first) / (time.perf_counter() - began)


def _replayed(connection: "psycopg.Connection[Any]") -> int:
    """Return how many events are in the tables that are being made."""
    try:
        found = connection.execute("SELECT coalesce(sum(next_offset), 0)::int FROM rebuild.consumer_offset")
    except psycopg.errors.UndefinedTable:
        return 0
    return int(found.fetchone()[0])  # type: ignore[index]
