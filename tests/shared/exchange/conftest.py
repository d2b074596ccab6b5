"""Two services that exchange events."""

from collections.abc import Callable, Iterator

import pytest

from shared.bus.topics import all_topics
from tests.prefixed_bus import PrefixedBus
from tests.shared.exchange.side import Side


@pytest.fixture
def make_side(make_database: Callable[[], str]) -> Iterator[Callable[..., Side]]:
    """Return a function that makes one side; its connections are closed after the test."""
    made: list[Side] = []

    def make(service: str, **changed: str) -> Side:
        side = Side.open(service, make_database(), changed)
        made.append(side)
        return side

    yield make
    for side in made:
        side.close()


@pytest.fixture
def donations(make_side: Callable[..., Side]) -> Side:
    """The side that tells."""
    return make_side("donations")


@pytest.fixture
def reporting(make_side: Callable[..., Side], bus: PrefixedBus) -> Side:
    """The side that listens. The topics are there."""
    side = make_side("reporting")
    bus.ensure_topics(all_topics(side.settings))
    return side
