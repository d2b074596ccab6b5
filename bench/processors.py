"""Whose time the processors spent while something was measured: what limits a rate on this machine.

Every process of the machine counts that is named like one of ours: nothing else may run beside a measurement.
"""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psutil

from bench.result import Result

_SERVERS = {"postgres": "PostgreSQL", "java": "Kafka"}


class Meter:
    """Adds up the seconds of processor time of several turns, and how busy the machine was in them."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._busy = self._whole = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Count what is spent inside."""
        before, machine = _spent(), psutil.cpu_times()
        yield
        after, later = _spent(), psutil.cpu_times()
        for process, (whose, seconds) in after.items():
            self._seconds[whose] += seconds - before.get(process, ("", 0.0))[1]
        whole = sum(later) - sum(machine)
        self._whole += whole
        self._busy += whole - (later.idle + later.iowait - machine.idle - machine.iowait)

    @property
    def seconds(self) -> float:
        """Return the processor time of everybody."""
        return sum(self._seconds.values())

    def busy(self) -> str:
        """Return the share of all processors that was at work."""
        return f"{self._busy / self._whole:.0%}"

    def each(self, number: int) -> str:
        """Return the milliseconds of each for one of so many things."""
        parts = [
            f"{whose} {1_000 * seconds / number:.1f} ms"
            for whose, seconds in sorted(self._seconds.items(), key=lambda each: -each[1])
        ]
        return ", ".join(parts)


def per_one(name: str, meters: Sequence[Meter], numbers: Sequence[int]) -> Result:
    """Return the line of what one thing costs, ours and beside it, and the ratio of both."""
    ours, beside = (meter.seconds / number for meter, number in zip(meters, numbers, strict=True))
    written = [meter.each(number) for meter, number in zip(meters, numbers, strict=True)]
    return Result(name, written[0], written[1], ours / beside)


def _spent() -> dict[int, tuple[str, float]]:
    """Return, by process, whose it is and the seconds it has had."""
    found = {}
    for process in psutil.process_iter(["pid", "name"]):
        name = process.info["name"] or ""
        whose = "client" if process.pid == os.getpid() else _SERVERS.get(name)
        if whose is None and name.startswith(("python", "helix", "gunicorn")):
            whose = "Python"
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        if whose is not None:
            found[process.pid] = (whose, times.user + times.system)
    return found
