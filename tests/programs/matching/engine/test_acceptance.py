"""The cases that say what the match must do, through both halves of the engine."""

import json
from itertools import islice, permutations
from pathlib import Path

import pytest

from bench.matching.cases import (
    ACCEPTANCE,
    Case,
    as_market,
    covered,
    names_of_parts,
    play,
    read_cases,
)
from services.programs.matching.engine.market import settle

CASES = read_cases(ACCEPTANCE)


def _name(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_settled_at_once_every_need_gets_the_best(case: Case) -> None:
    found = settle(as_market(case))
    got = dict(zip(case.by_place, found.covered.tolist(), strict=True))
    assert [got[name] for name in case.needs] == case.best
    used = dict.fromkeys(case.open_pledges, 0)
    for _, pledge, quantity in names_of_parts(case, found.parts):
        used[pledge] += quantity
    assert case.use.items() <= used.items()


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_event_by_event_every_need_gets_the_best_in_whatever_order(case: Case) -> None:
    residual = play(case, case.events)
    assert covered(case, residual) == case.best
    used = {name: each.supply.quantity - each.free for name, each in residual.pledges.items()}
    assert case.use.items() <= used.items()
    arrivals = [event for event in case.events if not event.startswith("-")]
    withdrawn = [event for event in case.events if event.startswith("-")]
    for order in islice(permutations(arrivals), 720):
        assert covered(case, play(case, [*order, *withdrawn])) == case.best, order


def test_a_household_that_was_told_keeps_what_it_was_promised() -> None:
    (case,) = (case for case in CASES if case.told is not None)
    assert covered(case, play(case, case.events, told={"n1": "n2"})) == case.told


def test_a_file_of_markets_is_refused_with_every_fault(tmp_path: Path) -> None:
    file = tmp_path / "markets.json"
    wrong = {"P": {"A": [0, "*"], "B": [5, "food", "zakatt"]}, "N": {"n": ["food"]}, "ev": ["C"], "opt": []}
    file.write_text(json.dumps([wrong, 3]))
    with pytest.raises(ValueError, match="the quantity must be 1 or more") as refused:
        read_cases(file)
    places = [line.partition(":")[0] for line in str(refused.value).splitlines()]
    assert places == ["/0/P/A", "/0/P/B", "/0/N/n", "/0/ev", "/0/opt", "/1"]
