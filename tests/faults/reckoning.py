"""What must be true once nothing moves any more: what was accepted took effect, once, and in order."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row

from services.programs.gaps.operations import TELL_GAPS
from services.reporting.app import SERVICE
from services.reporting.rebuild.operations import rebuild
from shared import dead_letters
from shared.bus import BusUnavailable, Part, Record
from shared.events.catalogue import topic_of
from shared.events.envelope import Poison, decode
from shared.settings import SERVICES
from tests.books import problems
from tests.faults.load import Ledger
from tests.faults.machine import Machine

REST_WITHIN_SECONDS = 120.0
LOOK_EVERY_SECONDS = 0.3
# What is short is told some seconds after the last change.
QUIET_SECONDS = TELL_GAPS.every.total_seconds() + 1

_TABLES = (
    "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
)
# What belongs to the exchange, and counts how often the tables were changed.
_NOT_COMPARED = {
    "outbox",
    "inbox",
    "consumer_offset",
    "idempotency",
    "worker_state",
    "alembic_version",
    "applied",
}
_STATES = {"pledge": ".pledge-", "household": ".household-registered.|.household-changed."}


def query(machine: Machine, service: str, statement: str, *values: Any) -> list[dict[str, Any]]:
    """Ask a service's database."""
    with psycopg.connect(machine.databases[service], row_factory=dict_row) as connection:
        return connection.execute(statement.encode(), values).fetchall()


def rest(machine: Machine, seconds: float = REST_WITHIN_SECONDS) -> None:
    """Wait until nothing is to be published, applied or matched any more, and stays so."""
    deadline = time.monotonic() + seconds
    quiet = 0
    while quiet * LOOK_EVERY_SECONDS < QUIET_SECONDS:
        try:
            waiting = _waiting(machine)
        except psycopg.OperationalError:
            # The last that was killed was one of its processes, and it recovers.
            waiting = {"database": 1}
        quiet = 0 if waiting else quiet + 1
        assert time.monotonic() < deadline, f"it does not come to rest: {waiting}"
        machine.revive()
        time.sleep(LOOK_EVERY_SECONDS)


def _waiting(machine: Machine) -> dict[str, int]:
    found = {}
    for service in SERVICES:
        found[f"{service} outbox"] = query(machine, service, "SELECT count(*) FROM outbox")[0]["count"]
        rows = query(machine, service, "SELECT topic, part, next_offset FROM consumer_offset")
        places = {Part(row["topic"], row["part"]): row["next_offset"] for row in rows}
        for topic in {part.topic for part in places}:
            try:
                ends = machine.bus.end_offsets(topic)
            except BusUnavailable:
                # A broker that has just come back may take a while to tell.
                return {"bus": 1}
            found[f"{service} {topic}"] = sum(end - places.get(part, 0) for part, end in ends.items())
    due = "SELECT count(*) FROM market_change WHERE due_on <= (now() AT TIME ZONE 'Asia/Jakarta')::date"
    found["markets"] = query(machine, "programs", due)[0]["count"]
    return {name: count for name, count in found.items() if count}


def assert_all_took_effect_once(machine: Machine, ledger: Ledger) -> None:
    """Compare what the people were told with what the three databases hold."""
    _assert_donations(machine, ledger)
    _assert_programs(machine, ledger)
    figures = query(
        machine,
        "reporting",
        "SELECT coalesce(sum(pledged_idr), 0)::bigint AS pledged, coalesce(sum(contributed_idr), 0)::bigint AS paid,"
        " coalesce(sum(delivered_idr), 0)::bigint AS delivered FROM funding",
    )[0]
    kept = query(
        machine,
        "donations",
        "SELECT sum(CASE WHEN ended IS NULL THEN quantity ELSE reserved + delivered + in_hand END)::bigint AS kept"
        " FROM pledge",
    )[0]["kept"]
    given = [quantity for _, quantity, outcome in ledger.deliveries.values() if outcome == "delivered"]
    assert figures == {
        "pledged": kept or 0,
        "paid": sum(quantity for _, quantity in ledger.contributions.values()),
        "delivered": sum(given),
    }
    households = query(
        machine,
        "reporting",
        "SELECT count(*) AS all, count(*) FILTER (WHERE status = 'verified') AS verified FROM household",
    )
    assert households == [{"all": len(ledger.households), "verified": len(ledger.verified)}]


def _assert_donations(machine: Machine, ledger: Ledger) -> None:
    pledges = {str(row["id"]): row for row in query(machine, "donations", "SELECT * FROM pledge")}
    assert pledges.keys() == ledger.pledges.keys()
    for pledge, quantities in ledger.pledges.items():
        row = pledges[pledge]
        assert (row["ended"] == "withdrawn") == (pledge in ledger.withdrawn)
        assert row["quantity"] == quantities[-1]
    paid = query(
        machine, "donations", "SELECT id, allocation_id, quantity FROM contribution WHERE NOT carried_over"
    )
    assert {
        str(row["id"]): (str(row["allocation_id"]), row["quantity"]) for row in paid
    } == ledger.contributions
    receipts = query(machine, "donations", "SELECT delivery, quantity FROM receipt")
    delivered = {
        delivery: quantity for delivery, (_, quantity, how) in ledger.deliveries.items() if how == "delivered"
    }
    assert {str(row["delivery"]): row["quantity"] for row in receipts} == delivered
    told = query(machine, "donations", "SELECT pledge_id, code FROM timeline_entry ORDER BY pledge_id, id")
    steps = Counter((str(row["pledge_id"]), row["code"]) for row in told)
    assert {pledge: steps[pledge, "pledge_opened"] for pledge in pledges} == dict.fromkeys(pledges, 1)
    assert {pledge for pledge in pledges if steps[pledge, "pledge_withdrawn"]} == ledger.withdrawn
    amended = {pledge: len(quantities) - 1 for pledge, quantities in ledger.pledges.items()}
    assert {pledge: steps[pledge, "pledge_amended"] for pledge in pledges} == amended
    first = {str(row["pledge_id"]): row["code"] for row in reversed(told)}
    assert set(first.values()) <= {"pledge_opened"}


_DECISIONS = """
    SELECT allocation_id, reason, CASE step WHEN 'approved' THEN 'approve' WHEN 'held' THEN 'hold' ELSE 'veto' END
        AS decision
    FROM allocation_entry WHERE step IN ('approved', 'held', 'vetoed')
"""


def _assert_programs(machine: Machine, ledger: Ledger) -> None:
    homes = query(machine, "programs", "SELECT id, status, held FROM household")
    assert {str(row["id"]) for row in homes} == ledger.households
    assert {str(row["id"]) for row in homes if row["status"] == "verified"} == ledger.verified
    needs = query(machine, "programs", "SELECT household_id, count(*) FROM need GROUP BY 1")
    assert {str(row["household_id"]): row["count"] for row in needs} == dict(ledger.needs)
    deliveries = query(machine, "programs", "SELECT id, allocation_id, quantity, outcome FROM delivery")
    assert {
        str(row["id"]): (str(row["allocation_id"]), row["quantity"], row["outcome"]) for row in deliveries
    } == ledger.deliveries
    # Each word was given with a reason of its own; one that changes nothing is not kept.
    words = query(machine, "programs", _DECISIONS)
    assert len({row["reason"] for row in words}) == len(words)
    kept = Counter((str(row["allocation_id"]), row["decision"]) for row in words)
    said = Counter(ledger.decisions)
    assert kept <= said
    assert _vetoes(kept) == _vetoes(said)
    holds = query(
        machine,
        "programs",
        "SELECT household_id, count(*), count(released_at) AS over FROM hold GROUP BY household_id",
    )
    assert {str(row["household_id"]): row["count"] for row in holds} == dict(ledger.holds)
    assert {str(row["household_id"]): row["over"] for row in holds if row["over"]} == dict(ledger.releases)


def _vetoes(words: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    return {place: count for place, count in words.items() if place[1] == "veto"}


def records_of(machine: Machine, topic: str) -> list[Record]:
    """Return everything on a topic, in the order of its partitions."""
    ends = machine.bus.end_offsets(topic)
    begin = machine.bus.beginning_offsets(topic)
    reader = machine.bus.consumer(None, [topic], lambda parts: {part: begin[part] for part in parts})
    found: list[Record] = []
    deadline = time.monotonic() + 60
    try:
        while len(found) < sum(ends[part] - begin[part] for part in ends):
            found += reader.poll(1.0, 5_000)
            assert time.monotonic() < deadline, f"{topic} could not be read to its end"
    finally:
        reader.close()
    return sorted(found, key=lambda record: (record.partition, record.offset))


def assert_in_order_and_never_two(machine: Machine) -> int:
    """Look at everything that was published; return how often something was published again."""
    again = 0
    for service in SERVICES:
        records = [record for record in records_of(machine, topic_of(service)) if _is_event(record)]
        fresh = _first_of_each(records)
        again += len(records) - len(fresh)
        _assert_order(fresh)
    return again


def _is_event(record: Record) -> bool:
    try:
        return topic_of(decode(record).data.service) == record.topic
    except Poison:
        # Somebody else wrote it.
        return False


def _first_of_each(records: Sequence[Record]) -> list[Record]:
    first: dict[bytes, Record] = {}
    for record in records:
        known = first.setdefault(dict(record.headers)[b"ce_id".decode()], record)
        same = (known.key, known.value, known.headers) == (record.key, record.value, record.headers)
        assert same, "an event was published with two different contents"
    return list(first.values())


def _assert_order(records: Sequence[Record]) -> None:
    """Records of one key are in the order in which they were told; so are the versions they carry."""
    by_key: dict[bytes | None, list[Record]] = {}
    for record in records:
        by_key.setdefault(record.key, []).append(record)
    for key, mine in by_key.items():
        assert len({record.partition for record in mine}) == 1, f"{key!r} is in several partitions"
        times = [dict(record.headers)["ce_time"] for record in mine]
        assert all(before <= after for before, after in pairwise(times)), f"{key!r} is not in order"
        for subject, kinds in _STATES.items():
            states = [msgspec.json.decode(record.value or b"") for record in mine if _is(record, kinds)]
            versions = [state["version"] for state in states if subject in state]
            assert all(before < after for before, after in pairwise(versions)), f"{key!r} went back"


def _is(record: Record, kinds: str) -> bool:
    kind = dict(record.headers)["ce_type"].decode()
    return any(part in kind for part in kinds.split("|"))


def assert_books_agree(machine: Machine) -> None:
    """All that must hold in each database, and between the three of them."""
    donations, programs, reporting = (machine.databases[service] for service in SERVICES)
    assert problems(donations, programs, reporting, at_rest=True) == []


def assert_no_dead_letters(machine: Machine, wanted: Mapping[str, int]) -> None:
    """Nothing was put aside but what was to be."""
    for service in SERVICES:
        letters = [
            f"{letter.type} {letter.reason} {letter.error}"
            for letter in dead_letters.list_(machine.bus, service)
        ]
        assert len(letters) == wanted.get(service, 0), letters


def assert_rebuild_is_the_same(machine: Machine) -> None:
    """Reporting's tables, built anew from the topics, are the same to the row."""
    before = _contents(machine)
    rebuild(machine.databases["reporting"], machine.bus, SERVICE.handlers)
    after = _contents(machine)
    for table, rows in before.items():
        assert after[table] == rows, f"{table} is not what its events say"


def _contents(machine: Machine) -> dict[str, list[str]]:
    tables = [row["table_name"] for row in query(machine, "reporting", _TABLES)]
    return {
        table: sorted(map(repr, _telling_rows(query(machine, "reporting", f"SELECT * FROM {table}"))))  # noqa: S608
        for table in tables
        if table not in _NOT_COMPARED
    }


def _telling_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows, but not those of zeros: they say no more than no row."""
    keys = {"area", "days", "since", "grain", "start", "fund", "strategy", "stakeholder_kind", "category"}
    telling = [row for row in rows if "id" in row or any(row[name] for name in row.keys() - keys)]
    # The order of the columns is no part of it.
    return [dict(sorted(row.items())) for row in telling]
