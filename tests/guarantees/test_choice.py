"""`make trials TRIAL=word` tells where no trial is meant."""

import pytest

from tests.guarantees.__main__ import main


def test_a_word_that_no_trial_has_runs_nothing_and_names_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nosuchword"]) == 1
    told = capsys.readouterr().out
    assert "nosuchword" in told
    assert "the fence lets every worker pass" in told
