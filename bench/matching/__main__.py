"""`python -m bench.matching --market FILE`: settle the markets of a file, and tell what each need gets.

The file is as `bench/matching/cases.py` says; so anybody can hold the answers against another solver.
"""

import argparse
import sys
from pathlib import Path

from bench.matching.cases import as_market, covered, names_of_parts, play, read_cases
from services.programs.matching.engine.market import settle


def main() -> int:
    """Print the coverage of each need, and the parts; return 1 where it is not what the file says it should be."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    parser.add_argument("--market", type=Path, required=True, help="a JSON file of one or several markets")
    file, wrong = parser.parse_args().market, 0
    try:
        cases = read_cases(file)
    except (OSError, ValueError) as error:
        parser.error(f"{file} can't be read:\n{error}")
    for case in cases:
        found = settle(as_market(case))
        at_once = dict(zip(case.by_place, found.covered.tolist(), strict=True))
        by_event = covered(case, play(case, case.events))
        print(case.name)
        for name, quantity in zip(case.needs, by_event, strict=True):
            print(f"  {name}: {quantity} of {case.needs[name].quantity}")
        for need, pledge, quantity in names_of_parts(case, found.parts):
            print(f"  {quantity} of {pledge} for {need}")
        if by_event != [at_once[name] for name in case.needs] or case.best not in (None, by_event):
            print(f"  WRONG: at once {at_once}, should be {case.best}")
            wrong += 1
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
