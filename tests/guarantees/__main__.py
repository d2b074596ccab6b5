"""`make trials`: take each protection away in turn and say whether the tests notice; fail if one does not."""

import sys
import time

from tests.guarantees.trial import copied, failure_of
from tests.guarantees.trials import TRIALS


def main(wanted: list[str]) -> int:
    """Run all trials, or those whose names hold one of the words; return how many went unnoticed."""
    trials = [trial for trial in TRIALS if not wanted or any(word in trial.name for word in wanted)]
    if not trials:
        print(f"No trial has a name with {' or '.join(wanted)} in it; there are:")
        print("\n".join(f"  {trial.name}" for trial in TRIALS))
        return 1
    unnoticed = 0
    with copied() as copy:
        tests = sorted({test for trial in trials for test in trial.tests})
        failure = failure_of(copy, tests)
        if failure is not None:
            print(f"With every protection in place: {failure}")
            return 1
        for trial in trials:
            place = copy / trial.path
            whole = place.read_text()
            place.write_text(trial.mutated(whole))
            began = time.monotonic()
            failure = failure_of(copy, trial.tests)
            place.write_text(whole)
            unnoticed += failure is None
            print(
                f"{'GREEN' if failure is None else 'red':6}{time.monotonic() - began:6.0f} s  {trial.name}: {failure}",
                flush=True,
            )
    print(f"{len(trials) - unnoticed} of {len(trials)} were noticed.")
    return unnoticed


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))
