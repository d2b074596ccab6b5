"""After a whole journey no name, number, address or birth date is anywhere but where it belongs."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from requests import Response

from shared.bus.builtin import encode_headers
from tests.access import journey
from tests.access.seeds import SEEDS, found_in
from tests.e2e.running import Running, eventually, start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# What must be readable in the database of programs: the figures of a household follow from birth dates
# each day, and officers read what officers wrote about a case.
_READABLE = {
    ("member", "born_on"): {"born"},
    ("decision", "reason"): {"name", "address", "phone", "note"},
    ("hold", "reason"): {"name", "phone", "note"},
    ("hold", "release_reason"): {"nik", "phone", "note"},
    ("allocation_entry", "reason"): {"name", "nik", "phone", "note"},
    ("delivery", "reason"): {"name", "phone", "note"},
}

# A page's switch of language, and the way to sign in and back, lead to the address that the browser itself
# has asked for: nobody else gets to see it, and filters live in it.
_OWN_ADDRESS = re.compile(r'href="[^"]*[?&;]lang=(?:id|en)"|/sign-in\?going=[^"\'\s]*')


class Traces:
    """All that a journey has left behind."""

    def __init__(self, helix: Running) -> None:
        self.helix = helix
        self.known = journey.play(helix)
        self.answers: list[tuple[str, Response]] = list(journey.provoke(helix, self.known))
        _send_poison(helix)

    def database(self, name: str) -> psycopg.Connection[Any]:
        """Connect to one of the databases."""
        return psycopg.connect(_url(self.helix.data, name), autocommit=True)

    def columns(self, database: str) -> Iterator[tuple[str, str, str]]:
        """Yield table, column, and all that stands in it, of a whole database."""
        with self.database(database) as connection:
            found = connection.execute(
                "SELECT table_schema, table_name, column_name FROM information_schema.columns"
                " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
            ).fetchall()
            for schema, table, column in found:
                statement = sql.SQL("SELECT string_agg({}::text, chr(10)) FROM {}").format(
                    sql.Identifier(column), sql.Identifier(schema, table)
                )
                row = connection.execute(statement).fetchone()
                yield table, column, (row and row[0]) or ""


def _url(data: Path, database: str) -> str:
    port = (data / "postgres" / "postmaster.pid").read_text().splitlines()[4]
    return f"postgresql://postgres@/{database}?host={port}"


def _send_poison(helix: Running) -> None:
    """Put what nobody can read at the end of a topic, and wait until it is set aside with its reason."""
    with psycopg.connect(_url(helix.data, "helix_log"), autocommit=True) as connection:
        connection.execute(
            "WITH head AS (UPDATE log_head SET next_off = next_off + 1"
            " WHERE topic = 'helix.programs' AND part = 0 RETURNING next_off - 1 AS off)"
            " INSERT INTO log (topic, part, off, key, headers, value)"
            " SELECT 'helix.programs', 0, off, 'x', %s, %s FROM head",
            (encode_headers(()), f'{{"name": "{journey.NAME}"'.encode()),
        )
        count = "SELECT count(*) FROM log WHERE topic LIKE '%%dead-letters'"
        eventually(lambda: (connection.execute(count).fetchone() or (0,))[0] >= 2, 60)


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traces]:
    """What is left of a journey, while Helix still runs."""
    helix = start("builtin", tmp_path_factory.mktemp("helix-leaks") / "data")
    try:
        yield Traces(helix)
    finally:
        helix.process.send_signal(signal.SIGINT)
        helix.process.wait(timeout=60)


def test_who_may_read_the_household_reads_what_is_searched_for(traces: Traces) -> None:
    path = f"/v1/households/{traces.known['household']}"
    answer = traces.helix.call("GET", "programs", path, traces.helix.as_role("verifier"))
    assert {kind for kind, _ in found_in(answer.text)} == {"name", "nik", "kk", "address", "born"}


def test_no_log_of_any_process_tells_of_anybody(traces: Traces) -> None:
    logs = [*traces.helix.data.glob("logs/*.log"), traces.helix.data / "postgres" / "log"]
    logs.append(traces.helix.data.parent / "run.log")
    assert {"donations-web.log", "programs-web.log", "programs-worker.log", "log"} <= {
        log.name for log in logs
    }
    assert all(log.exists() for log in logs)
    assert sum(log.stat().st_size for log in logs) > 100_000
    assert {log.name: found_in(log.read_bytes()) for log in logs if found_in(log.read_bytes())} == {}


def test_no_error_repeats_what_was_sent(traces: Traces) -> None:
    assert len(traces.answers) > 400
    refused = [(what, answer) for what, answer in traces.answers if answer.status_code >= 300]
    assert len(refused) > 350
    for what, answer in refused:
        told = _OWN_ADDRESS.sub("", f"{answer.headers}{answer.text}")
        assert found_in(told) == set(), f"{what}: {answer.status_code} {told}"
    assert [what for what, answer in traces.answers if answer.status_code >= 500] == []


def test_no_metric_tells_of_anybody(traces: Traces) -> None:
    told = {s: traces.helix.call("GET", s, "/metrics").text for s in traces.helix.access["urls"]}
    assert all("helix_http_request_seconds" in text for text in told.values())
    assert {service: found_in(text) for service, text in told.items() if found_in(text)} == {}


def test_no_record_of_any_topic_tells_of_anybody(traces: Traces) -> None:
    with traces.database("helix_log") as connection:
        rows = connection.execute("SELECT topic, key, headers, value FROM log").fetchall()
    assert len(rows) > 20
    poison = f'"name": "{journey.NAME}'.encode()
    # What an outsider wrote into a topic is kept as it was, to be looked at; what is said of it is ours.
    ours = [
        (topic, found_in(key) | found_in(headers) | (set() if poison in value else found_in(value)))
        for topic, key, headers, value in rows
    ]
    assert [(topic, found) for topic, found in ours if found] == []
    assert {topic for topic, *_ in rows if topic.endswith("dead-letters")}


@pytest.mark.parametrize("database", ["helix_donations", "helix_reporting"])
def test_no_other_service_keeps_anything_of_anybody(traces: Traces, database: str) -> None:
    columns = list(traces.columns(database))
    assert len(columns) > 30
    assert {(table, column): found_in(text) for table, column, text in columns if found_in(text)} == {}


def test_programs_keeps_in_plain_only_what_must_be_plain(traces: Traces) -> None:
    kept = {(table, column): text for table, column, text in traces.columns("helix_programs")}
    wrong = {
        place: found
        for place, text in kept.items()
        if (found := found_in(text, but=tuple(_READABLE.get(place, ()))))
    }
    assert wrong == {}
    # The search is of the right database: the birth dates, which must be readable, are found in it.
    assert {kind for kind, _ in found_in(kept["member", "born_on"])} == {"born"}
    assert all(kept[place] for place in _READABLE)
    assert len(SEEDS) >= 10
