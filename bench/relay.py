"""How fast a relay takes rows from the outbox to Kafka, beside a bare producer of the same records."""

import time
from collections import defaultdict
from typing import Any

from kafka import KafkaProducer  # noqa: TID251 - the bare producer is what ours is compared with

from bench.pledges import TOPIC, message_of, pledge
from bench.result import Result, rates
from bench.servers import Servers, servers, sessions_of, settings_of
from shared import outbox
from shared.bus import Message
from shared.worker import Worker

ROWS = 20_000
ROUNDS = 5

# As many as a bare producer may have on the way.
_AWAITED_AT_ONCE = 2_000


def measure() -> list[Result]:
    """Let both publish the same number of records in turns."""
    taken: dict[str, list[float]] = defaultdict(list)
    with servers() as found:
        for _ in range(ROUNDS):
            taken["bare"].append(_bare(found))
            taken["relay"].append(_relay(found))
    return [rates("relay to Kafka, rows that wait", taken["relay"], taken["bare"], "0.9")]


def _bare(found: Servers) -> float:
    """Send with acks=all and await every future; the library chooses the partition of a key."""
    messages = [message_of(pledge()) for _ in range(ROWS)]
    producer = KafkaProducer(bootstrap_servers=found.bootstrap, acks="all", linger_ms=5, batch_size=512_000)
    producer.partitions_for(TOPIC)
    began = time.perf_counter()
    for start in range(0, ROWS, _AWAITED_AT_ONCE):
        futures = [_send(producer, message) for message in messages[start : start + _AWAITED_AT_ONCE]]
        for future in futures:
            future.get(timeout=30)
    rate = ROWS / (time.perf_counter() - began)
    producer.close()
    return rate


def _send(producer: KafkaProducer, message: Message) -> Any:
    return producer.send(message.topic, key=message.key, value=message.value, headers=list(message.headers))


def _relay(found: Servers) -> float:
    """Publish what an outbox holds, each row deleted once the bus has acknowledged it."""
    url = found.database()
    sessions = sessions_of(url)
    with sessions.begin() as session:
        outbox.record_all(session, [pledge() for _ in range(ROWS)])
    bus = found.bus("kafka")
    relay = Worker(settings_of("donations", url), sessions, bus).parts.relay()
    # It takes the lock, and the producer connects.
    warm = relay.publish_batch() or 0
    began = time.perf_counter()
    rate = relay.publish_all() / (time.perf_counter() - began)
    assert warm
    relay.close()
    bus.close()
    return rate
