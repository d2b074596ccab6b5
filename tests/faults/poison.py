"""Records that no service can take, of every sort, and what each is put aside for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from shared import clock
from shared.bus import LARGEST_VALUE, Message
from shared.events.catalogue import EVENTS, topic_of
from shared.events.envelope import Envelope, Origin
from shared.events.event import Event
from shared.ids import new_id

SCHEMAS = "http://nowhere.test/schemas/"


@dataclass(frozen=True)
class Poison:
    """A record, and the reason it is to be put aside for."""

    reason: str
    message: Message


def poisons(kind: type[Event], value: bytes, key: str) -> Iterator[Poison]:
    """Yield the sorts of poison, made from a good event of this type; the key is the good one."""
    service, topic = kind.service, topic_of(kind.service)
    other = "programs" if service == "donations" else "donations"
    data = msgspec.json.decode(value)

    def record(
        reason: str,
        value: bytes = value,
        key: bytes | None = key.encode(),
        said: Mapping[str, str] | None = None,
    ) -> Poison:
        said = said or {}
        name = said.get("type", kind.type_name())
        envelope = Envelope(new_id(), name, clock.now(), data[kind.keyed_by], {})
        origin = Origin(f"/helix/35.17/{said.get('service', service)}", SCHEMAS)
        without = said.get("without", "")
        headers = [header for header in envelope.headers(origin) if header[0] != without]
        headers = [(name, said.get(name, known.decode()).encode()) for name, known in headers]
        # A key of None is what others may write; ours always has one.
        return Poison(reason, Message(topic, key, tuple(headers), value))  # type: ignore[arg-type]

    first = next(name for name, field in data.items() if isinstance(field, str) and name != kind.keyed_by)
    yield Poison("missing_header", Message(topic, key.encode(), (), value))
    yield record("missing_header", said={"without": "ce_id"})
    yield record("malformed_header", said={"ce_id": "no id"})
    yield record("malformed_header", said={"ce_time": "yesterday"})
    yield record("malformed_header", said={"ce_time": "9999-12-31T23:59:59-14:00"})
    yield record("wrong_specversion", said={"ce_specversion": "9.9"})
    yield record("wrong_content_type", said={"content-type": "text/plain"})
    yield record("not_json", value=b"not JSON")
    yield record("not_json", value=b"\xff\xfe\x00")
    yield record("not_json", value=b"")
    yield record("not_json", value=b'{"more":' + b"[" * 100_000)
    yield record("fails_schema", value=b"[]")
    yield record("fails_schema", value=msgspec.json.encode(data | {first: 17}))
    yield record("fails_schema", value=msgspec.json.encode({}))
    yield record("not_json", value=b"x" * LARGEST_VALUE)
    yield record("unknown_version", said={"type": kind.type_name().rpartition(".v")[0] + ".v99"})
    yield record("wrong_source", said={"service": other})
    yield record("wrong_key", key=b"")
    yield record("wrong_key", key=str(new_id()).encode())
    yield record("wrong_key", key=b"\xff\xfe")


def on_the_wrong_topic(value: bytes, key: str, kind: type[Event]) -> Poison:
    """Return an event, right in itself, on the topic of another service."""
    other = "programs" if kind.service == "donations" else "donations"
    envelope = Envelope(new_id(), kind.type_name(), clock.now(), key, {})
    headers = envelope.headers(Origin(f"/helix/35.17/{kind.service}", SCHEMAS))
    return Poison("wrong_topic", Message(topic_of(other), key.encode(), headers, value))


KINDS = {event.type_name(): event for event in EVENTS}
