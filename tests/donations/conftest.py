"""A donations app with approved organisations, and events as programs would send them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.donations.admission.operations import approve_stakeholder
from services.donations.app import SERVICE
from services.donations.database import db
from services.donations.stakeholders.operations import register_stakeholder
from shared import clock
from shared.events.catalogue import BY_TYPE, topic_of
from shared.events.envelope import Received
from shared.events.event import Event
from shared.ids import new_id
from tests.conftest import bearer
from tests.donations.facts import pledge_body


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The app of donations, on a database of its own."""
    return make_app("donations")


@dataclass
class Donor:
    """An organisation, and a client that speaks for one of its people."""

    stakeholder: UUID
    headers: dict[str, str]
    client: FlaskClient

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, headers=self.headers, **options)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(path, json=body, headers=self.headers | headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.patch(path, json=body, headers=self.headers | headers)

    def delete(self, path: str) -> Any:
        return self.client.delete(path, headers=self.headers)

    def pledge(self, **changes: Any) -> dict[str, Any]:
        answer = self.post("/v1/pledges", pledge_body(**changes))
        assert answer.status_code == 201, answer.json
        return dict(answer.json)


@pytest.fixture
def make_donor(app: Flask) -> Callable[..., Donor]:
    """Return a function that approves an organisation and returns one of its people."""

    def make(
        name: str = "Lembaga Amil Contoh", kind: str = "philanthropy", *, approved: bool = True
    ) -> Donor:
        with app.app_context():
            stakeholder = register_stakeholder(name=name, kind=kind, contact_email="amil@contoh.id").id
            if approved:
                approve_stakeholder(stakeholder)
        headers = bearer(app, "donor", stakeholder=stakeholder)
        return Donor(stakeholder, headers, app.test_client())

    return make


@pytest.fixture
def donor(make_donor: Callable[..., Donor]) -> Donor:
    """A person of an approved organisation."""
    return make_donor()


@pytest.fixture
def officer(app: Flask) -> Donor:
    """A planner of the regency; belongs to no organisation."""
    return Donor(new_id(), bearer(app, "planner"), app.test_client())


@dataclass
class Programs:
    """Sends events as programs would, and shows what donations answers."""

    app: Flask
    sent: list[Received] = field(default_factory=list)

    def tell(self, *events: Event, offset: int = 0) -> None:
        """Apply events in one transaction, as the worker does; `offset` is where they stand on the topic."""
        received = [self._received(event, offset) for event in events]
        with self.app.app_context(), Session(db.engine) as session:
            for handler in SERVICE.handlers:
                mine = [one for one in received if isinstance(one.data, handler.events)]
                if mine:
                    handler.apply(session, mine)
            session.commit()
        self.sent.extend(received)

    @staticmethod
    def _received(event: Event, offset: int) -> Received:
        return Received(
            id=new_id(),
            type=event.type_name(),
            time=clock.now(),
            data=event,
            correlation_id=str(event.key),
            causation_id=None,
            traceparent=None,
            topic=topic_of("programs"),
            partition=0,
            offset=offset,
        )


@pytest.fixture
def programs(app: Flask) -> Programs:
    """The other service, as far as it is heard."""
    return Programs(app)


@pytest.fixture
def told(app: Flask) -> Callable[..., list[Any]]:
    """Return a function that gives the events written to the outbox since it was last asked, in order."""
    seen = [0]

    def read(*kinds: type[Event]) -> list[Any]:
        with app.app_context(), db.engine.connect() as connection:
            rows = connection.execute(
                text("SELECT seq, type, value FROM outbox WHERE seq > :seen ORDER BY seq"), {"seen": seen[0]}
            ).all()
        if rows:
            seen[0] = rows[-1].seq
        events = [msgspec.json.decode(row.value, type=BY_TYPE[row.type]) for row in rows]
        return [event for event in events if not kinds or isinstance(event, kinds)]

    return read
