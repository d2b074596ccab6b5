"""A reader of Kafka whose place is kept elsewhere: it seeks to what `locate` says."""

import logging
import time
from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any

from kafka import KafkaConsumer
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.errors import IllegalStateError, KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from kafka.structs import OffsetAndMetadata, TopicPartition

from shared.bus.interface import BusRefused, BusUnavailable, Locate, Part, Positions, Record
from shared.bus.kafka_records import read_directly

SESSION_MS = 10_000
HEARTBEAT_MS = 3_000

# A member that holds nothing for so long joins anew, then after twice as long, and so on.
FIRST_PATIENCE_SECONDS = 20.0
LONGEST_PATIENCE_SECONDS = 300.0

# A poll is cut into slices: a partition that was just assigned may wait for its position meanwhile.
_SLICE_SECONDS = 0.25

_ASK_MS = 5_000

_log = logging.getLogger(__name__)


class _Changes(ConsumerRebalanceListener):  # type: ignore[misc]
    """Notes that the assignment changed. It runs on Kafka's own thread, where nothing may block."""

    def __init__(self) -> None:
        self.noted = False

    def on_partitions_revoked(self, _revoked: Collection[Any]) -> None:
        self.noted = True

    def on_partitions_assigned(self, _assigned: Collection[Any]) -> None:
        self.noted = True


class KafkaReader:
    """Reads the partitions it was assigned, or all of them without a group."""

    def __init__(
        self, bootstrap: Sequence[str], group: str | None, topics: Sequence[str], locate: Locate
    ) -> None:
        self._bootstrap = list(bootstrap)
        self._group = group
        self._topics = list(topics)
        self._locate = locate
        self._changes = _Changes()
        self._consumer: Any = None
        self._positions: dict[Part, int] = {}
        self._patience = FIRST_PATIENCE_SECONDS
        self._holding_at = time.monotonic()

    def poll(self, seconds: float, limit: int) -> list[Record]:
        """Return up to `limit` records; wait for the first so long."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            records = self._poll_once(min(max(left, 0.0), _SLICE_SECONDS), limit)
            if records or left <= 0:
                return records

    def rewind(self) -> None:
        """Drop what was fetched ahead and seek to where `locate` says."""
        self._changes.noted = True

    def rest(self, seconds: float) -> None:
        """Poll with everything paused: that keeps the membership."""
        consumer = self._open()
        try:
            consumer.pause(*consumer.assignment())
            consumer.poll(timeout_ms=int(seconds * 1000))
        except NoOffsetForPartitionError:
            pass
        except KafkaError as error:
            raise _unavailable(error) from error
        finally:
            # However the rest ends: a partition that stays paused is never read again, and nothing says so.
            consumer.resume(*consumer.paused())
            # A partition that came meanwhile was not paused: what the poll gave must be read again.
            self._changes.noted = True

    def assigned(self) -> tuple[Part, ...]:
        """Return the partitions it holds now."""
        return tuple(self._positions)

    def lag(self) -> dict[Part, int]:
        """Return the lag against the end that the broker tells: a reader that no longer fetches has one too."""
        if self._consumer is None or not self._positions:
            return {}
        try:
            ends = self._consumer.end_offsets([TopicPartition(*part) for part in self._positions], _ASK_MS)
        except KafkaError as error:
            raise _unavailable(error) from error
        return {
            part: max(0, ends[TopicPartition(*part)] - position) for part, position in self._positions.items()
        }

    def hint(self, positions: Positions) -> None:
        """Commit offsets to the group, without waiting for the answer."""
        if self._group is None or self._consumer is None:
            return
        offsets = {
            TopicPartition(*part): OffsetAndMetadata(offset, "", -1) for part, offset in positions.items()
        }
        try:
            self._consumer.commit_async(offsets)
        except KafkaError as error:
            _log.debug("the group's offsets were not told: %s", type(error).__name__)

    def close(self) -> None:
        """Leave the group."""
        consumer, self._consumer = self._consumer, None
        self._positions = {}
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=3_000)

    def _poll_once(self, seconds: float, limit: int) -> list[Record]:
        self._join_anew_if_forgotten()
        consumer = self._open()
        try:
            found = consumer.poll(timeout_ms=int(seconds * 1000), max_records=limit)
        except NoOffsetForPartitionError:
            # The place is not kept in Kafka: a new assignment has none until it is sought below.
            found = {}
            self._changes.noted = True
        except OffsetOutOfRangeError as error:
            raise BusRefused("Kafka no longer has the offset that comes next") from error
        except KafkaError as error:
            raise _unavailable(error) from error
        if self._changes.noted:
            self._seek(consumer)
            return []
        return self._take(found)

    def _join_anew_if_forgotten(self) -> None:
        """Leave and join again where nothing was assigned for long.

        More members than partitions is one reason. The other is a member that the broker dropped
        while it joined: its client then waits for ever, without an error.
        """
        if self._group is None or self._consumer is None:
            return
        if self._consumer.assignment():
            self._holding_at, self._patience = time.monotonic(), FIRST_PATIENCE_SECONDS
        elif time.monotonic() - self._holding_at > self._patience:
            _log.warning("no partition was assigned for %.0f s; joining the group anew", self._patience)
            self.close()
            self._holding_at = time.monotonic()
            self._patience = min(LONGEST_PATIENCE_SECONDS, self._patience * 2)

    def _take(self, found: dict[Any, list[Record]]) -> list[Record]:
        for records in found.values():
            self._positions[records[-1].part] = records[-1].offset + 1
        return list(chain.from_iterable(found.values()))

    def _seek(self, consumer: Any) -> None:
        """Seek every partition, also those that were kept: their read-ahead may be dropped above."""
        self._changes.noted = False
        parts = tuple(sorted(Part(tp.topic, tp.partition) for tp in consumer.assignment()))
        try:
            self._positions = dict(self._locate(parts))
            for part, offset in self._positions.items():
                consumer.seek(TopicPartition(*part), offset)
        except (IllegalStateError, AssertionError):
            # The assignment changed again while the positions were looked up.
            self._changes.noted = True
        except BaseException:
            self._changes.noted = True
            raise

    def _open(self) -> Any:
        if self._consumer is None:
            try:
                self._consumer = self._connect()
            except (KafkaError, OSError) as error:
                raise _unavailable(error) from error
            self._changes.noted = True
        return self._consumer

    def _connect(self) -> Any:
        consumer = KafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=self._group,
            enable_auto_commit=False,
            # A position out of range is an error to be looked at, never a silent new beginning.
            auto_offset_reset="none",
            allow_auto_create_topics=False,
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            bootstrap_timeout_ms=5_000,
            reconnect_backoff_max_ms=1_000,
        )
        read_directly(consumer)
        if self._group is not None:
            consumer.subscribe(self._topics, listener=self._changes)
            # A group's leader that does not know the topics yet assigns nothing, and then takes what
            # it learns for what it assigned. Asked before subscribing, it would assign twice.
            for topic in self._topics:
                consumer.partitions_for_topic(topic)
            return consumer
        found = {topic: consumer.partitions_for_topic(topic) for topic in self._topics}
        if not all(found.values()):
            consumer.close()
            raise BusRefused("a topic does not exist; make the topics first")
        consumer.assign([TopicPartition(topic, p) for topic, parts in found.items() for p in sorted(parts)])
        return consumer


def _unavailable(error: Exception) -> BusUnavailable:
    return BusUnavailable(f"Kafka does not answer: {type(error).__name__}")
