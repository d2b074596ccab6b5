"""OR-tools' minimum-cost flow on a compressed market: read from a file, solved, told as JSON.

A process of its own: `python -m bench.matching.flow_ortools FILE.npz`. OR-tools and HiGHS clash in one.
"""

import json
import sys
import time
from typing import Any

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from bench.matching.compressed import Compressed, Ints, peak_megabytes


def solve(market: Compressed) -> dict[str, object]:
    """Return the coverage of each tier at the maximum flow of the least cost, where a tier costs its place."""
    began = time.perf_counter()
    flow = SimpleMinCostFlow()
    pledges, needs = market.sources()
    classes, givers = len(market.rows), len(market.supply)
    source, sink = classes + givers, classes + givers + 1
    most = np.minimum(market.supply[pledges], market.demand.sum(axis=1)[needs])
    _add(flow, np.full(givers, source), classes + np.arange(givers), market.supply, 0)
    _add(flow, classes + pledges, needs, most, 0)
    to, tier = np.nonzero(market.demand)
    into = _add(flow, to, np.full(len(to), sink), market.demand[to, tier], tier)
    total = int(min(market.supply.sum(), market.demand.sum()))
    flow.set_node_supply(source, total)
    flow.set_node_supply(sink, -total)
    built = time.perf_counter()
    status = flow.solve_max_flow_with_min_cost()
    solved = time.perf_counter()
    if status != flow.OPTIMAL:
        raise SystemExit(f"OR-tools found no optimum: {status}")
    covered = np.bincount(tier, flow.flows(into), market.demand.shape[1]).astype(np.int64)
    return {
        "covered": covered.tolist(),
        "arcs": int(flow.num_arcs()),
        "build_seconds": built - began,
        "solve_seconds": solved - built,
        "megabytes": peak_megabytes(),
    }


def _add(flow: Any, tails: Ints, heads: Ints, capacities: Ints, costs: Ints | int) -> Ints:
    each = np.broadcast_to(np.asarray(costs, np.int64), np.shape(capacities))
    found: Ints = flow.add_arcs_with_capacity_and_unit_cost(
        np.asarray(tails, np.int32), np.asarray(heads, np.int32), np.asarray(capacities, np.int64), each
    )
    return found


if __name__ == "__main__":
    print(json.dumps(solve(Compressed.load(sys.argv[1]))))
