"""HiGHS, by linear programming, on a compressed market: read from a file, solved, told as JSON.

A process of its own: `python -m bench.matching.flow_highs FILE.npz`. OR-tools and HiGHS clash in one.
"""

import json
import sys
import time
from typing import Any

import highspy
import numpy as np

from bench.matching.compressed import Compressed, peak_megabytes


def solve(market: Compressed) -> dict[str, object]:
    """Return the coverage of each tier where its weight is higher than that of all tiers after it."""
    began = time.perf_counter()
    pledges, needs = market.sources()
    to, tier = np.nonzero(market.demand)
    arcs, asked, tiers = len(pledges), len(to), market.demand.shape[1]
    givers, classes = len(market.supply), len(market.rows)
    # What an arc carries leaves its pledge class and reaches its need class; what is covered leaves that.
    starts = np.concatenate((2 * np.arange(arcs), 2 * arcs + np.arange(asked + 1)))
    rows = np.concatenate((np.stack((pledges, givers + needs), axis=1).reshape(-1), givers + to))
    values = np.concatenate((np.ones(2 * arcs), -np.ones(asked)))
    problem = highspy.HighsLp()
    problem.num_col_, problem.num_row_ = arcs + asked, givers + classes
    problem.col_cost_ = np.concatenate((np.zeros(arcs), tier - tiers))
    problem.col_lower_ = np.zeros(arcs + asked)
    problem.col_upper_ = np.concatenate((np.full(arcs, highspy.kHighsInf), market.demand[to, tier]))
    problem.row_lower_ = np.concatenate((np.zeros(givers), np.zeros(classes)))
    problem.row_upper_ = np.concatenate((market.supply, np.full(classes, highspy.kHighsInf)))
    problem.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    problem.a_matrix_.start_, problem.a_matrix_.index_, problem.a_matrix_.value_ = starts, rows, values
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.passModel(problem)
    built = time.perf_counter()
    solver.run()
    solved = time.perf_counter()
    found = np.bincount(tier, np.array(solver.getSolution().col_value)[arcs:], tiers)
    return {
        "covered": np.rint(found).astype(int).tolist(),
        "arcs": arcs,
        "build_seconds": built - began,
        "solve_seconds": solved - built,
        "megabytes": peak_megabytes(),
    }


if __name__ == "__main__":
    print(json.dumps(solve(Compressed.load(sys.argv[1]))))
