"""What another policy would change of what the match gives, by tier and by sub-district."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from services.programs.allocating.domain import Mind
from services.programs.in_play.domain import NeedState, Parts, PledgeState, Terms
from services.programs.policy.domain import Rules
from shared.areas import subdistrict_of

_FIGURES = (
    "needs",
    "gaining",
    "losing",
    "value_idr",
    "covered_before_idr",
    "covered_after_idr",
    "gained_idr",
    "lost_idr",
)


def _nothing() -> Counter[str]:
    return Counter(dict.fromkeys(_FIGURES, 0))


def match_anew(
    terms: Terms, needs: Mapping[UUID, NeedState], pledges: Mapping[UUID, PledgeState]
) -> dict[UUID, Parts]:
    """Return what each need of a market would have on other terms than it is written on."""
    changed = Mind(terms, needs, pledges).following(len(needs))
    return {need.id: need.parts for need in needs.values()} | {each.need.id: each.parts for each in changed}


@dataclass(slots=True)
class Effect:
    """How many needs would gain and lose, and how much, at reference prices: in all, by tier, by sub-district.

    Of each need it counts what the match may give to it, whatever is paid, held or approved left out. It is not
    `at_rest` where markets do not agree yet on what households may have.
    """

    rules: Rules
    at_rest: bool = True
    total: Counter[str] = field(default_factory=_nothing)
    tiers: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(_nothing))
    areas: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(_nothing))

    def add(self, needs: Mapping[UUID, NeedState], after: Mapping[UUID, Parts], price: int) -> None:
        """Count a market of which one unit costs `price`: its needs, and what they would have `after`."""
        for need in needs.values():
            covered = sum(after[need.id].values())
            self._count(need, need.covered * price, covered * price, need.quantity * price)

    def _count(self, need: NeedState, before: int, after: int, value: int) -> None:
        figures = {
            "needs": 1,
            "gaining": int(after > before),
            "losing": int(after < before),
            "value_idr": value,
            "covered_before_idr": before,
            "covered_after_idr": after,
            "gained_idr": max(0, after - before),
            "lost_idr": max(0, before - after),
        }
        for part in (
            self.total,
            self.tiers[self.rules.tier_of(need.decile)],
            self.areas[subdistrict_of(need.desa)],
        ):
            part.update(figures)

    def told(self) -> dict[str, object]:
        """Return it as it is kept with the draft: tiers by their number, sub-districts by their code."""
        return {
            "at_rest": self.at_rest,
            "total": dict(self.total),
            "tiers": [{"tier": tier} | dict(self.tiers[tier]) for tier in sorted(self.tiers)],
            "areas": [{"area": area} | dict(self.areas[area]) for area in sorted(self.areas)],
        }
