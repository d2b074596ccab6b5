"""Whatever people do and however events travel, the books hold at every step, and agree once all is heard."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from shared.settings import passthrough
from tests.properties.machine import Helping, HelpingThroughFailures
from tests.properties.world import World

SOAK = passthrough().get("HYPOTHESIS_PROFILE") == "soak"
SETTINGS = settings(
    max_examples=500 if SOAK else 12,
    stateful_step_count=50,
    deadline=None,
    derandomize=not SOAK,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def world(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The three services on databases of their own."""
    made = World(make_app)
    yield made
    made.close()


@pytest.mark.timeout(36_000 if SOAK else 900)
@pytest.mark.parametrize("machine", [Helping, HelpingThroughFailures])
def test_the_books_hold_and_agree(world: World, machine: type[Helping]) -> None:
    machine.world = world
    run_state_machine_as_test(machine, settings=SETTINGS)
