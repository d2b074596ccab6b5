"""The events that are measured with, and the projection that each contender keeps of them."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock
from shared.bus import Bus, Message
from shared.events.catalogue import topic_of
from shared.events.donations import PledgeOpened, Resource, Restrictions
from shared.events.envelope import Envelope, Origin, Received, encode_data
from shared.events.event import Event
from shared.ids import new_id
from shared.worker import Handler

TOPIC = "helix.donations"

# A row for each pledge in its latest version, as every contender keeps it.
COLUMNS = ("pledge", "version", "stakeholder", "fund", "quantity", "value_idr")
TABLE = """
    CREATE TABLE pledge (
        pledge uuid PRIMARY KEY, version integer, stakeholder uuid, fund text, quantity bigint, value_idr bigint
    )
"""

_CHUNK = 5_000

_KEEP = text(f"""
    INSERT INTO pledge ({", ".join(COLUMNS)})
    SELECT {", ".join(COLUMNS)} FROM json_populate_recordset(NULL::pledge, CAST(:rows AS json))
    ON CONFLICT (pledge) DO UPDATE SET
        version = excluded.version, quantity = excluded.quantity, value_idr = excluded.value_idr
    WHERE pledge.version < excluded.version
""")  # noqa: S608 - the columns are our own constant


def keep(session: Session, events: list[Received]) -> None:
    """Fold pledges into the table: what a handler of Helix looks like."""
    latest = {event.data.key: event.data for event in events if isinstance(event.data, PledgeOpened)}
    rows = [{name: getattr(data, name) for name in COLUMNS} for data in latest.values()]
    session.execute(_KEEP, {"rows": msgspec.json.encode(rows).decode()})


HANDLERS = (Handler((PledgeOpened,), keep),)


def pledge() -> PledgeOpened:
    """Return a pledge as donations tells it."""
    return PledgeOpened(
        pledge=new_id(),
        version=1,
        stakeholder=new_id(),
        stakeholder_kind="philanthropy",
        resource=Resource(kind="cash", unit="IDR"),
        quantity=25_000_000,
        value_idr=25_000_000,
        fund="zis",
        zakat=True,
        strategy="reduce_burden",
        restrictions=Restrictions(areas=["35.17.01"], categories=["food"]),
        opens_on=date(2026, 11, 21),
        expires_on=None,
    )


def put(bus: Bus, messages: Iterable[Message]) -> None:
    """Put messages on the bus, as a relay would."""
    producer = bus.producer()
    remaining = iter(messages)
    while chunk := list(islice(remaining, _CHUNK)):
        producer.publish(chunk)
    producer.close()


def message_of(event: Event, at: datetime | None = None) -> Message:
    """Return the record of an event, with the headers that ours have."""
    key = str(event.key)
    envelope = Envelope(new_id(), event.type_name(), at or clock.now(), key, {"correlationid": key})
    origin = Origin(f"/helix/35.17/{event.service}", "http://127.0.0.1/schemas/")
    return Message(topic_of(event.service), key.encode(), envelope.headers(origin), encode_data(event))
