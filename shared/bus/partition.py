"""Which partition a key belongs to: murmur2, the same for every client of either bus."""

from functools import lru_cache

from kafka.partitioner.default import murmur2


@lru_cache(maxsize=65_536)
def choose(key: bytes, partitions: int) -> int:
    """Return the partition of a key. Remembered, because murmur2 in Python is slow and keys recur."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)
