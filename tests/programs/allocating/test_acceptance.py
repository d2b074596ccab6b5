"""The acceptance cases of the match, through the service: whatever comes first, each need gets what it should."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest

from bench.matching.cases import ACCEPTANCE, Case, CaseNeed, CasePledge, read_cases
from services.programs.review import operations as review
from shared.events.donations import PledgeWithdrawn
from shared.vocabulary import ZAKAT_DECILE
from tests.programs.heard import TODAY, opened
from tests.programs.scene import Scene

# What the cases call otherwise.
_CATEGORIES = {"housing": "housing_repair"}
CASES = {case.name: case for case in read_cases(ACCEPTANCE)}


class Played:
    """A case in the running service, where donations reserves whatever is proposed."""

    def __init__(self, scene: Scene, case: Case) -> None:
        self._scene, self._case = scene, case
        self._ids: dict[str, UUID] = {}
        # The cases have one order, the priority; who may receive zakat is of the first decile.
        scene.adopt(tiers=(), order=("score", "decile", "urgency", "verified_at"))

    def happen(self, events: Iterable[str]) -> None:
        """Let things happen, each once the one before is at rest."""
        for event in events:
            if event.startswith("-"):
                self._withdraw(self._ids[event[1:]])
            elif event in self._case.pledges:
                self._ids[event] = self._pledge(self._case.pledges[event])
            else:
                self._ids[event] = self._need(self._case.needs[event])
            self.rest()

    def rest(self) -> None:
        """Settle and answer until nothing more is proposed."""
        self._scene.settle()
        while asked := self._scene.allocations(stage="proposed"):
            for row in asked:
                self._scene.reserve(row, left=10**6)
            self._scene.settle()
        self._scene.check_books()

    def tell(self, need: str) -> None:
        """Have the household told of what it gets."""
        for row in self._scene.allocations(need_id=self._ids[need], stage="reserved"):
            with self._scene.app.app_context():
                review.note_told(row.id)

    @property
    def covered(self) -> list[int]:
        """How much each need has, in the order of the case."""
        return [self._scene.find_need(self._ids[name]).covered for name in self._case.needs]

    def used(self, pledge: str) -> int:
        """Return how much of a pledge is used."""
        return self._scene.find_pledge(self._ids[pledge]).used

    def _pledge(self, stated: CasePledge) -> UUID:
        return self._scene.pledge(
            stated.quantity,
            categories=sorted(_CATEGORIES.get(name, name) for name in stated.rule.categories),
            zakat=stated.rule.zakat,
            expires_on=TODAY + timedelta(days=stated.expires),
        )

    def _need(self, stated: CaseNeed) -> UUID:
        category = stated.claim.category
        may_have_zakat = stated.claim.decile == ZAKAT_DECILE
        household = self._scene.household(score=-stated.key[0], decile=1 if may_have_zakat else 2)
        return self._scene.need(household, stated.quantity, category=_CATEGORIES.get(category, category))

    def _withdraw(self, pledge: UUID) -> None:
        self._scene.hear(opened(0, kind=PledgeWithdrawn, pledge=pledge, version=2))
        for row in self._scene.allocations(pledge_id=pledge):
            if row.is_live:
                self._scene.release(row, "withdrawn", left=0)


def _orders(case: Case) -> list[list[str]]:
    if any(event.startswith("-") for event in case.events):
        return [case.events]
    every = list(permutations([*case.pledges, *case.needs]))
    # Some of them, from the first to the last.
    return [case.events, *(list(every[place * (len(every) - 1) // 4]) for place in range(5))]


@pytest.mark.parametrize(
    ("name", "order"), [(name, order) for name, case in CASES.items() for order in range(len(_orders(case)))]
)
def test_each_need_gets_what_it_should(scene: Scene, name: str, order: int) -> None:
    case = CASES[name]
    played = Played(scene, case)
    played.happen(_orders(case)[order])
    assert played.covered == case.best
    # Nothing is moved only because something else would be better spent.
    if order == 0:
        assert {pledge: played.used(pledge) for pledge in case.use} == case.use


def test_what_a_household_was_told_of_stays(scene: Scene) -> None:
    case = CASES["reroute_displace"]
    played = Played(scene, case)
    told_after = case.events.index("n2") + 1
    played.happen(case.events[:told_after])
    played.tell("n1")
    played.happen(case.events[told_after:])
    assert played.covered == case.told
