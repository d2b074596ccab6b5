"""Statements that ask in SQL whether a pledge's rule admits a claim answer as the rule itself does."""

from itertools import product
from random import Random
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.programs.checks.queries import find_breaches
from services.programs.matching.domain import Claimed, Rule
from services.programs.matching.models import Pledge
from services.programs.matching.queries import may_admit
from tests.programs.scene import OTHER_VILLAGE, VILLAGE, Scene

_RULES = [
    Rule(frozenset(areas), frozenset(categories), frozenset(attributes), max_decile, zakat)
    for areas, categories, attributes, max_decile, zakat in product(
        ((), ("35.17",), ("35.17.01",), (VILLAGE,), (OTHER_VILLAGE, "35.17.03")),
        ((), ("food",), ("food", "health")),
        ((), ("elderly",), ("elderly", "disability")),
        (None, 1, 2),
        (False, True),
    )
]
_CLAIMS = [
    Claimed(category, desa, decile, frozenset(attributes))
    for category, desa, decile, attributes in product(
        ("food", "health", "education"),
        (VILLAGE, OTHER_VILLAGE),
        (1, 2, 3),
        ((), ("elderly",), ("disability", "pregnant")),
    )
]


def _pledges(scene: Scene, rules: list[Rule]) -> list[UUID]:
    """Let pledges be open to all, and then be of these rules, as no event would make them."""
    pledges = [scene.pledge(100) for _ in rules]
    scene.settle()

    def work(session: Session) -> None:
        for pledge, rule in zip(pledges, rules, strict=True):
            named = {name: sorted(getattr(rule, name)) for name in ("areas", "categories", "attributes")}
            stated = update(Pledge).where(Pledge.id == pledge)
            session.execute(stated.values(**named, max_decile=rule.max_decile, zakat=rule.zakat))

    scene.do(work)
    return pledges


def test_whoever_is_asked_for_alternatives(scene: Scene) -> None:
    pledges = _pledges(scene, _RULES)

    def work(session: Session) -> list[set[UUID]]:
        return [set(session.scalars(select(Pledge.id).where(may_admit(claim)))) for claim in _CLAIMS]

    for claim, found in zip(_CLAIMS, scene.do(work), strict=True):
        admitting = {pledge for pledge, rule in zip(pledges, _RULES, strict=True) if rule.admits(claim)}
        assert found == admitting, claim


def test_whoever_audits_what_was_matched(scene: Scene) -> None:
    chance = Random(5)
    claims = {
        scene.household(desa=claim.desa, decile=claim.decile, attributes=sorted(claim.attributes)): claim
        for claim in _CLAIMS
    }
    for household, claim in claims.items():
        scene.need(household, 100, category=claim.category)
    rules = chance.choices(_RULES, k=len(claims))
    rule_of = dict(zip(_pledges(scene, rules), rules, strict=True))
    told = "the allocation is unpaid and its pledge's rule does not admit it"
    found = {fault for fault in scene.do(find_breaches) if told in fault}
    refused = [
        allocation.id
        for allocation in scene.allocations()
        if not rule_of[allocation.pledge_id].admits(claims[allocation.household_id])
    ]
    assert 0 < len(refused) < len(claims) == len(scene.allocations())
    assert len(found) == len(refused)
    assert all(any(str(allocation) in fault for fault in found) for allocation in refused)
