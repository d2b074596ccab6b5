"""The projections are built anew from the topics while the old ones serve."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from services.reporting.app import SERVICE
from services.reporting.database import db
from services.reporting.rebuild.operations import needs_rebuild, rebuild
from shared import clock
from shared.bus import Message
from shared.bus.topics import all_topics
from shared.events.catalogue import topic_of
from shared.events.envelope import Envelope, Origin, Received, encode_data
from shared.events.event import Event
from shared.ids import new_id
from shared.settings import Settings
from shared.worker import Worker
from tests.drain import Drain
from tests.prefixed_bus import PrefixedBus
from tests.reporting.projections.test_folding import contents
from tests.reporting.story import Story, season


class Live:
    """Reporting with its worker, driven step by step."""

    def __init__(self, app: Flask, bus: PrefixedBus) -> None:
        self.app, self.bus = app, bus
        self.settings: Settings = app.config["HELIX"]
        bus.ensure_topics(all_topics(self.settings))
        with app.app_context():
            sessions = sessionmaker(db.engine, class_=Session, expire_on_commit=False)
        self._drain = Drain(
            [Worker(self.settings, sessions, bus, handlers=SERVICE.handlers, tasks=SERVICE.tasks)]
        )

    def tell(self, events: Sequence[Received]) -> None:
        """Publish events, as the services would whose they are."""
        producer = self.bus.producer()
        producer.publish([_message(event.data) for event in events])
        producer.close()

    def work(self) -> None:
        """Publish and apply until nothing moves."""
        self._drain.run()

    def rebuild(self) -> int:
        """Rebuild, and return how many events were replayed."""
        return rebuild(self.settings.database_url, self.bus, SERVICE.handlers)

    def version(self) -> int:
        """Return the version of the tables."""
        with self.app.app_context():
            return int(db.session.execute(text("SELECT version FROM applied")).scalar_one())

    def close(self) -> None:
        """Let go of connections."""
        self._drain.close()


def _message(event: Event) -> Message:
    key = str(event.key)
    envelope = Envelope(new_id(), event.type_name(), clock.now(), key, {})
    headers = envelope.headers(Origin(f"/helix/35.17/{event.service}", "http://x/schemas/"))
    return Message(topic_of(event.service), key.encode(), headers, encode_data(event))


@pytest.fixture
def live(make_app: Callable[..., Flask], bus: PrefixedBus) -> Iterator[Live]:
    """Reporting with its worker on a bus of its own."""
    found = Live(make_app("reporting"), bus)
    yield found
    found.close()


def test_the_new_tables_equal_the_old_ones_row_by_row(live: Live) -> None:
    events = season(seed=11)
    live.tell(events)
    live.work()
    before, version = contents(live.app), live.version()
    assert live.rebuild() > len(events) // 2
    assert contents(live.app) == before
    assert live.version() > version


def test_tables_that_went_wrong_are_put_right(live: Live) -> None:
    live.tell(season(seed=12))
    live.work()
    before = contents(live.app)
    with live.app.app_context():
        db.session.execute(text("UPDATE area_figures SET people = people + 7"))
        db.session.execute(text("DELETE FROM household"))
        db.session.execute(text("UPDATE applied SET rules = 0"))
        db.session.commit()
        assert needs_rebuild(db.session())
    live.rebuild()
    assert contents(live.app) == before
    with live.app.app_context():
        assert not needs_rebuild(db.session())


def test_the_live_worker_goes_on_exactly_where_the_new_tables_end(
    live: Live, make_app: Callable[..., Flask], fold: Callable[..., None]
) -> None:
    first, second = season(seed=13), season(seed=14)
    live.tell(first)
    live.work()
    live.tell(second)
    worker = threading.Thread(target=live.work)
    worker.start()
    live.rebuild()
    worker.join()
    more = Story()
    more.register()
    live.tell(more.events)
    live.work()
    straight = make_app("reporting")
    fold(straight, [*first, *second, *more.events])
    got, wanted = contents(live.app), contents(straight)
    for table in ("household", "need", "pledge", "area_figures", "funding"):
        if table in {"household", "need"}:
            # The day of a verification and the offsets are those of its events, which were told just now.
            assert [row[:5] for row in got[table]] == [row[:5] for row in wanted[table]]
        else:
            assert got[table] == wanted[table]


def test_an_empty_system_can_be_rebuilt(live: Live) -> None:
    live.work()
    assert live.rebuild() == 0
    assert live.app.test_client().get("/v1/summary").status_code == 200
