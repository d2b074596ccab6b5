"""The tables of `docs/guarantees.md` are made of the trials: `python -m tests.guarantees.told` writes them."""

import re
from collections.abc import Sequence

from tests.guarantees.trial import ROOT, Trial
from tests.guarantees.trials import TRIALS

DOCUMENT = ROOT / "docs" / "guarantees.md"

_HEAD = "| taken away | in | who must notice |\n|---|---|---|\n"
_SECTION = re.compile(
    r"^## (?P<promise>.+)\n(?P<prose>(?:.|\n)*?)\n\| taken away \|.*\n(?:\|.*\n)+", re.MULTILINE
)


def told(document: str, trials: Sequence[Trial]) -> str:
    """Return the document with the table of each promise as the trials are; its sentences stay."""

    def section(found: re.Match[str]) -> str:
        rows = "".join(_row(trial) for trial in trials if trial.promise == found["promise"])
        return f"## {found['promise']}\n{found['prose']}\n{_HEAD}{rows}"

    return _SECTION.sub(section, document)


def _row(trial: Trial) -> str:
    return f"| {trial.name} | `{trial.path}` | {', '.join(map(_test, trial.tests))} |\n"


def _test(test: str) -> str:
    place, _, name = test.removeprefix("tests/").partition("::test_")
    return f"`{place}`" + (f" › {name.replace('_', ' ')}" if name else "")


if __name__ == "__main__":
    DOCUMENT.write_text(told(DOCUMENT.read_text(), TRIALS))
