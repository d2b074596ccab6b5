"""Whatever happens in a market, and in whatever order: after each event it is at the one best."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.matching.cases import ACCEPTANCE, covered, play, read_cases
from services.programs.matching.engine import settling
from services.programs.matching.engine.books import Books
from services.programs.matching.engine.nodes import Demand, Name, Supply
from services.programs.matching.engine.reach import Walk
from services.programs.matching.engine.residual import Residual
from tests.programs.matching.engine.streams import Played, best, streams

Stream = list[tuple[Any, ...]]


def _covered(market: Residual) -> dict[object, int]:
    return {name: need.covered for name, need in market.needs.items()}


def _assert_books(played: Played) -> None:
    """What is used and free is what there is, nobody has too much, and everything that moved was told."""
    residual = played.residual
    for pledge in residual.pledges.values():
        assert pledge.free >= 0
        assert pledge.free + sum(pledge.parts.values()) == pledge.supply.quantity
    for need in residual.needs.values():
        assert sum(need.parts.values()) == need.covered <= need.quantity <= need.demand.quantity
        assert need.covered in {0, need.demand.quantity} or not need.demand.whole
        for pledge, quantity in need.parts.items():
            assert quantity == pledge.parts[need] > 0
            assert pledge.supply.rule.admits(need.demand.claim)
            assert pledge.name not in need.demand.excluded
    assert played.parts == _parts(residual)


def _parts(residual: Residual) -> dict[tuple[object, object], int]:
    return {(n.name, p.name): part for n in residual.needs.values() for p, part in n.parts.items()}


def _played(stream: Stream) -> Played:
    """Return a market after all of a stream."""
    played = Played()
    for what, *given_ in stream:
        played.happen(what, *given_)
    return played


def _said(residual: Residual) -> tuple[dict[Name, Demand], dict[Name, Supply]]:
    """Return what needs ask for and what pledges offer."""
    demands = {name: need.demand for name, need in residual.needs.items()}
    return demands, {name: pledge.supply for name, pledge in residual.pledges.items()}


@settings(max_examples=400, deadline=None)
@given(streams)
def test_after_every_event_every_need_has_what_the_batch_would_give_it(stream: Stream) -> None:
    played = Played()
    for what, *given_ in stream:
        played.happen(what, *given_)
        _assert_books(played)
        assert _covered(played.residual) == best(played.residual)


@settings(max_examples=100, deadline=None)
@given(streams)
def test_the_same_events_lead_to_the_same_parts(stream: Stream) -> None:
    assert _played(stream).parts == _played(stream).parts


@settings(max_examples=200, deadline=None)
@given(streams)
def test_what_changes_at_once_leads_to_the_same_as_one_after_the_other(stream: Stream) -> None:
    played = _played(stream)
    demands, supplies = _said(played.residual)
    at_once = Residual()
    at_once.change(demands, supplies)
    assert _covered(at_once) == _covered(played.residual)
    at_once.change(dict.fromkeys(demands), dict.fromkeys(supplies))
    assert not at_once.needs
    assert not at_once.pledges


@settings(max_examples=100, deadline=None)
@given(streams, st.data())
def test_a_new_pledge_lowers_nobody(stream: Stream, data: st.DataObject) -> None:
    # A whole that can be covered at last may need what a lower one has.
    played = _played([each for each in stream if each[0] != "whole"])
    before = _covered(played.residual)
    if pledges := [each for each in stream if each[0] == "pledge"]:
        played.happen(*data.draw(st.sampled_from(pledges)))
    assert all(_covered(played.residual)[name] >= quantity for name, quantity in before.items())


@settings(max_examples=200, deadline=None)
@given(streams, streams)
def test_a_market_is_restored_from_what_each_need_has(before: Stream, after: Stream) -> None:
    played = _played(before)
    demands, supplies = _said(played.residual)
    played.residual = Residual()
    played.residual.restore(
        demands, supplies, [(need, pledge, part) for (need, pledge), part in played.parts.items()]
    )
    played.residual.settle()
    assert _parts(played.residual) == played.parts
    for what, *given_ in after:
        played.happen(what, *given_)
        _assert_books(played)
        assert _covered(played.residual) == best(played.residual)


@settings(max_examples=200, deadline=None)
@given(streams)
def test_a_market_that_was_left_in_disorder_is_settled(stream: Stream) -> None:
    played = _played(stream)
    demands, supplies = _said(played.residual)
    disordered = Residual()
    disordered.restore(demands, supplies, ())
    disordered.settle()
    assert _covered(disordered) == best(disordered) == _covered(played.residual)


def test_an_engine_that_does_not_reroute_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_further(_books: Books, row: int, wanted: int) -> Walk:
        hit = row & wanted
        return Walk([(-1, row)], row, hit & -hit)

    monkeypatch.setattr(settling, "search", no_further)
    wrong = {
        case.name for case in read_cases(ACCEPTANCE) if covered(case, play(case, case.events)) != case.best
    }
    assert "waste" in wrong
