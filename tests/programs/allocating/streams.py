"""Everything that people and donations do to one market, in a random order that a seed tells."""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

from services.programs.casework.operations import close_need
from services.programs.matching.models import Allocation
from services.programs.review import operations as review
from shared.errors import Conflict
from shared.events.donations import PledgeAmended, PledgeWithdrawn
from tests.programs.heard import opened
from tests.programs.scene import OTHER_VILLAGE, VILLAGE, Scene

_CATEGORIES = ("food", "health", "education")
# More than any pledge has: donations has not missed anything.
_ENOUGH = 10**6


class Stream:
    """One thing after the other."""

    def __init__(self, scene: Scene, seed: int, *, minimum: bool = False) -> None:
        self.scene = scene
        self._chance = random.Random(seed)
        self._minimum = minimum
        self._pledges: dict[UUID, int] = {}
        self._households: list[UUID] = []
        self._done: dict[Callable[[], None], int] = {
            self._new_need: 6,
            self._new_pledge: 4,
            self._answer: 6,
            self._refuse: 2,
            self._pay: 3,
            self._hand_over: 1,
            self._tell: 2,
            self._decide: 4,
            self._amend: 2,
            self._withdraw: 1,
            self._change_household: 3,
            self._close: 1,
        }

    def go_on(self) -> str:
        """Let one thing happen; return what."""
        (step,) = self._chance.choices(list(self._done), list(self._done.values()))
        step()
        return step.__name__

    def _new_need(self) -> None:
        if not self._households or self._chance.random() < 0.7:
            self._new_household()
        try:
            self.scene.need(
                self._households[-1],
                self._chance.randint(1, 6) * 10,
                category=self._chance.choice(_CATEGORIES),
                indivisible=self._chance.random() < 0.25,
            )
        except Conflict:
            # It has one of this category already.
            return

    def _new_household(self) -> None:
        household = self.scene.household(
            desa=self._chance.choice((VILLAGE, OTHER_VILLAGE)),
            decile=self._chance.randint(1, 3),
            score=self._chance.randint(0, 5),
        )
        self._households.append(household)

    def _new_pledge(self) -> None:
        quantity = self._chance.randint(1, 12) * 10
        pledge = self.scene.pledge(quantity, **self._rule())
        self._pledges[pledge] = 1

    def _rule(self) -> dict[str, Any]:
        rule: dict[str, Any] = {}
        if self._chance.random() < 0.5:
            rule["categories"] = self._chance.sample(_CATEGORIES, 2)
        if self._chance.random() < 0.3:
            rule["areas"] = [VILLAGE]
        if self._chance.random() < 0.3:
            rule["max_decile"] = 2
        if self._chance.random() < 0.2:
            rule["cap_per_household"] = 20
        if self._minimum and self._chance.random() < 0.4:
            rule["minimum_grant"] = 20
        return rule

    def _one(self, condition: Callable[[Allocation], bool]) -> Allocation | None:
        found = [row for row in self.scene.allocations() if row.is_live and condition(row)]
        return self._chance.choice(found) if found else None

    def _answer(self) -> None:
        for _ in range(3):
            if one := self._one(lambda row: row.stage == "proposed"):
                self.scene.reserve(one, left=_ENOUGH)

    def _refuse(self) -> None:
        if one := self._one(lambda row: row.stage == "proposed"):
            why = self._chance.choice(("insufficient", "restricted", "over_cap", "suspended"))
            self.scene.refuse(one, why, left=0 if why == "insufficient" else _ENOUGH)

    def _pay(self) -> None:
        if one := self._one(lambda row: row.stage == "reserved" and not row.contributed):
            self.scene.pay(one, self._chance.choice((one.quantity, max(1, one.quantity // 2))))

    def _hand_over(self) -> None:
        if one := self._one(lambda row: row.is_on_its_way and not row.is_stopped and not row.awaits_approval):
            outcome = self._chance.choice(("delivered", "delivered", "failed"))
            self.scene.hand_over(one, one.contributed - one.delivered, outcome=outcome)

    def _tell(self) -> None:
        if one := self._one(lambda row: row.told_at is None):
            with self.scene.app.app_context():
                review.note_told(one.id)

    def _decide(self) -> None:
        if one := self._one(lambda row: True):
            decide = self._chance.choice((self._veto, self._hold, self._approve))
            with self.scene.app.app_context():
                decide(one.id)

    def _veto(self, allocation: UUID) -> None:
        review.veto(allocation, "Not from this one.", by="approver")

    def _hold(self, allocation: UUID) -> None:
        review.hold(allocation, "Is it right?", by="approver")

    def _approve(self, allocation: UUID) -> None:
        try:
            review.approve(allocation, by="approver")
        except Conflict:
            return

    def _amend(self) -> None:
        if self._pledges:
            pledge = self._chance.choice(list(self._pledges))
            self._pledges[pledge] += 1
            quantity = max(self._chance.randint(1, 12) * 10, self._paid(pledge))
            told = opened(
                quantity, kind=PledgeAmended, pledge=pledge, version=self._pledges[pledge], **self._rule()
            )
            self.scene.hear(told)

    def _paid(self, pledge: UUID) -> int:
        """Return how much of a pledge is reserved or handed over: it is not made smaller than that."""
        rows = self.scene.allocations(pledge_id=pledge)
        return sum(row.quantity if row.stage == "reserved" else row.delivered for row in rows)

    def _withdraw(self) -> None:
        if self._pledges:
            pledge = self._chance.choice(list(self._pledges))
            version = self._pledges.pop(pledge) + 1
            self.scene.hear(opened(self._paid(pledge), kind=PledgeWithdrawn, pledge=pledge, version=version))
            for row in self.scene.allocations(pledge_id=pledge):
                if row.is_live and not row.contributed:
                    self.scene.release(row, "withdrawn", left=0)

    def _change_household(self) -> None:
        if self._households:
            household = self._chance.choice(self._households)
            changes: list[dict[str, Any]] = [
                {"decile": self._chance.randint(1, 3)},
                {"score": self._chance.randint(0, 5)},
                {"held": True},
                {"held": False},
                {"held": False},
                {"status": "lapsed"},
                {"status": "verified"},
                {"status": "verified"},
            ]
            self.scene.change(household, **self._chance.choice(changes))

    def _close(self) -> None:
        needs = [row.need_id for row in self.scene.allocations() if row.is_live]
        if needs:
            with self.scene.app.app_context():
                try:
                    close_need(self._chance.choice(needs), "Met otherwise.", by="officer")
                except Conflict:
                    return
