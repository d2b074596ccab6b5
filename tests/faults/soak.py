"""The long run: `make soak`. KILLS=200 of every part under load, on both buses, by a seed that is printed.

A machine of its own for each bus; the kills come in rounds, and after each everything is counted. It says
what was done, and ends with an error at the first thing that is not as it must be.
"""

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from shared.settings import passthrough
from tests.faults.chaos import Chaos
from tests.faults.conftest import Tried
from tests.faults.load import load, said_of
from tests.faults.machine import Machine
from tests.faults.test_away import assert_a_bus_that_is_away_only_delays

KILLS_OF_A_ROUND = 20
AWAY_SECONDS = 180.0


def main() -> None:
    """Kill, count, and kill again."""
    given = passthrough()
    seed = int(given.get("SEED") or random.SystemRandom().randrange(10_000))
    kills = int(given.get("KILLS") or 200)
    _say(f"SEED={seed} KILLS={kills}")
    for bus in ("builtin", "kafka"):
        with tempfile.TemporaryDirectory(prefix="helix-soak-") as folder:
            machine = Machine(Path(folder) / "data", bus)
            try:
                machine.start_all()
                _soak(Tried(machine), seed, kills // 2)
            finally:
                machine.close()


def _soak(tried: Tried, seed: int, kills: int) -> None:
    done: Counter[str] = Counter()
    while done.total() < kills:
        chaos = Chaos(tried.machine, seed + done.total(), sleeps=True)
        with load(tried.machine, tried.ledger, seed + done.total()) as people:
            chaos.kill(min(KILLS_OF_A_ROUND, kills - done.total()), people)
        done += chaos.done
        tried.assert_exact()
        _say(f"{tried.machine.kind}: {done.total()} kills, all is counted; {said_of(people)}")
    _say(f"{tried.machine.kind}: {dict(done)}")
    told = assert_a_bus_that_is_away_only_delays(tried, seed, AWAY_SECONDS)
    _say(f"{tried.machine.kind}: the bus was away for {AWAY_SECONDS:.0f} s; {told}")


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
