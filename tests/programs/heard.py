"""What donations tells, as programs hears it."""

from datetime import date
from typing import Any
from uuid import UUID

from shared import clock
from shared.events.catalogue import topic_of
from shared.events.donations import PledgeOpened, Resource, Restrictions
from shared.events.envelope import Received
from shared.events.event import Event
from shared.ids import new_id

TODAY = clock.today()


def received(event: Event, offset: int = 0) -> Received:
    """Return an event as a handler sees it."""
    return Received(
        id=new_id(),
        type=event.type_name(),
        time=clock.now(),
        data=event,
        correlation_id=str(event.key),
        causation_id=None,
        traceparent=None,
        topic=topic_of(event.service),
        partition=0,
        offset=offset,
    )


def opened(
    quantity: int,
    *,
    item: str | None = None,
    unit: str = "IDR",
    kind: type[Any] = PledgeOpened,
    pledge: UUID | None = None,
    version: int = 1,
    opens_on: date = TODAY,
    expires_on: date | None = None,
    zakat: bool = False,
    **restrictions: Any,
) -> Any:
    """Return the event of a pledge's state."""
    return kind(
        pledge=pledge or new_id(),
        version=version,
        stakeholder=new_id(),
        stakeholder_kind="philanthropy",
        resource=Resource(kind="cash" if item is None else "goods", unit=unit, item=item),
        quantity=quantity,
        value_idr=quantity,
        fund="zis",
        zakat=zakat,
        strategy="reduce_burden",
        restrictions=Restrictions(**restrictions),
        opens_on=opens_on,
        expires_on=expires_on,
    )
