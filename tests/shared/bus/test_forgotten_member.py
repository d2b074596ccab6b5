"""A member that the broker forgot joins anew, instead of waiting for ever."""

from typing import Any

import pytest

from shared.bus.interface import Part
from shared.bus.kafka_consumer import FIRST_PATIENCE_SECONDS, KafkaReader


class Forgotten:
    """A client to which nothing is ever assigned, as one that the broker dropped while it joined."""

    def __init__(self, assigned: set[Any]) -> None:
        self.closed = False
        self._assigned = assigned

    def assignment(self) -> set[Any]:
        return self._assigned

    def seek(self, *_place: Any) -> None:
        pass

    def poll(self, **_options: Any) -> dict[Any, Any]:
        return {}

    def close(self, **_options: Any) -> None:
        self.closed = True


def reader_of(monkeypatch: pytest.MonkeyPatch, *clients: Forgotten) -> tuple[KafkaReader, list[float]]:
    moment = [0.0]
    monkeypatch.setattr("shared.bus.kafka_consumer.time.monotonic", lambda: moment[0])
    reader = KafkaReader(["nowhere:1"], "group", ["topic"], lambda parts: dict.fromkeys(parts, 0))
    left = list(clients)
    monkeypatch.setattr(reader, "_connect", lambda: left.pop(0))
    return reader, moment


def test_joins_anew_after_a_while_without_partitions_and_waits_longer_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second, third = Forgotten(set()), Forgotten(set()), Forgotten(set())
    reader, moment = reader_of(monkeypatch, first, second, third)
    for seconds in (0.0, FIRST_PATIENCE_SECONDS, FIRST_PATIENCE_SECONDS + 1):
        moment[0] = seconds
        reader.poll(0, 10)
    assert first.closed
    assert not second.closed
    moment[0] += FIRST_PATIENCE_SECONDS + 1
    reader.poll(0, 10)
    assert not second.closed, "the second time it waits twice as long"
    moment[0] += FIRST_PATIENCE_SECONDS
    reader.poll(0, 10)
    assert second.closed


def test_a_member_that_holds_something_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    holding = Forgotten({Part("topic", 0)})
    reader, moment = reader_of(monkeypatch, holding)
    reader.poll(0, 10)
    moment[0] = 10 * FIRST_PATIENCE_SECONDS
    reader._changes.noted = False
    reader.poll(0, 10)
    assert not holding.closed
