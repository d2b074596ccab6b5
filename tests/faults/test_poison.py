"""What nobody can take, in every topic: nothing waits for it, and each lies in the dead letters with its reason."""

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence

import psycopg
import pytest

from shared import dead_letters
from shared.bus import Message, Record
from shared.events.catalogue import dead_letter_topic_of, redrive_topic_of, topic_of
from shared.events.donations import PledgeOpened
from shared.events.event import Event
from shared.events.programs import DeliveryConfirmed
from shared.settings import SERVICES
from tests.faults.conftest import Tried
from tests.faults.load import load, said_of
from tests.faults.machine import Machine
from tests.faults.poison import Poison, on_the_wrong_topic, poisons
from tests.faults.reckoning import records_of, rest
from tests.faults.test_away import accepted, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SEED = 600
HEARD_BY: dict[type[Event], tuple[str, str]] = {
    PledgeOpened: ("programs", "reporting"),
    DeliveryConfirmed: ("donations", "reporting"),
}


# What only a proposal meets, and nobody who asks for something over HTTP.
_BREAK = """
    CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
    CREATE TRIGGER broken BEFORE INSERT ON allocation FOR EACH ROW EXECUTE FUNCTION broken();
"""


def test_poison_of_every_sort_stalls_nobody_and_lies_aside_with_its_reason(
    tried: Tried, say: Callable[[str], None]
) -> None:
    machine = tried.machine
    machine.wait_until_ready()
    before = {service: _reasons(machine, service) for service in SERVICES}
    expected: dict[str, Counter[str]] = {service: Counter() for service in SERVICES}
    with load(machine, tried.ledger, SEED) as people:
        until(lambda: accepted(people) > 60, machine)
        for kind, hearers in HEARD_BY.items():
            value, key = _latest(machine, kind)
            bad = list(poisons(kind, value, key))
            _publish(machine, bad)
            _publish(machine, [on_the_wrong_topic(value, key, kind)])
            raw = _write_raw(machine, kind, value)
            for service in hearers:
                expected[service].update(poison.reason for poison in bad)
                expected[service].update(raw)
            expected["reporting"]["wrong_topic"] += 1
        for service in SERVICES:
            _publish(
                machine,
                [Poison("missing_header", Message(redrive_topic_of(service), b"", (), b"what?"))]
                + [Poison("", Message(dead_letter_topic_of(service), b"", (), b"\xff"))]
                + [Poison("", Message(topic_of("reporting"), b"", (), b"who?"))],
            )
            expected[service].update(["missing_header", ""])
        so_far = accepted(people)
        until(lambda: accepted(people) > so_far + 20, machine)
    say(said_of(people))
    rest(machine)
    assert {service: _reasons(machine, service) - before[service] for service in SERVICES} == expected
    for service, reasons in expected.items():
        tried.letters[service] += reasons.total()
    tried.assert_exact()
    assert machine.ended_by_themselves == []


def test_what_was_put_aside_is_redriven_after_the_mend(tried: Tried, say: Callable[[str], None]) -> None:
    machine = tried.machine
    machine.wait_until_ready()
    with load(machine, tried.ledger, SEED + 1) as people:
        until(lambda: accepted(people) > 60, machine)
        with psycopg.connect(machine.databases["donations"], autocommit=True) as connection:
            connection.execute(_BREAK)
            until(lambda: _reasons(machine, "donations")["database_refuses"] > 0, machine)
            connection.execute("DROP FUNCTION broken CASCADE")
    rest(machine)
    broken = [
        letter
        for letter in dead_letters.list_(machine.bus, "donations")
        if letter.reason == "database_refuses"
    ]
    say(f"{len(broken)} letters; {said_of(people)}")
    dead_letters.redrive(machine.bus, "donations", {letter.position for letter in broken})
    tried.letters["donations"] += len(broken)
    tried.assert_exact()


def _reasons(machine: Machine, service: str) -> Counter[str]:
    return Counter(letter.reason for letter in dead_letters.list_(machine.bus, service))


def _latest(machine: Machine, kind: type[Event]) -> tuple[bytes, str]:
    """Return the value and the key of the last event of a type."""
    told: list[Record] = []

    def look() -> bool:
        told.extend(
            record
            for record in records_of(machine, topic_of(kind.service))
            if dict(record.headers).get("ce_type") == kind.type_name().encode()
        )
        return bool(told)

    until(look, machine)
    return told[-1].value or b"", (told[-1].key or b"").decode()


def _publish(machine: Machine, bad: Sequence[Poison]) -> None:
    """Write them a few at a time, among the good ones: where most is poison, a worker stops on purpose."""
    producer = machine.bus.producer()
    for start in range(0, len(bad), 3):
        producer.publish([poison.message for poison in bad[start : start + 3]])
        machine.revive()
        time.sleep(0.5)
    producer.close()


def _write_raw(machine: Machine, kind: type[Event], value: bytes) -> list[str]:
    """Write what no client of ours can: without a key, and with a header whose name is no text."""
    if machine.kafka is None:
        return []
    command = [
        b"kcat",
        b"-P",
        b"-b",
        machine.kafka.bootstrap.encode(),
        b"-t",
        topic_of(kind.service).encode(),
    ]
    typed = [b"-H", b"ce_type=" + kind.type_name().encode()]
    for more in ([], [b"-H", b"\xff\xfe=1"]):
        subprocess.run([*command, *typed, *more], input=value.replace(b"\n", b" "), check=True)
    return ["missing_header"] * 2
