"""What a service says of its exchange, from the rows that its workers write."""

from collections.abc import Sequence

import pytest

from shared.bus import BusUnavailable, Part
from shared.bus.topics import all_topics
from shared.ids import new_id
from shared.worker import state
from tests.drain import drain
from tests.prefixed_bus import PrefixedBus
from tests.shared.exchange.side import HANDLERS, Side, approved

TOPICS = ["helix.donations"]


class _AwayBus:
    """A bus that does not answer."""

    def end_offsets(self, topic: str) -> dict[Part, int]:
        raise BusUnavailable(topic)


def _tell(side: Side, bus: object, topics: Sequence[str] = TOPICS) -> None:
    with side.sessions.begin() as session:
        state.tell(session, bus, side.settings.service, list(topics))  # type: ignore[arg-type]


def _read(side: Side) -> state.State:
    with side.sessions() as session:
        return state.read(session)


def test_before_a_worker_has_told_nothing_is_known(reporting: Side) -> None:
    assert _read(reporting) == state.State(None, None, None, 0.0)


def test_what_waits_is_what_was_published_and_not_applied(
    donations: Side, reporting: Side, bus: PrefixedBus
) -> None:
    donations.tell(*(approved(new_id(), name) for name in range(7)))
    drain(donations.worker(bus))
    _tell(reporting, bus)
    found = _read(reporting)
    assert (found.bus_answers, found.lag) == (True, 7)
    drain(reporting.worker(bus, handlers=HANDLERS))
    _tell(reporting, bus)
    assert _read(reporting).lag == 0


def test_while_the_bus_is_away_nobody_knows_what_waits(reporting: Side) -> None:
    _tell(reporting, _AwayBus())
    found = _read(reporting)
    assert (found.bus_answers, found.lag) == (False, None)


def test_a_service_that_listens_to_nobody_still_says_whether_the_bus_answers(
    donations: Side, bus: PrefixedBus
) -> None:
    bus.ensure_topics(all_topics(donations.settings))
    _tell(donations, bus, [])
    found = _read(donations)
    assert (found.bus_answers, found.lag) == (True, None)


def test_what_was_told_long_ago_says_nothing_of_now(reporting: Side, bus: PrefixedBus) -> None:
    _tell(reporting, bus)
    with reporting.sessions.begin() as session:
        session.connection().exec_driver_sql(
            "UPDATE worker_state SET told_at = told_at - interval '1 minute'"
        )
    found = _read(reporting)
    assert (found.bus_answers, found.lag) == (None, None)
    assert found.worker_seconds == pytest.approx(60, abs=30)


def test_the_age_of_the_oldest_event_that_waits_for_the_bus_is_told(donations: Side) -> None:
    donations.tell(approved(new_id(), "waits"))
    with donations.sessions.begin() as session:
        session.connection().exec_driver_sql(
            "UPDATE outbox SET created_at = created_at - interval '1 minute'"
        )
    assert _read(donations).outbox_seconds == pytest.approx(60, abs=30)
