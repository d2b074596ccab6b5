"""The engine of the match beside solvers that know nothing of it, and beside simpler rules.

Each runs in a process of its own, on the same market: OR-tools and HiGHS clash in one, and memory is told of each.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.result import Result

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SUPPLIES = (0.4, 0.7, 1.2)
# Beyond these a solver takes more memory or time than there is.
LARGEST = {"ortools": 100_000, "highs": 10_000}
NAMES = {"ortools": "OR-tools", "highs": "HiGHS"}
ONLINE = (10_000, 100_000)


def measure() -> Iterator[Result]:
    """Settle markets of all sizes at once, then let things happen in two of them, alone and with the database.

    At last settle many small ones whose rules break the flow, beside what is best in them.
    """
    for needs in SIZES:
        for supply in SUPPLIES:
            yield from _batch(needs, supply)
    for needs in ONLINE:
        yield from _online(needs, 0.7)
    for needs in ONLINE:
        yield from _live(needs, 0.7)
    for line in _run("losses", "--json"):
        yield Result(**line)


def _batch(needs: int, supply: float) -> Iterator[Result]:
    name = f"{needs:,} needs, supply {supply}"
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "market.npz")
        ours = _run("ours", str(needs), str(supply), file)
        for solver, largest in LARGEST.items():
            if needs > largest:
                continue
            beside = _run(f"flow_{solver}", file)
            if beside["covered"] != ours["covered"]:
                raise SystemExit(f"{NAMES[solver]} covers other tiers in {name}")
            yield Result(
                f"{name}; beside {NAMES[solver]}, all tiers equal",
                _seconds(ours["seconds"]),
                _seconds(beside["solve_seconds"]),
                beside["solve_seconds"] / ours["seconds"],
                "10" if needs == 100_000 and solver == "ortools" else "",
            )
    large = needs == SIZES[-1]
    yield Result(f"{name}; time", _seconds(ours["seconds"]), aim="3 s" if large else "")
    yield Result(f"{name}; memory", f"{ours['megabytes']} MB", aim="1500 MB" if large else "")
    yield Result(
        f"{name}; parts for each need that is covered", f"{ours['parts'] / ours['covered_needs']:.2f}"
    )
    for other in ("first_come", "restricted_first"):
        yield _coverage(name, ours, other)


def _coverage(name: str, ours: dict[str, Any], other: str) -> Result:
    """Compare what the highest twentieth of the needs got, and say where another rule falls short most."""
    shares = [found / best for found, best in zip(ours[other], ours["covered"], strict=True) if best]
    worst = min(range(len(shares)), key=shares.__getitem__)
    return Result(
        f"{name}; highest twentieth covered, beside {other.replace('_', ' ')} (worst: {shares[worst]:.2f} in"
        f" the {worst + 1}.)",
        f"{ours['covered'][0] / ours['wanted'][0]:.1%}",
        f"{ours[other][0] / ours['wanted'][0]:.1%}",
        shares[0],
    )


def _online(needs: int, supply: float) -> Iterator[Result]:
    told = _run("online", str(needs), str(supply))
    aims = {"need": "p99 5 ms", "pledge": "p99 25 ms"} if needs == ONLINE[-1] else {}
    for name in ("need", "pledge", "need moves", "need goes", "pledge goes"):
        took = told[name]
        yield Result(
            f"{needs:,} needs, event by event: {name}",
            f"p50 {took['p50']:.2f}, p99 {took['p99']:.1f}, max {took['max']:.0f} ms",
            aim=aims.get(name, ""),
        )


def _live(needs: int, supply: float) -> Iterator[Result]:
    told = _run("live", str(needs), str(supply))
    name = f"{needs:,} needs, whole steps with the database"
    yield Result(f"{name}: first match in {told['first_turns']} turns", _seconds(told["first_seconds"]))
    for what in ("new need", "new pledge", "pay", "veto", "all"):
        took = told[what]
        yield Result(
            f"{name}: {what}",
            f"p50 {took['p50']:.1f}, p99 {took['p99']:.1f}, max {took['max']:.0f} ms",
            aim="p99 50 ms" if what == "all" and needs == ONLINE[-1] else "",
        )


def _run(module: str, *arguments: str) -> Any:
    command = [sys.executable, "-m", f"bench.matching.{module}", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{run.stderr}")
    return json.loads(run.stdout)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f} s" if seconds < 10 else f"{seconds:,.0f} s"
