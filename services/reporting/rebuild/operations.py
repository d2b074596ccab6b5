"""Replays every event into shadow tables, and puts them in the place of the old ones.

The live worker goes on meanwhile. It is halted only for the last few events and the swap, one
transaction: whatever it applied before is in the new tables, and it goes on with the next event.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from services.reporting.database import db
from services.reporting.projections.domain import RULES
from shared import rebuild as shadows
from shared.bus import Bus, Part
from shared.database import engine_options, sqlalchemy_url
from shared.events.catalogue import redrive_topic_of, topic_of
from shared.worker import Handler

CONSUMER = "reporting"
TOPICS = (topic_of("donations"), topic_of("programs"), redrive_topic_of(CONSUMER))
SCHEMA = "rebuild"

# Fewer events than this are caught up with while the live worker waits.
_NEAR = 500
_SWAPS = 10

_log = logging.getLogger(__name__)

Sessions = Callable[[], Session]
Report = Callable[[int], Any]
Replay = Callable[[Mapping[Part, int]], int]

_PATIENCE = text("SET LOCAL lock_timeout = '2s'")
_ON_WITH_THE_VERSION = text(f"""
    UPDATE {SCHEMA}.applied SET version = 1 + greatest(
        version, (SELECT coalesce(max(version), 0) FROM public.applied)
    )
""")  # noqa: S608 - the schema is our own constant
_KNOWN = text(f"""
    INSERT INTO public.inbox (event_id, received_at)
    SELECT event_id, received_at FROM {SCHEMA}.inbox WHERE NOT aside
    ON CONFLICT (event_id) DO UPDATE SET aside = false WHERE inbox.aside
""")  # noqa: S608 - the schema is our own constant


def rebuild(
    database_url: str, bus: Bus, handlers: Sequence[Handler], *, report: Report = lambda events: None
) -> int:
    """Rebuild every projection and return how many events were replayed; `report` hears of each round."""
    with _sessions(database_url, "public") as live, _sessions(database_url, f"{SCHEMA},public") as shadow:
        replay = partial(_replay, bus, handlers, shadow)
        _prepare(live)
        replayed = 0
        for attempt in range(1, _SWAPS + 1):
            replayed += _catch_up(replay, live, report)
            try:
                return replayed + _swap(replay, live)
            except OperationalError:
                # Somebody who reads held a table too long; the live worker goes on, and we try once more.
                _log.warning("the swap had to wait too long", extra={"attempt": attempt})
        raise TimeoutError("The tables are read without a pause: try the rebuild again later.")


def needs_rebuild(session: Session) -> bool:
    """Tell whether the tables were folded by other rules than those of this program."""
    rules = session.scalar(text("SELECT rules FROM applied"))
    return rules is not None and rules != RULES


@contextmanager
def _sessions(database_url: str, search_path: str) -> Iterator[sessionmaker[Session]]:
    options = engine_options()
    options["connect_args"] = {**options["connect_args"], "options": f"-c search_path={search_path}"}
    engine: Engine = create_engine(sqlalchemy_url(database_url), **options)
    try:
        yield sessionmaker(engine, expire_on_commit=False)
    finally:
        engine.dispose()


def _prepare(live: Sessions) -> None:
    with live() as session:
        shadows.prepare(session, SCHEMA)
        # The same names as the live ones are visible, so whether they exist must not be asked.
        db.metadata.create_all(session.connection(), checkfirst=False)
        session.commit()


def _catch_up(replay: Replay, live: Sessions, report: Report) -> int:
    replayed = 0
    while True:
        with live() as session:
            upto = shadows.positions(session, CONSUMER, TOPICS)
        applied = replay(upto)
        replayed += applied
        report(applied)
        if applied < _NEAR:
            return replayed


def _replay(bus: Bus, handlers: Sequence[Handler], shadow: Sessions, upto: Mapping[Part, int]) -> int:
    return shadows.replay(bus, handlers, shadow, CONSUMER, upto) if upto else 0


def _swap(replay: Replay, live: Sessions) -> int:
    """Halt the live worker, replay what it did last, and put the new tables in the place of the old."""
    tables = [table.name for table in db.metadata.sorted_tables]
    with live() as session:
        session.execute(_PATIENCE)
        applied = replay(shadows.positions(session, CONSUMER, TOPICS, lock=True))
        session.execute(text(f"LOCK TABLE {_named('public', tables)} IN ACCESS EXCLUSIVE MODE"))
        session.execute(_ON_WITH_THE_VERSION)
        session.execute(_KNOWN)
        session.execute(text(f"DROP TABLE {_named('public', tables)}"))
        for table in tables:
            session.execute(text(f"ALTER TABLE {SCHEMA}.{table} SET SCHEMA public"))
        session.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))
        session.commit()
    return applied


def _named(schema: str, tables: Sequence[str]) -> str:
    return ", ".join(f"{schema}.{table}" for table in tables)
