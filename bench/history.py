"""What a regency's years leave behind in the three databases, made at once: for measuring how reading holds up.

A household here is verified, and a need of it is delivered and closed. The present is not longer for a long
past: however many households there are, so many lack something still.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from sqlalchemy.orm import Session, sessionmaker

from services.reporting.projections.operations import apply_events
from shared import areas, clock
from shared.events import donations, programs
from shared.events.envelope import Received
from shared.events.event import Event
from shared.ids import new_id
from tests.reporting.story import received

LACKING = 500

_BATCH = 2_000
_QUANTITY = 500_000

# Why the program would match such a need.
_REASONS = programs.Reasons(
    rank=1,
    of=LACKING,
    tier=1,
    decile=1,
    score=500,
    urgency=3,
    admitted_by=[],
    alternatives=0,
    policy_version=1,
    waited_days=0,
)

_VILLAGES = """
    CREATE TEMP TABLE place AS
    SELECT gen_random_uuid() AS id, (%(villages)s::text[])[1 + n %% cardinality(%(villages)s::text[])] AS desa,
        n <= %(lacking)s AS lacks
    FROM generate_series(1, %(households)s) AS n;
    CREATE TEMP TABLE lack AS
    SELECT gen_random_uuid() AS id, place.id AS household, desa, closed, lacks
    FROM place CROSS JOIN (VALUES (true), (false)) AS which (closed) WHERE closed OR lacks
"""
# What programs tells of a kind: its parts, of which none has so few needs that they would be hidden.
_PARTS = """
    (SELECT jsonb_agg(part ORDER BY area) FROM (
        SELECT area, jsonb_build_object('area', area, 'needs', count(*), 'open', sum(%(quantity)s),
            'unreached', sum(%(quantity)s), 'next', jsonb_build_object('decile', 1, 'urgency', 3)) AS part
        FROM lack CROSS JOIN LATERAL (VALUES (left(desa, 5)), (left(desa, 8))) AS level (area)
        WHERE NOT closed GROUP BY area
    ) AS told)
"""
_DONATIONS = (
    """
    INSERT INTO allocation (id, created_at, stakeholder_id, pledge_id, need, household, desa, category,
        stakeholder_kind, fund, strategy, unit, quantity, value_idr, reasons, standing, said_in, earmarked,
        contributed, delivered, released)
    SELECT gen_random_uuid(), now(), stakeholder_id, pledge.id, lack.id, household, desa, 'food',
        stakeholder_kind, fund, strategy, 'IDR', %(quantity)s / 2, %(quantity)s / 2, %(reasons)s, 'payable', 1, 0,
        %(quantity)s / 2, CASE WHEN closed THEN %(quantity)s / 2 ELSE 0 END, 0
    FROM lack CROSS JOIN (SELECT * FROM pledge LIMIT 1) AS pledge
    """,
    f"""
    INSERT INTO gap (id, category, unit, price_idr, parts, told_at, told_in)
    VALUES (gen_random_uuid(), 'food', 'IDR', 1, {_PARTS}, now(), 1)
    """,  # noqa: S608 - a constant of our own
)
_PROGRAMS = (
    """
    INSERT INTO household (id, status, version, decile, decile_source, decile_vintage, score, score_version,
        score_parts, attributes, people, ages, housing, address, verified_at, valid_until, held, synthetic,
        registered_by, fingerprint, created_at, updated_at, desa)
    SELECT id, 'verified', 1, 1, 'P3KE', '2023', 500, 'v1', '{}', '{}', 3,
        '{"under_5": 0, "from_5_to_17": 1, "from_18_to_59": 2, "from_60": 0}', '{}', '\\x00', now(),
        current_date + 300, false, true, 'bench', '\\x00', now(), now(), desa
    FROM place
    """,
    """
    INSERT INTO need (id, household_id, desa, category, unit, market, quantity, value_idr, urgency, indivisible,
        covered, delivered, recorded_by, created_at, closed_at, closed_reason)
    SELECT id, household, desa, 'food', 'IDR', 'IDR', %(quantity)s, %(quantity)s, 3, false,
        CASE WHEN closed THEN %(quantity)s ELSE 0 END, CASE WHEN closed THEN %(quantity)s ELSE 0 END, 'bench', now(),
        CASE WHEN closed THEN now() END, CASE WHEN closed THEN 'delivered' END
    FROM lack
    """,
    f"""
    INSERT INTO gap_told (id, category, market, unit, price_idr, parts, told_at)
    VALUES (gen_random_uuid(), 'food', 'IDR', 'IDR', 1, {_PARTS}, now())
    """,  # noqa: S608 - a constant of our own
)


def fill_tables(service: str, url: str, households: int) -> None:
    """Write what so many households leave behind in the database of donations or of programs."""
    given: dict[str, Any] = {"villages": list(areas.villages()), "households": households, "lacking": LACKING}
    given |= {"quantity": _QUANTITY, "reasons": msgspec.json.encode(_REASONS).decode()}
    with psycopg.connect(url) as connection, psycopg.ClientCursor(connection) as cursor:
        for statement in (_VILLAGES, *(_DONATIONS if service == "donations" else _PROGRAMS)):
            cursor.execute(statement, given)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def fold_events(sessions: sessionmaker[Session], households: int, days: int) -> int:
    """Fold the events of so many households, spread over the last days, into reporting; return how many."""
    events = _events(households, days)
    folded = 0
    while batch := list(islice(events, _BATCH)):
        with sessions.begin() as session:
            apply_events(session, batch)
        folded += len(batch)
    return folded


def _events(households: int, days: int) -> Iterator[Received]:
    villages = list(areas.villages())
    start = clock.now() - timedelta(days=days)
    for number in range(households):
        at = start + timedelta(days=days) * number / households
        for event in _life(villages[number % len(villages)], at):
            yield received(event, at)
    yield received(_gap(), clock.now())


def _gap() -> programs.GapCounted:
    facts: dict[str, Any] = {"open": LACKING * _QUANTITY, "unreached": LACKING * _QUANTITY}
    first = programs.NextNeed(decile=1, urgency=3)
    parts = [
        programs.GapPart(area=area, needs=LACKING, next=first, **facts)
        for area in ("35.17", *areas.subdistricts())
    ]
    return programs.GapCounted(gap=new_id(), category="food", unit="IDR", price_idr=1, parts=parts)


def _life(desa: str, at: datetime) -> Iterator[Event]:
    household, need, pledge = new_id(), new_id(), new_id()
    here: dict[str, Any] = {"household": household, "desa": desa}
    yield programs.HouseholdRegistered(
        **here,
        version=1,
        people=3,
        ages=programs.AgeBands(under_5=0, from_5_to_17=1, from_18_to_59=2, from_60=0),
        attributes=[],
        decile=1,
        decile_source="P3KE",
        decile_vintage="2023",
        score=500,
        score_version="v1",
    )
    yield programs.HouseholdVerified(**here, people=3, valid_until=clock.today() + timedelta(days=300))
    yield programs.NeedRecorded(
        **here,
        need=need,
        category="food",
        strategy="reduce_burden",
        quantity=_QUANTITY,
        unit="IDR",
        value_idr=_QUANTITY,
        urgency=3,
        indivisible=False,
    )
    yield _pledge(pledge)
    steps: dict[str, Any] = here | {
        "pledge": pledge,
        "allocation": new_id(),
        "need": need,
        "category": "food",
        "stakeholder_kind": "philanthropy",
        "fund": "zis",
        "strategy": "reduce_burden",
        "unit": "IDR",
        "quantity": _QUANTITY,
        "value_idr": _QUANTITY,
    }
    yield donations.AllocationReserved(**steps, left=0)
    yield donations.ContributionMade(**steps, contribution=new_id(), paid_on=at.date(), carried_over=False)
    yield programs.DeliveryConfirmed(**steps, delivery=new_id(), day=at.date())
    yield programs.NeedClosed(**here, need=need, category="food", reason="delivered", delivered=_QUANTITY)


def _pledge(pledge: UUID) -> donations.PledgeOpened:
    return donations.PledgeOpened(
        pledge=pledge,
        version=1,
        stakeholder=new_id(),
        stakeholder_kind="philanthropy",
        resource=donations.Resource(kind="cash", unit="IDR"),
        quantity=_QUANTITY,
        value_idr=_QUANTITY,
        fund="zis",
        zakat=False,
        strategy="reduce_burden",
        restrictions=donations.Restrictions(),
        opens_on=clock.today(),
        expires_on=None,
    )
