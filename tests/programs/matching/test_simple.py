"""The match, without a database: who gets what, from whom, and why."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as some

from services.programs.matching.domain import Rule
from services.programs.matching.simple import NeedState, PledgeState, Proposal, settle, standing
from services.programs.policy.domain import Policy

TODAY = date(2026, 11, 21)
POLICY = Policy(version=1)
CATEGORIES = ("food", "education", "housing_repair")


def uid(number: int) -> UUID:
    return UUID(int=number)


def need(number: int, quantity: int = 100, category: str = "food", **more: Any) -> NeedState:
    fields: dict[str, Any] = {
        "id": uid(number),
        "household": uid(1000 + number),
        "market": "IDR",
        "category": category,
        "open": quantity,
        "indivisible": False,
        "urgency": 3,
        "decile": 1,
        "score": 500,
        "verified_at": datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=number),
        "desa": "35.17.01.2001",
    }
    return NeedState(**(fields | more))


def pledge(number: int, quantity: int = 100, *categories: str, **more: Any) -> PledgeState:
    fields: dict[str, Any] = {
        "id": uid(2000 + number),
        "version": 1,
        "market": "IDR",
        "free": quantity,
        "opens_on": TODAY,
        "rule": Rule(categories=frozenset(categories)),
    }
    return PledgeState(**(fields | more))


def match(needs: list[NeedState], pledges: list[PledgeState], **more: Any) -> list[Proposal]:
    return settle(needs, pledges, POLICY, today=TODAY, **more)


def covered(needs: list[NeedState], proposals: list[Proposal]) -> list[int]:
    return [sum(p.quantity for p in proposals if p.need == n.id) for n in needs]


def test_keeps_the_wide_pledge_for_the_need_that_only_it_can_reach() -> None:
    needs = [need(1, score=900), need(2, category="housing_repair", score=800)]
    assert covered(needs, match(needs, [pledge(1), pledge(2, 100, "food")])) == [100, 100]


def test_spends_zakat_on_those_it_is_for_and_leaves_the_rest_to_others() -> None:
    zakat = pledge(1, 500, rule=Rule(zakat=True))
    needs = [need(1, score=100), need(2, score=900, decile=2), need(3, score=800, decile=2)]
    order = Policy(version=2, order=("score", "decile", "urgency", "verified_at"))
    proposals = settle(needs, [zakat, pledge(2)], order, today=TODAY)
    assert covered(needs, proposals) == [100, 100, 0]


def test_puts_the_order_of_needs_before_the_number_of_households() -> None:
    needs = [need(1, 100, score=900), need(2, 50, score=800), need(3, 50, score=700)]
    assert covered(needs, match(needs, [pledge(1)])) == [100, 0, 0]


def test_spends_the_pledge_that_expires_first() -> None:
    soon = pledge(1, expires_on=TODAY + timedelta(days=5))
    late = pledge(2, 100, "food", expires_on=TODAY + timedelta(days=90))
    assert [p.pledge for p in match([need(1)], [late, soon])] == [soon.id]


def test_orders_needs_by_decile_then_score_then_urgency_then_time_then_id() -> None:
    same = datetime(2026, 11, 1, tzinfo=UTC)
    expected = [
        need(9, decile=1, score=1, urgency=1),
        need(8, decile=2, score=900, urgency=1),
        need(7, decile=2, score=800, urgency=5),
        need(6, decile=2, score=800, urgency=4, verified_at=same),
        need(4, decile=2, score=800, urgency=4, verified_at=same + timedelta(days=1)),
        need(5, decile=2, score=800, urgency=4, verified_at=same + timedelta(days=1)),
    ]
    assert sorted(expected, key=lambda n: standing(n, POLICY)) == expected


def test_obeys_areas_by_their_codes_level_by_level() -> None:
    here, beside = need(1), need(2, desa="35.17.10.2001")
    for area, reached in (("35.17", [100, 100]), ("35.17.01", [100, 0]), ("35.17.01.2001", [100, 0])):
        offer = [pledge(1, 200, rule=Rule(areas=frozenset({area})))]
        assert covered([here, beside], match([here, beside], offer)) == reached
    # 35.17.1 is no area, and must not be taken for the beginning of 35.17.10.
    assert match([beside], [pledge(1, rule=Rule(areas=frozenset({"35.17.1"})))]) == []


def test_any_one_of_several_attributes_admits() -> None:
    rule = Rule(attributes=frozenset({"elderly", "disability"}))
    needs = [need(1, attributes=frozenset({"disability", "pregnant"})), need(2)]
    proposals = match(needs, [pledge(1, 300, rule=rule)])
    assert covered(needs, proposals) == [100, 0]
    assert proposals[0].reasons.admitted_by == ["attribute_disability"]


def test_obeys_the_highest_decile() -> None:
    needs = [need(1, decile=2), need(2, decile=3)]
    assert covered(needs, match(needs, [pledge(1, 300, rule=Rule(max_decile=2))])) == [100, 0]


def test_both_days_of_the_window_belong_to_it() -> None:
    def reached(opens_on: date, expires_on: date | None) -> bool:
        return bool(match([need(1)], [pledge(1, opens_on=opens_on, expires_on=expires_on)]))

    day = timedelta(days=1)
    assert reached(TODAY, TODAY)
    assert not reached(TODAY + day, None)
    assert not reached(TODAY - day, TODAY - day)


def test_never_crosses_markets() -> None:
    rice = need(1, market="rice:kg")
    assert match([rice], [pledge(1)]) == []
    assert len(match([rice], [pledge(1, market="rice:kg")])) == 1


def test_a_household_gets_no_more_from_a_pledge_than_its_cap() -> None:
    one = need(1, 100, household=uid(7))
    other = need(2, 100, category="education", household=uid(7))
    capped = pledge(1, 1000, cap_per_household=150, received={uid(7): 30})
    assert covered([one, other], match([one, other], [capped])) == [100, 20]


def test_gives_nothing_below_the_minimum_grant() -> None:
    needs = [need(1, 70), need(2, 100)]
    assert covered(needs, match(needs, [pledge(1, 120, minimum_grant=60)])) == [70, 0]


def test_an_indivisible_need_is_covered_whole_or_not_at_all() -> None:
    roof = need(1, 150, indivisible=True, score=900)
    small = need(2, 80)
    assert covered([roof, small], match([roof, small], [pledge(1, 100)])) == [0, 80]
    assert covered([roof, small], match([roof, small], [pledge(1, 100), pledge(2, 60)])) == [150, 10]


def test_never_proposes_an_excluded_pledge() -> None:
    refused = pledge(1)
    vetoed = need(1, excluded=frozenset({refused.id}))
    assert match([vetoed], [refused]) == []
    assert [p.pledge for p in match([vetoed], [refused, pledge(2)])] == [pledge(2).id]


def test_says_why() -> None:
    needs = [need(1, score=900), need(2, score=800)]
    first, second = match(needs, [pledge(1, 200, "food"), pledge(2, 200)])
    assert (first.reasons.rank, first.reasons.of) == (1, 2)
    assert (second.reasons.rank, second.reasons.score) == (2, 800)
    assert first.reasons.admitted_by == ["category"]
    assert first.reasons.alternatives == 1
    assert first.reasons.policy_version == 1


def test_stops_at_the_limit_and_goes_on_from_there_to_the_same_end() -> None:
    needs = [need(n, 10) for n in range(1, 8)]
    whole = match(needs, [pledge(1, 55)])
    part = match(needs, [pledge(1, 55)], at_most=3)
    assert [(p.need, p.quantity) for p in part] == [(p.need, p.quantity) for p in whole[:3]]


def test_the_order_of_arrival_changes_nothing() -> None:
    needs = [need(n, 30 + n, category=CATEGORIES[n % 3]) for n in range(1, 5)]
    pledges = [pledge(1, 60, "food"), pledge(2, 40), pledge(3, 30, "education", "housing_repair")]
    results = {
        str(match(list(some_needs), list(some_pledges)))
        for some_needs in permutations(needs)
        for some_pledges in permutations(pledges)
    }
    assert len(results) == 1


NEEDS = some.lists(
    some.builds(
        lambda number, quantity, category, decile, indivisible: need(
            number, quantity, category, decile=decile, indivisible=indivisible
        ),
        some.integers(1, 999),
        some.integers(1, 50),
        some.sampled_from(CATEGORIES),
        some.integers(1, 4),
        some.booleans(),
    ),
    max_size=12,
    unique_by=lambda n: n.id,
)
PLEDGES = some.lists(
    some.builds(
        lambda number, quantity, categories, max_decile, minimum: pledge(
            number,
            quantity,
            rule=Rule(categories=frozenset(categories), max_decile=max_decile),
            minimum_grant=minimum,
        ),
        some.integers(1, 999),
        some.integers(1, 80),
        some.sets(some.sampled_from(CATEGORIES)),
        some.none() | some.integers(1, 4),
        some.integers(1, 20),
    ),
    max_size=8,
    unique_by=lambda p: p.id,
)


@settings(max_examples=150, deadline=None)
@given(NEEDS, PLEDGES)
def test_no_quantity_is_given_twice_and_every_part_is_eligible(
    needs: list[NeedState], pledges: list[PledgeState]
) -> None:
    proposals = match(needs, pledges)
    by_need, by_pledge = {n.id: n for n in needs}, {p.id: p for p in pledges}
    for proposal in proposals:
        assert by_pledge[proposal.pledge].rule.admits(by_need[proposal.need])
        assert proposal.quantity >= by_pledge[proposal.pledge].minimum_grant
    for one in needs:
        given_to = sum(p.quantity for p in proposals if p.need == one.id)
        assert given_to in {0, one.open} if one.indivisible else 0 <= given_to <= one.open
    for one_pledge in pledges:
        assert sum(p.quantity for p in proposals if p.pledge == one_pledge.id) <= one_pledge.free
    assert len({(p.need, p.pledge) for p in proposals}) == len(proposals)


@settings(max_examples=100, deadline=None)
@given(NEEDS, PLEDGES)
def test_what_is_left_open_no_free_pledge_could_cover(
    needs: list[NeedState], pledges: list[PledgeState]
) -> None:
    plain = [pledge(n, p.free, rule=p.rule) for n, p in enumerate(pledges)]
    divisible = [need(n, one.open, one.category, decile=one.decile) for n, one in enumerate(needs)]
    proposals = match(divisible, plain)
    for one, amount in zip(divisible, covered(divisible, proposals), strict=True):
        if amount < one.open:
            spent = [sum(q.quantity for q in proposals if q.pledge == p.id) for p in plain]
            free = [p.free - s for p, s in zip(plain, spent, strict=True) if p.rule.admits(one)]
            assert not any(free)
