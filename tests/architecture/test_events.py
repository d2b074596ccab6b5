"""Every event reaches those it is for, or is let pass on purpose."""

from collections.abc import Callable

import pytest

from shared.events.catalogue import EVENTS, topic_of
from shared.service import Service
from shared.settings import SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_handles_each_event_of_its_topics_or_declares_it_unheard(
    parts_of: Callable[[str], Service], service: str
) -> None:
    parts = parts_of(service)
    handled = {event for handler in parts.handlers for event in handler.events}
    arriving = {event for event in EVENTS if topic_of(event.service) in parts.topics}
    assert {event.__name__ for event in arriving - handled - set(parts.unheard)} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_declares_no_event_unheard_that_it_handles(
    parts_of: Callable[[str], Service], service: str
) -> None:
    parts = parts_of(service)
    handled = {event for handler in parts.handlers for event in handler.events}
    assert handled & set(parts.unheard) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_does_not_listen_to_itself(parts_of: Callable[[str], Service], service: str) -> None:
    assert topic_of(service) not in parts_of(service).topics


def test_every_topic_of_a_service_has_a_listener(parts_of: Callable[[str], Service]) -> None:
    heard = {topic for service in SERVICES for topic in parts_of(service).topics}
    assert {topic_of(event.service) for event in EVENTS} <= heard
