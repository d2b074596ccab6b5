"""Helix in real processes, on each of the two buses."""

import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.running import Running, eventually, start


@pytest.fixture(name="eventually")
def eventually_fixture() -> Callable[..., Any]:
    """Return the function `eventually(look, seconds)`."""
    return eventually


@pytest.fixture(
    scope="session",
    params=["builtin", pytest.param("kafka", marks=pytest.mark.kafka)],
)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Give a running Helix on one of the buses."""
    data = tmp_path_factory.mktemp(f"helix-{request.param}") / "data"
    instance = start(request.param, data)
    yield instance
    instance.process.send_signal(signal.SIGINT)
    assert instance.process.wait(timeout=60) == 0, (data.parent / "run.log").read_text()
