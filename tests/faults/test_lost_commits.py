"""A COMMIT that nobody knows the end of: the change took effect once, whether it had arrived or not."""

from collections.abc import Callable

import pytest

from tests.faults.conftest import Tried
from tests.faults.load import load, said_of
from tests.faults.test_away import accepted, until
from tests.faults.wire import Wire

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SEED = 400
CUTS = 15


@pytest.mark.parametrize(
    ("tried", "kind"),
    [("builtin", "web"), ("builtin", "worker"), pytest.param("kafka", "worker", marks=pytest.mark.kafka)],
    indirect=["tried"],
    scope="session",
)
def test_a_commit_whose_answer_is_lost_takes_effect_once(
    tried: Tried, kind: str, say: Callable[[str], None]
) -> None:
    machine = tried.machine
    machine.wait_until_ready()
    wire = Wire(machine.postgres, SEED)
    services = ("donations", "programs") if kind == "web" else ("donations", "programs", "reporting")
    names = [f"{service}-{kind}" for service in services]
    machine.stop(*names)
    for service, name in zip(services, names, strict=True):
        database = machine.databases[service].partition("?")[0].rpartition("/")[2]
        machine.start(name, changed={f"HELIX_{service.upper()}_DATABASE_URL": wire.url(database)})
    machine.wait_until_ready()
    with load(machine, tried.ledger, SEED) as people:
        until(lambda: accepted(people) > 10, machine)
        wire.breaks.set()
        until(lambda: min(wire.cut["question"], wire.cut["answer"] / 2) >= CUTS / 3, machine)
        wire.breaks.clear()
    say(f"{kind}: cut off {dict(wire.cut)}; {said_of(people)}")
    tried.assert_exact()
    machine.stop(*names)
    machine.start_all()
    wire.close()
