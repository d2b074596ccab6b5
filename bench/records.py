"""How fast fetched bytes become records, beside what kafka-python itself makes of them."""

import time
from collections import defaultdict

from kafka.consumer.fetcher import Fetcher  # noqa: TID251 - it is what ours is compared with
from kafka.record.memory_records import MemoryRecords, MemoryRecordsBuilder  # noqa: TID251
from kafka.structs import TopicPartition  # noqa: TID251

from bench.pledges import message_of, pledge
from bench.result import Result, rates
from shared.bus.kafka import BATCH_BYTES
from shared.bus.kafka_records import PartitionRecords

RECORDS = 20_000
OF_A_BATCH = 800
ROUNDS = 7

_PLACE = TopicPartition("helix.donations", 0)


def measure() -> list[Result]:
    """Read the same bytes in turns."""
    raw = _fetched()
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for name, kind in (("library", Fetcher.PartitionRecords), ("ours", PartitionRecords)):
            began = time.process_time()
            read = kind(0, _PLACE, MemoryRecords(raw)).take()
            taken[name].append(len(read) / (time.process_time() - began))
    return [rates("records out of fetched bytes, one processor", taken["ours"], taken["library"], "")]


def _fetched() -> bytes:
    """Return what a fetch brings: batches about as large as our relay writes them."""
    raw = bytearray()
    for first in range(0, RECORDS, OF_A_BATCH):
        builder = MemoryRecordsBuilder(2, 0, BATCH_BYTES)
        for at in range(OF_A_BATCH):
            message = message_of(pledge())
            builder.append(at, message.key, message.value, list(message.headers))
        builder.close()
        batch = bytearray(builder.buffer())
        # The broker gives a batch its first offset.
        batch[:8] = first.to_bytes(8, "big")
        raw += batch
    return bytes(raw)
