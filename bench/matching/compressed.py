"""A market of classes in a file, so that each solver reads the same in a process of its own."""

import resource
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.programs.matching.engine.market import MarketClasses

Ints = NDArray[np.int64]
_BITS = 64


@dataclass(frozen=True, slots=True)
class Compressed:
    """A bit row of pledge classes for each need class, and what pledge classes have.

    `demand[c, t]` is what needs of class `c` in tier `t` ask for.
    """

    rows: NDArray[np.uint64]
    supply: Ints
    demand: Ints

    @classmethod
    def of(cls, classes: MarketClasses, wanted: Ints, tiers: int) -> "Compressed":
        """Return the market with its needs, which stand in their order, in so many tiers of equal number."""
        key, table = classes.rows
        demand = np.zeros((len(key), tiers), np.int64)
        np.add.at(demand, (classes.of_need, tiers_of(len(wanted), tiers)), wanted)
        rows = np.bitwise_and.reduce([table[key[:, part]] for part in range(key.shape[1])])
        return cls(rows, classes.supply, demand)

    def save(self, file: Path) -> None:
        """Write it."""
        np.savez(file, rows=self.rows, supply=self.supply, demand=self.demand)

    @classmethod
    def load(cls, file: str) -> "Compressed":
        """Read what `save` wrote."""
        with np.load(file) as found:
            return cls(found["rows"], found["supply"], found["demand"])

    def sources(self) -> tuple[Ints, Ints]:
        """Return each pair of a pledge class and a need class that it admits, as two columns."""
        pledges, needs = [], []
        for start in range(0, len(self.supply), _BITS):
            word = self.rows[:, start // _BITS]
            for bit in range(min(_BITS, len(self.supply) - start)):
                found = np.nonzero(word >> np.uint64(bit) & np.uint64(1))[0]
                needs.append(found)
                pledges.append(np.full(len(found), start + bit))
        return np.concatenate(pledges), np.concatenate(needs)


def tiers_of(needs: int, tiers: int) -> Ints:
    """Return the tier of each of some needs, which stand in their order."""
    return np.arange(needs) * tiers // max(1, needs)


def peak_megabytes() -> int:
    """Return how much memory this process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
