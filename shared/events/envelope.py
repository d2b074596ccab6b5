"""The envelope of an event on the bus: CloudEvents 1.0 in Kafka's binary mode."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from shared.bus.interface import Headers, Record
from shared.events.catalogue import BY_TYPE
from shared.events.event import Event
from shared.events.upcasters import UPCASTERS

T = TypeVar("T")

CONTENT_TYPE = "application/json"
REQUIRED = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type")

# No event was told before, and a time far from now can't be counted with.
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

_VERSION = re.compile(r"\.v[0-9]+$")
_QUOTED = re.compile(r"'[^']*'")
_DECODERS: dict[str, msgspec.json.Decoder[Event]] = {
    name: msgspec.json.Decoder(event) for name, event in BY_TYPE.items()
}
_SOURCES = {event.service: f"/{event.service}".encode() for event in BY_TYPE.values()}


class Poison(Exception):
    """A record that will never be understood. `reason` is a code; `detail` holds no data of it.

    `is_foreign`: it is none of our events, whatever program reads it.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail

    @property
    def is_foreign(self) -> bool:
        """Tell whether no version of this program would take it."""
        return self.reason not in {"fails_schema", "unknown_version"}


class Received(msgspec.Struct, frozen=True):
    """One event as a handler sees it."""

    id: UUID
    type: str
    time: datetime
    data: Event
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where events come from: the service's CloudEvents source and the address of its schemas."""

    source: str
    schemas: str

    @classmethod
    def of(cls, service: str, regency: str, public_url: str) -> "Origin":
        """Return the origin of a service's events in one regency."""
        return cls(f"/helix/{regency}/{service}", f"{public_url.rstrip('/')}/schemas/")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is said about an event beside its data. `context` has correlationid and so on."""

    id: UUID
    type: str
    time: datetime
    subject: str
    context: Mapping[str, str]

    def headers(self, origin: Origin) -> Headers:
        """Return the headers of the record."""
        return (
            ("ce_specversion", b"1.0"),
            ("ce_id", str(self.id).encode()),
            ("ce_source", origin.source.encode()),
            ("ce_type", self.type.encode()),
            ("ce_subject", self.subject.encode()),
            ("ce_time", self.time.isoformat().encode()),
            ("ce_dataschema", (origin.schemas + self.type).encode()),
            *((f"ce_{name}", value.encode()) for name, value in self.context.items()),
            ("content-type", CONTENT_TYPE.encode()),
        )


def encode_data(event: Event) -> bytes:
    """Return the event's data as canonical JSON: UTF-8, sorted keys."""
    return msgspec.json.encode(event, order="sorted")


def type_of(record: Record) -> str | None:
    """Return the type a record says it has, without looking at anything else."""
    for name, value in record.headers:
        if name == "ce_type":
            return value.decode("utf-8", "replace")
    return None


def is_known(type_name: str) -> bool:
    """Say whether any version of this event is in the catalogue."""
    return _VERSION.sub("", type_name) in _NAMES


_NAMES = {_VERSION.sub("", name) for name in (*BY_TYPE, *UPCASTERS)}


def decode(record: Record) -> Received:
    """Return the event of a record; raises Poison. The headers are checked before the value is read."""
    headers = dict(record.headers)
    for name in REQUIRED:
        if not headers.get(name):
            raise Poison("missing_header", f"The header {name} is missing.")
    if headers["ce_specversion"] != b"1.0":
        raise Poison("wrong_specversion", "The header ce_specversion is not 1.0.")
    if headers["content-type"] != CONTENT_TYPE.encode():
        raise Poison("wrong_content_type", f"The content type is not {CONTENT_TYPE}.")
    event_id = _parse(headers, "ce_id", _uuid)
    time = _parse(headers, "ce_time", _aware)
    type_name, data = read_data(_parse(headers, "ce_type", str), record.value or b"")
    if not headers["ce_source"].endswith(_SOURCES[data.service]):
        raise Poison("wrong_source", "The header ce_source does not name the service that tells of this.")
    key = str(data.key)
    if (record.key or b"").decode("utf-8", "replace") != key:
        raise Poison("wrong_key", f"The key of the record is not the event's {data.keyed_by}.")
    return Received(
        id=event_id,
        type=type_name,
        time=time,
        data=data,
        correlation_id=_optional(headers, "ce_correlationid") or key,
        causation_id=_optional(headers, "ce_causationid"),
        traceparent=_optional(headers, "ce_traceparent"),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
    )


def read_data(type_name: str, value: bytes) -> tuple[str, Event]:
    """Return the type and the event of encoded data, lifted where it is of an old version; raises Poison."""
    try:
        if type_name in _DECODERS:
            return type_name, _DECODERS[type_name].decode(value)
        return _lift(type_name, value)
    except msgspec.ValidationError as error:
        # What stands in quotes is the record's own data, which must not reach a log.
        raise Poison("fails_schema", _QUOTED.sub("a value", str(error))[:300]) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Poison("not_json", "The value is not JSON.") from None
    except RecursionError:
        raise Poison("not_json", "The value nests too deep.") from None


def _lift(type_name: str, value: bytes) -> tuple[str, Event]:
    """Lift the data of an old version, step by step, to one that is in the catalogue."""
    if type_name not in UPCASTERS:
        raise Poison("unknown_version", "The type is not in the catalogue.")
    data: dict[str, Any] = msgspec.json.decode(value, type=dict[str, Any])
    while type_name in UPCASTERS:
        upcaster = UPCASTERS[type_name]
        type_name, data = upcaster.becomes, upcaster.lift(data)
    return type_name, msgspec.convert(data, BY_TYPE[type_name])


def _parse(headers: Mapping[str, bytes], name: str, parse: Callable[[str], T]) -> T:
    try:
        return parse(headers[name].decode())
    except (ValueError, msgspec.ValidationError):
        raise Poison("malformed_header", f"The header {name} is malformed.") from None


def _uuid(text: str) -> UUID:
    return msgspec.convert(text, UUID)


def _aware(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time has no offset")
    if not _EARLIEST <= time < _LATEST:
        raise ValueError("a time is not of this century or the next")
    return time.astimezone(UTC)


def _optional(headers: Mapping[str, bytes], name: str) -> str | None:
    value = headers.get(name)
    return value.decode("utf-8", "replace")[:200] if value else None
