"""Apache Kafka, through kafka-python."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import BrokerResponseError, KafkaError, MessageSizeTooLargeError, TopicAlreadyExistsError
from kafka.structs import TopicPartition

from shared.bus.interface import (
    LARGEST_LETTER,
    BusRefused,
    BusUnavailable,
    Consumer,
    Locate,
    Message,
    Part,
    Topic,
)
from shared.bus.kafka_consumer import KafkaReader
from shared.bus.partition import choose

# A chunk is sent whole before the next is begun, and fits one batch of each partition: so a batch that
# fails takes nothing with it that comes later in its partition, and order survives the second try.
# The broker takes batches of up to `LARGEST_RECORD`, and every chunk is waited for: so large ones are faster.
CHUNK_BYTES = 800_000
BATCH_BYTES = 950_000
_RECORD_OVERHEAD = 100

# kafka-python takes an answer that names no topics, to a question of its own that was on its way, for the
# one to ours. Only where it says so again and again is a topic not there.
_LOOKS = 5

_log = logging.getLogger(__name__)


class KafkaBus:
    """One Kafka cluster."""

    def __init__(self, bootstrap: Sequence[str]) -> None:
        self._bootstrap = list(bootstrap)
        self._meta: Any = None
        self._lock = threading.Lock()

    def ensure_topics(self, topics: Iterable[Topic]) -> list[str]:
        """Make the topics that are absent; return their names."""
        made = []
        try:
            admin = KafkaAdminClient(bootstrap_servers=self._bootstrap, bootstrap_timeout_ms=10_000)
            try:
                for topic in topics:
                    if _create(admin, topic):
                        made.append(topic.name)
                if made:
                    admin.wait_for_topics(made)
            finally:
                admin.close()
        except KafkaError as error:
            raise BusUnavailable(f"Kafka did not make the topics: {type(error).__name__}") from error
        return made

    def producer(self) -> "KafkaWriter":
        """Return a new producer. It connects with its first message."""
        return KafkaWriter(self._bootstrap)

    def consumer(self, group: str | None, topics: Sequence[str], locate: Locate) -> Consumer:
        """Return a member of a group, or a reader of all partitions. It connects with its first poll."""
        return KafkaReader(self._bootstrap, group, topics, locate)

    def parts(self, topic: str) -> tuple[Part, ...]:
        """Return the partitions of a topic, in order."""
        for _ in range(_LOOKS):
            found = self._ask(lambda consumer: consumer.partitions_for_topic(topic))
            if found:
                return tuple(Part(topic, partition) for partition in sorted(found))
        raise BusRefused(f"there is no topic {topic}; make the topics first")

    def beginning_offsets(self, topic: str) -> dict[Part, int]:
        """Return the offset of the oldest record that is kept, for each partition."""
        wanted = [TopicPartition(*part) for part in self.parts(topic)]
        return _parts(self._ask(lambda consumer: consumer.beginning_offsets(wanted)))

    def end_offsets(self, topic: str) -> dict[Part, int]:
        """Return the offset that the next record will get, for each partition."""
        wanted = [TopicPartition(*part) for part in self.parts(topic)]
        return _parts(self._ask(lambda consumer: consumer.end_offsets(wanted)))

    def healthy(self) -> bool:
        """Say whether a broker answers."""
        try:
            self._ask(lambda consumer: consumer.topics())
        except BusUnavailable:
            return False
        return True

    def close(self) -> None:
        """Close the connection that questions are asked on."""
        with self._lock:
            self._forget()

    def _ask(self, question: Callable[[Any], Any]) -> Any:
        with self._lock:
            try:
                if self._meta is None:
                    self._meta = KafkaConsumer(
                        bootstrap_servers=self._bootstrap,
                        enable_auto_commit=False,
                        auto_offset_reset="none",
                        allow_auto_create_topics=False,
                        bootstrap_timeout_ms=5_000,
                        request_timeout_ms=5_000,
                    )
                return question(self._meta)
            except (KafkaError, OSError) as error:
                self._forget()
                raise BusUnavailable(f"Kafka does not answer: {type(error).__name__}") from error

    def _forget(self) -> None:
        if self._meta is not None:
            self._meta.close(timeout_ms=1_000)
            self._meta = None


class KafkaWriter:
    """Publishes with acks=all, and looks at what became of every record."""

    def __init__(self, bootstrap: Sequence[str]) -> None:
        self._bootstrap = list(bootstrap)
        self._producer: Any = None
        self._partitions: dict[str, int] = {}

    def publish(self, messages: Sequence[Message]) -> None:
        """Return once every message is acknowledged by all replicas in sync."""
        try:
            for chunk in _chunks(messages):
                self._send(chunk)
        except MessageSizeTooLargeError as error:
            # The producer takes nothing more after it.
            self.close()
            raise BusRefused("a record is larger than the broker takes") from error
        except (KafkaError, OSError) as error:
            # What is still buffered must not be sent after the second try has begun.
            self.close()
            raise BusUnavailable(f"Kafka did not take the records: {type(error).__name__}") from error

    def close(self) -> None:
        """Close the producer without sending what it still holds."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(timeout=0)

    def _send(self, chunk: Sequence[Message]) -> None:
        producer = self._open()
        futures = [
            producer.send(
                message.topic,
                key=message.key,
                value=message.value,
                headers=list(message.headers),
                partition=self._place(producer, message),
            )
            for message in chunk
        ]
        producer.flush(timeout=30)
        # `flush` only logs what failed.
        for future in futures:
            future.get(timeout=1)

    def _place(self, producer: Any, message: Message) -> int:
        if message.partition is not None:
            return message.partition
        if message.topic not in self._partitions:
            self._partitions[message.topic] = len(producer.partitions_for(message.topic))
        return choose(message.key, self._partitions[message.topic])

    def _open(self) -> Any:
        if self._producer is None:
            self._partitions = {}
            self._producer = KafkaProducer(
                bootstrap_servers=self._bootstrap,
                acks="all",
                enable_idempotence=True,
                # A chunk waits for its `flush`, so that it is one batch for each partition.
                linger_ms=5_000,
                batch_size=BATCH_BYTES,
                max_request_size=LARGEST_LETTER,
                request_timeout_ms=10_000,
                delivery_timeout_ms=20_000,
                max_block_ms=10_000,
                bootstrap_timeout_ms=5_000,
                reconnect_backoff_max_ms=1_000,
                allow_auto_create_topics=False,
            )
        return self._producer


def _create(admin: Any, topic: Topic) -> bool:
    configs = {"retention.ms": "-1", "max.message.bytes": str(topic.largest)}
    new = NewTopic(topic.name, topic.partitions, topic.replication, topic_configs=configs)
    try:
        admin.create_topics([new])
    except TopicAlreadyExistsError:
        return False
    except BrokerResponseError as error:
        raise BusRefused(f"Kafka refused to make {topic.name}: {type(error).__name__}") from error
    return True


def _chunks(messages: Sequence[Message]) -> Iterable[list[Message]]:
    chunk: list[Message] = []
    size = 0
    for message in messages:
        weight = _RECORD_OVERHEAD + len(message.key) + len(message.value)
        weight += sum([len(name) + len(value) + 4 for name, value in message.headers])
        if chunk and size + weight > CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append(message)
        size += weight
    if chunk:
        yield chunk


def _parts(offsets: Any) -> dict[Part, int]:
    return {Part(tp.topic, tp.partition): offset for tp, offset in sorted(offsets.items())}
