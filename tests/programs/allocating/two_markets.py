"""Everything that happens to two markets of which a household gets no more than a limit in all."""

from typing import Any
from uuid import UUID

from shared.errors import Conflict
from shared.events.donations import PledgeAmended, PledgeWithdrawn
from tests.programs.allocating.streams import Stream
from tests.programs.heard import opened
from tests.programs.scene import Scene

# What five kilograms of rice cost, and a little more.
LIMIT = 80_000
_CASH: dict[str, Any] = {}
_RICE: dict[str, Any] = {"item": "rice", "unit": "kg"}


class TwoMarkets(Stream):
    """Needs and pledges of rupiah and of rice, several needs to a household."""

    def __init__(self, scene: Scene, seed: int) -> None:
        super().__init__(scene, seed)
        self._of: dict[UUID, dict[str, Any]] = {}
        scene.adopt(household_cap_idr=LIMIT)

    def _new_need(self) -> None:
        if not self._households or self._chance.random() < 0.4:
            self._new_household()
        kind = self._chance.choice((_CASH, _RICE))
        category = "food" if kind else self._chance.choice(("food", "health", "education"))
        try:
            self.scene.need(
                self._chance.choice(self._households[-3:]),
                self._quantity(kind, 6),
                category=category,
                urgency=self._chance.randint(1, 5),
                indivisible=self._chance.random() < 0.2,
                **kind,
            )
        except Conflict:
            return

    def _new_pledge(self) -> None:
        kind = self._chance.choice((_CASH, _RICE))
        pledge = self.scene.pledge(self._quantity(kind, 12), **kind)
        self._of[pledge], self._pledges[pledge] = kind, 1

    def _amend(self) -> None:
        self._say_of_one(PledgeAmended)

    def _withdraw(self) -> None:
        self._say_of_one(PledgeWithdrawn)

    def _say_of_one(self, said: type[PledgeAmended | PledgeWithdrawn]) -> None:
        if not self._pledges:
            return
        pledge = self._chance.choice(list(self._pledges))
        version, kind, paid = self._pledges[pledge] + 1, self._of[pledge], self._paid(pledge)
        quantity = paid if said is PledgeWithdrawn else max(paid, self._quantity(kind, 12))
        self.scene.hear(opened(quantity, kind=said, pledge=pledge, version=version, **kind))
        if said is PledgeAmended:
            self._pledges[pledge] = version
            return
        del self._pledges[pledge]
        for row in self.scene.allocations(pledge_id=pledge):
            if row.is_live and not row.contributed:
                self.scene.release(row, "withdrawn", left=0)

    def _quantity(self, kind: dict[str, Any], most: int) -> int:
        return self._chance.randint(1, most) * (1 if kind else 10_000)
