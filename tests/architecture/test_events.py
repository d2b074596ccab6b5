"""Every event reaches those it is for, or is let pass on purpose."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.events.catalogue import EVENTS
from shared.service import Service
from shared.settings import SERVICES

DECISION = Path(__file__).parents[2] / "docs" / "decisions" / "0032-what-is-let-pass.md"


def _heard(parts: Service) -> set[str]:
    """Return whose topics a worker of the service listens to: those of the events that it handles."""
    return {event.service for handler in parts.handlers for event in handler.events}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_handles_each_event_of_its_topics_or_declares_it_unheard(
    parts_of: Callable[[str], Service], service: str
) -> None:
    parts = parts_of(service)
    handled = {event for handler in parts.handlers for event in handler.events}
    arriving = {event for event in EVENTS if event.service in _heard(parts)}
    assert {event.__name__ for event in arriving - handled - set(parts.unheard)} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_declares_no_event_unheard_that_it_handles(
    parts_of: Callable[[str], Service], service: str
) -> None:
    parts = parts_of(service)
    handled = {event for handler in parts.handlers for event in handler.events}
    assert handled & set(parts.unheard) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_lets_pass_is_decided_with_a_reason(
    parts_of: Callable[[str], Service], service: str
) -> None:
    rows = re.findall(rf"^\| {service} \| ([\w, ]+) \| \S.* \|$", DECISION.read_text("utf-8"), re.MULTILINE)
    decided = [name for row in rows for name in row.split(", ")]
    assert sorted(decided) == sorted(event.__name__ for event in parts_of(service).unheard)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_does_not_listen_to_itself(parts_of: Callable[[str], Service], service: str) -> None:
    assert service not in _heard(parts_of(service))


def test_every_topic_of_a_service_has_a_listener(parts_of: Callable[[str], Service]) -> None:
    heard = set().union(*(_heard(parts_of(service)) for service in SERVICES))
    assert {event.service for event in EVENTS} <= heard
