"""Ours on one market, and two that are simpler: a process of its own, told as JSON.

`python -m bench.matching.ours NEEDS SUPPLY [FILE.npz]`: with a file, the compressed market is written to it.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.matching.compressed import Compressed, peak_megabytes, tiers_of
from bench.matching.generator import market as generated
from services.programs.matching.engine.market import Market, compress, settle

TIERS = 20
TURNS = 3

Ints = NDArray[np.int64]


def main(needs: int, supply: float, file: str | None) -> None:
    """Settle a market a few times, and by simpler rules once."""
    settle(generated(10, supply))
    market = generated(needs, supply)
    took = []
    for _ in range(TURNS):
        began = time.perf_counter()
        found = settle(market)
        took.append(time.perf_counter() - began)
    megabytes = peak_megabytes()
    told = {
        "covered": _by_tier(found.covered),
        "wanted": _by_tier(market.wanted),
        "parts": len(found.parts.need),
        "covered_needs": int((found.covered > 0).sum()),
        "seconds": statistics.median(took),
        "megabytes": megabytes,
        "first_come": _by_tier(_one_by_one(market, np.random.default_rng(1).permutation(needs))),
        "restricted_first": _by_tier(_one_by_one(market, np.arange(needs))),
    }
    if file is not None:
        Compressed.of(compress(market), market.wanted, TIERS).save(Path(file))
    print(json.dumps(told))


def _by_tier(quantities: Ints) -> list[int]:
    """Return the sum of each tier; a tier is a twentieth of the needs in their order."""
    tier = tiers_of(len(quantities), TIERS)
    sums: list[int] = np.bincount(tier, quantities, TIERS).astype(np.int64).tolist()
    return sums


def _one_by_one(market: Market, order: Ints) -> Ints:
    """Cover needs in some order from the most restricted pledges that admit them, and never take anything back."""
    classes = compress(market)
    rows = Compressed.of(classes, market.wanted, 1).rows
    free = [int(each) for each in classes.supply]
    covered = np.zeros(len(market.wanted), np.int64)
    admitted: dict[int, list[int]] = {}
    for need in order.tolist():
        of = int(classes.of_need[need])
        if of not in admitted:
            bits = np.unpackbits(rows[of].view(np.uint8), bitorder="little")
            found = np.nonzero(bits[: len(free)])[0].tolist()
            found.sort(key=lambda place: market.rules[place].breadth())
            admitted[of] = found
        left = [place for place in admitted[of] if free[place]]
        admitted[of] = left
        rest = int(market.wanted[need])
        for place in left:
            by = min(rest, free[place])
            free[place] -= by
            rest -= by
            if not rest:
                break
        covered[need] = market.wanted[need] - rest
    return covered


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
