"""Which partition a key belongs to: murmur2, as every client of Kafka computes it.

Written out here so that the built-in log does not load a Kafka client, and both buses agree.
"""

from functools import lru_cache
from struct import Struct

_SEED = 0x9747B28C
_M = 0x5BD1E995
_MASK = 0xFFFFFFFF
_WORDS = Struct("<I")


@lru_cache(maxsize=65_536)
def choose(key: bytes, partitions: int) -> int:
    """Return the partition of a key. Remembered, because murmur2 in Python is slow and keys recur."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """Return the 32-bit MurmurHash2 of some bytes, with the seed that Kafka uses."""
    whole = len(data) & ~3
    value = _SEED ^ len(data)
    for (part,) in _WORDS.iter_unpack(data[:whole]):
        word = part * _M & _MASK
        value = value * _M & _MASK ^ (word ^ word >> 24) * _M & _MASK
    if whole < len(data):
        value = (value ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    value = (value ^ value >> 13) * _M & _MASK
    return value ^ value >> 15
