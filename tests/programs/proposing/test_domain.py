"""Where a need stands, and how to come from what it has to what it shall have."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programs.in_play.domain import NeedState, Place, PledgeState, Terms
from services.programs.matching.domain import Rule
from services.programs.policy.domain import Policy
from services.programs.proposing.domain import Movable, difference
from services.programs.standing.domain import standing
from shared.ids import new_id

NOW = datetime(2026, 11, 22, tzinfo=UTC)
A, B = new_id(), new_id()


def _need(**more: object) -> NeedState:
    fields: dict[str, object] = {
        "id": new_id(),
        "household": new_id(),
        "category": "food",
        "desa": "35.17.01.2001",
        "decile": 2,
        "score": 500,
        "verified_at": NOW,
        "urgency": 3,
        "indivisible": False,
        "attributes": frozenset(),
        "quantity": 100,
        "kept": 0,
        "recorded_on": NOW.date(),
    } | more
    return NeedState(**fields)  # type: ignore[arg-type]


def _movable(pledge: UUID, quantity: int) -> Movable:
    return Movable(new_id(), pledge, quantity)


@pytest.mark.parametrize(
    "higher",
    [
        {"decile": 1},
        {"score": 501},
        {"urgency": 4},
        {"recorded_on": NOW.date() - timedelta(days=1)},
        {"verified_at": NOW - timedelta(microseconds=1)},
    ],
)
def test_each_key_of_the_order_raises_a_need(higher: dict[str, object]) -> None:
    assert standing(_need(**higher), Policy(version=1)) < standing(_need(), Policy(version=1))


def test_the_policy_tells_which_key_comes_first() -> None:
    poor, urgent = _need(decile=1, urgency=1), _need(decile=4, urgency=5)
    by_urgency = Policy(version=1, tiers=(), order=("urgency", "decile", "score", "verified_at"))
    assert standing(poor, Policy(version=1)) < standing(urgent, Policy(version=1))
    assert standing(urgent, by_urgency) < standing(poor, by_urgency)


def test_the_reasons_say_which_restrictions_it_meets() -> None:
    need = _need(decile=1, attributes=frozenset({"elderly"}))
    pledge = PledgeState(
        new_id(), 1, 0, rule=Rule(zakat=True, attributes=frozenset({"elderly", "disability"}))
    )
    reasons = need.reasons(Place(3, 10, 2, Terms(Policy(version=7), NOW.date() + timedelta(days=4))), pledge)
    assert reasons.admitted_by == ["zakat", "attribute_elderly"]
    assert (reasons.rank, reasons.of, reasons.alternatives, reasons.policy_version) == (3, 10, 2, 7)
    assert (reasons.tier, reasons.waited_days, reasons.village_share) == (1, 4, None)


def test_nothing_is_done_where_a_need_has_what_it_shall_have() -> None:
    held = [_movable(A, 30), _movable(A, 20), _movable(B, 10)]
    assert not difference(held, {A: 50, B: 10}, {})


def test_only_the_difference_is_ended_and_proposed() -> None:
    large, small, other = _movable(A, 30), _movable(A, 20), _movable(B, 10)
    change = difference([large, small, other], {A: 30, B: 15}, {})
    assert (change.ended, change.proposed) == ([small.id], {B: 5})


def test_an_allocation_is_not_less_than_its_pledge_gives_at_least() -> None:
    held = _movable(A, 30)
    change = difference([held], {A: 50}, {A: 25})
    assert (change.ended, change.proposed) == ([held.id], {A: 50})


@given(
    st.lists(st.tuples(st.sampled_from((A, B)), st.integers(1, 5)), max_size=6),
    st.dictionaries(st.sampled_from((A, B)), st.integers(1, 12)),
    st.integers(1, 4),
)
def test_it_always_comes_to_what_the_need_shall_have(
    have: list[tuple[UUID, int]], wanted: dict[UUID, int], minimum: int
) -> None:
    held = [_movable(pledge, part) for pledge, part in have]
    change = difference(held, wanted, {A: minimum})
    stay = [one for one in held if one.id not in change.ended]
    for pledge in (A, B):
        of_it = [one for one in stay if one.pledge == pledge]
        more = change.proposed.get(pledge, 0)
        assert sum(one.quantity for one in of_it) + more == wanted.get(pledge, 0)
    assert A not in change.proposed or change.proposed[A] >= min(minimum, wanted[A])
