"""The books of the three services beside each other: what is wrong in one, or between them.

Each service looks into its own database by itself; what must be the same in several is compared here,
as sets of rows. While events are on their way those differ, so they are compared only at rest: once
every event was heard and every task has run.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from services.donations.checks.queries import find_faults as find_faults_of_balances
from services.donations.checks.queries import find_unheard
from services.programs.checks.queries import find_breaches
from services.programs.checks.queries import find_faults as find_faults_of_match
from services.reporting.checks.queries import find_faults as find_faults_of_figures
from shared import dead_letters, inbox
from shared.bus import Bus, Part
from shared.database import sqlalchemy_url
from tests.same_in_all import SAME

SERVICES = ("donations", "programs", "reporting")

_INSIDE = {
    "donations": find_faults_of_balances,
    "programs": find_breaches,
    "reporting": find_faults_of_figures,
}
_FRACTIONS = text("""
    SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type IN ('real', 'double precision', 'money', 'numeric')
""")
_OFFSETS = text("SELECT topic, part, next_offset FROM consumer_offset WHERE consumer = :service")


def problems(
    donations: Engine | str,
    programs: Engine | str,
    reporting: Engine | str,
    *,
    at_rest: bool,
    bus: Bus | None = None,
) -> list[str]:
    """Return what is wrong, in sentences; nothing where all is well.

    The databases are engines or URLs. `at_rest`: nothing is on its way, so that all three say the same.
    Where the bus is given, everything on it must have been read then, and what was put aside must
    have taken effect since.
    """
    with ExitStack() as stack:
        places = zip(SERVICES, (donations, programs, reporting), strict=True)
        sessions = {service: stack.enter_context(_reading(place)) for service, place in places}
        return list(_problems(sessions, bus, at_rest=at_rest))


def problems_inside(service: str, place: Engine | str) -> list[str]:
    """Return what is wrong in the database of one service, whatever is on its way."""
    with _reading(place) as session:
        return [f"{service}: {fault}" for fault in _INSIDE[service](session)]


def _problems(sessions: Mapping[str, Session], bus: Bus | None, *, at_rest: bool) -> Iterator[str]:
    for service, session in sessions.items():
        find = find_faults_of_match if at_rest and service == "programs" else _INSIDE[service]
        yield from (f"{service}: {fault}" for fault in find(session))
    if not at_rest:
        return
    yield from (f"donations: {fault}" for fault in find_unheard(sessions["donations"]))
    for service, session in sessions.items():
        yield from (f"{service}: {fault}" for fault in _fractions(session))
        yield from (f"{service}: {fault}" for fault in _unfinished(service, session, bus))
    for what, statements in SAME.items():
        books = {service: _rows(sessions[service], statement) for service, statement in statements.items()}
        yield from _differences(what, books)


@contextmanager
def _reading(place: Engine | str) -> Iterator[Session]:
    """Give a session that sees one moment of a database."""
    engine = place if isinstance(place, Engine) else create_engine(sqlalchemy_url(place))
    try:
        with Session(engine.execution_options(isolation_level="REPEATABLE READ")) as session:
            yield session
    finally:
        if engine is not place:
            engine.dispose()


def _fractions(session: Session) -> Iterator[str]:
    """Yield the columns that hold, or could hold, parts of a whole number."""
    for table, column, kind in session.execute(_FRACTIONS):
        # What adds up the rupiah of all pledges has no end, and is looked at itself.
        broken = f'SELECT EXISTS (SELECT FROM "{table}" WHERE "{column}" <> trunc("{column}"))'  # noqa: S608 - names of our own
        if kind != "numeric" or session.scalar(text(broken)):
            yield f"{table}.{column}: is no whole number."


def _unfinished(service: str, session: Session, bus: Bus | None) -> Iterator[str]:
    """Yield what a service has still to tell or to hear, and what it could not take."""
    waiting = session.scalar(text("SELECT count(*) FROM outbox"))
    if waiting:
        yield f"{waiting} events wait in the outbox."
    if bus is None:
        return
    for topic, number, offset in session.execute(_OFFSETS, {"service": service}):
        part = Part(topic, number)
        if offset != (end := bus.end_offsets(topic)[part]):
            yield f"{topic} {number}: read up to {offset} of {end}."
    letters = {letter.event_id: letter for letter in dead_letters.list_(bus, service)}
    taken = {str(one) for one in inbox.applied(session, [UUID(one) for one in letters])}
    for letter in letters.values():
        if letter.event_id not in taken:
            yield f"{letter.position}: a dead letter, {letter.type}, {letter.reason}, {letter.error}."


def _rows(session: Session, statement: str) -> dict[Any, tuple[Any, ...]]:
    return {key: tuple(values) for key, *values in session.execute(text(statement))}


def _differences(what: str, books: Mapping[str, Mapping[Any, tuple[Any, ...]]]) -> Iterator[str]:
    for key in sorted(set().union(*books.values()), key=str):
        told = {service: book.get(key) for service, book in books.items()}
        if len(set(told.values())) > 1:
            shown = ", ".join(f"{service} {_shown(values)}" for service, values in told.items())
            yield f"{what} {key}: {shown}."


def _shown(values: tuple[Any, ...] | None) -> str:
    return "nothing" if values is None else f"({', '.join(map(str, values))})"
