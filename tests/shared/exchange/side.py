"""One side of an exchange: a service's database with nothing in it but the exchange, and a table of what was seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from shared import outbox
from shared.bell import bell_of
from shared.bus import Bus
from shared.database import sqlalchemy_url
from shared.errors import Conflict
from shared.events.donations import StakeholderApproved, StakeholderSuspended
from shared.events.envelope import Received
from shared.settings import Settings, load
from shared.tables import EXCHANGE, IDEMPOTENCY, WORKER_STATE
from shared.worker import Handler, Task, Worker

_TABLES = (
    "CREATE TABLE seen (place bigserial, event_id uuid NOT NULL, key uuid NOT NULL, name text NOT NULL)",
    "CREATE TABLE number (value integer NOT NULL)",
)

_SEE = text("""
    INSERT INTO seen (event_id, key, name)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS uuid[]), CAST(:names AS text[]))
""")


def see(session: Session, events: list[Received]) -> None:
    """Note every event. Some names do what goes wrong in real handlers."""
    for event in events:
        name = getattr(event.data, "name", "suspended")
        if name == "breaks a rule":
            raise Conflict("not_now", "This breaks a rule.")
        if name == "meets a bug":
            raise KeyError(name)
        if name == "is no number":
            session.execute(text("INSERT INTO number VALUES (CAST(:name AS integer))"), {"name": name})
    session.execute(
        _SEE,
        {
            "ids": [event.id for event in events],
            "keys": [event.data.key for event in events],
            "names": [getattr(event.data, "name", "suspended") for event in events],
        },
    )


MakeSide = Callable[..., "Side"]

HANDLERS = (Handler((StakeholderApproved, StakeholderSuspended), see),)


def approved(key: UUID, name: object) -> StakeholderApproved:
    """Return an event; its name carries what a test wants to find again."""
    return StakeholderApproved(stakeholder=key, name=str(name), kind="community")


@dataclass
class Side:
    """A service's database, seen from a test."""

    settings: Settings
    sessions: sessionmaker[Session]

    @classmethod
    def open(cls, service: str, url: str, changed: Mapping[str, str], *, fresh: bool = True) -> "Side":
        sessions = sessionmaker(create_engine(sqlalchemy_url(url), pool_pre_ping=True))
        if fresh:
            with sessions.begin() as session:
                for statement in (*EXCHANGE, *IDEMPOTENCY, *WORKER_STATE, *_TABLES):
                    session.execute(text(statement))
        return cls(_settings(service, url, changed), sessions)

    def worker(self, bus: Bus, *, handlers: Sequence[Handler] = (), tasks: Sequence[Task] = ()) -> Worker:
        return Worker(self.settings, self.sessions, bus, handlers=handlers, tasks=tasks)

    def tell(self, *events: Any) -> list[UUID]:
        with self.sessions.begin() as session:
            return outbox.record_all(session, events)

    def query(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        with self.sessions() as session:
            return [tuple(row) for row in session.execute(text(statement), values)]

    def names(self) -> list[str]:
        """Return the names seen, in the order they took effect."""
        return [name for (name,) in self.query("SELECT name FROM seen ORDER BY place")]

    def close(self) -> None:
        engine = self.sessions.kw["bind"]
        bell_of(engine).close()
        engine.dispose()


def _settings(service: str, url: str, changed: Mapping[str, str]) -> Settings:
    environment = {
        "HELIX_BUS": "builtin",
        "HELIX_BUS_DATABASE_URL": "unused",
        "HELIX_DONATIONS_URL": "http://donations.test",
        "HELIX_PROGRAMS_URL": "http://programs.test",
        "HELIX_REPORTING_URL": "http://reporting.test",
        f"HELIX_{service.upper()}_SECRET_KEY": "a secret of this test only, long enough",
        f"HELIX_{service.upper()}_DATABASE_URL": url,
        "HELIX_PARTITIONS": "3",
    }
    return load(service, environment | dict(changed))
