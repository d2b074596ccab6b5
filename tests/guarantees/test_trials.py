"""The trials fit the code as it is. `make trials` runs them: each takes a few seconds."""

import re

import pytest

from tests.guarantees.told import DOCUMENT, told
from tests.guarantees.trial import ROOT, Trial
from tests.guarantees.trials import TRIALS


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_what_a_trial_takes_away_is_there(trial: Trial) -> None:
    assert trial.mutated((ROOT / trial.path).read_text())


def test_the_tests_that_must_notice_exist() -> None:
    for trial in TRIALS:
        for test in trial.tests:
            path, _, name = test.partition("::")
            if path.startswith("tests/"):
                assert (ROOT / path).exists(), test
                assert not name or f"def {name}(" in (ROOT / path).read_text(), test


def test_every_trial_is_told_to_people() -> None:
    document = DOCUMENT.read_text()
    assert document == told(document, TRIALS), "python -m tests.guarantees.told writes it anew"
    assert {trial.promise for trial in TRIALS} == set(re.findall(r"^## (.+)", document, re.MULTILINE))
