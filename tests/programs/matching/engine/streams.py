"""What can happen in a small market, for hypothesis to put together."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

from services.programs.matching.domain import Claimed, Rule
from services.programs.matching.engine.market import Market, settle
from services.programs.matching.engine.nodes import Key, Need
from services.programs.matching.engine.residual import Residual

AREAS = ("35.17", "35.17.01", "35.17.01.2001", "35.17.01.2002", "35.17.02.2001")
CATEGORIES = ("food", "health")
ATTRIBUTES = ("elderly", "toddler")

quantities = st.integers(1, 20)
places = st.integers(0, 3)


def _some(names: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(names), max_size=2)


claims = st.builds(
    Claimed, st.sampled_from(CATEGORIES), st.sampled_from(AREAS[2:]), st.integers(1, 2), _some(ATTRIBUTES)
)
rules = st.builds(
    Rule,
    areas=_some(AREAS),
    categories=_some(CATEGORIES),
    attributes=_some(ATTRIBUTES),
    max_decile=st.sampled_from((None, None, 1, 2)),
    zakat=st.sampled_from((False, False, False, True)),
)
which = st.integers(0, 30)

# What happens, and to which of those that there are.
happenings = st.one_of(
    st.tuples(st.just("need"), places, claims, quantities),
    st.tuples(st.just("need"), places, claims, quantities),
    st.tuples(st.just("pledge"), places, rules, quantities),
    st.tuples(st.just("pledge is changed"), which, st.integers(0, 20)),
    st.tuples(st.just("pledge is withdrawn"), which),
    st.tuples(st.just("need is changed"), which, quantities),
    st.tuples(st.just("need moves"), which, places),
    st.tuples(st.just("need is another"), which, claims),
    st.tuples(st.just("household is told"), which),
    st.tuples(st.just("need is closed"), which),
    st.tuples(st.just("pledge is vetoed"), which, which),
)
streams = st.lists(happenings, min_size=1, max_size=40)


@dataclass
class Played:
    """A residual to which things happen, and what it said that moved."""

    residual: Residual = field(default_factory=Residual)
    parts: dict[tuple[object, object], int] = field(default_factory=dict)
    count: int = 0

    def happen(self, what: str, *given: object) -> None:
        """Let something happen; to nobody where there is none."""
        self.count += 1
        step: Callable[..., None] = getattr(self, "_" + what.replace(" ", "_"))
        step(*given)
        for at, by in self.residual.moved().items():
            self.parts[at] = self.parts.get(at, 0) + by
        self.parts = {at: quantity for at, quantity in self.parts.items() if quantity}

    def _need(self, place: int, claim: Claimed, quantity: int) -> None:
        self.residual.put_need(self.count, (place, self.count), claim, quantity)

    def _pledge(self, place: int, rule: Rule, quantity: int) -> None:
        self.residual.put_pledge(-self.count, rule, quantity, (place, self.count))

    def _pledge_is_changed(self, at: int, quantity: int) -> None:
        if (name := self._pledge_at(at)) is not None:
            pledge = self.residual.pledges[name]
            self.residual.put_pledge(name, pledge.of.rule, quantity, pledge.order)

    def _pledge_is_withdrawn(self, at: int) -> None:
        if (name := self._pledge_at(at)) is not None:
            self.residual.drop_pledge(name)

    def _need_is_changed(self, at: int, quantity: int) -> None:
        self._put(at, quantity=quantity)

    def _need_moves(self, at: int, place: int) -> None:
        self._put(at, key=place)

    def _need_is_another(self, at: int, claim: Claimed) -> None:
        self._put(at, claim=claim)

    def _household_is_told(self, at: int) -> None:
        self._put(at, told=True)

    def _need_is_closed(self, at: int) -> None:
        if self.residual.needs:
            self.residual.drop_need(self._need_at(at).name)

    def _pledge_is_vetoed(self, at: int, pledge: int) -> None:
        self._put(at, vetoed=self._pledge_at(pledge))

    def _put(
        self,
        at: int,
        *,
        key: int | None = None,
        claim: Claimed | None = None,
        quantity: int | None = None,
        told: bool = False,
        vetoed: object = None,
    ) -> None:
        if not self.residual.needs:
            return
        need = self._need_at(at)
        place: Key = need.key if key is None else (key, need.name)
        self.residual.put_need(
            need.name,
            place,
            claim or need.of.claim,
            quantity or need.quantity,
            kept=need.covered if told else need.kept,
            excluded=need.of.excluded | ({vetoed} if vetoed is not None else set()),
        )

    def _need_at(self, at: int) -> Need:
        needs = list(self.residual.needs.values())
        return needs[at % len(needs)]

    def _pledge_at(self, at: int) -> object:
        pledges = list(self.residual.pledges)
        return pledges[at % len(pledges)] if pledges else None


def best(residual: Residual) -> dict[object, int]:
    """Return what the batch would give to each need: first what is kept, then the rest, both in their order."""
    needs = list(residual.needs.values())
    pledges = sorted(residual.pledges.values(), key=lambda each: each.order)
    asked = sorted(
        (place, number, quantity)
        for number, need in enumerate(needs)
        for place, quantity in (((0, *need.key), need.kept), ((1, *need.key), need.quantity - need.kept))
        if quantity
    )
    place_of = {pledge.name: place for place, pledge in enumerate(pledges)}
    market = Market(
        claims=[need.of.claim for need in needs],
        claim_of=np.array([number for _, number, _ in asked], np.int64),
        wanted=np.array([quantity for _, _, quantity in asked], np.int64),
        rules=[pledge.of.rule for pledge in pledges],
        rule_of=np.arange(len(pledges)),
        pledged=np.array([pledge.quantity for pledge in pledges], np.int64),
        excluded=[
            (at, place_of[name])
            for at, (_, number, _) in enumerate(asked)
            for name in needs[number].of.excluded
            if name in place_of
        ],
    )
    found: dict[object, int] = dict.fromkeys(residual.needs, 0)
    for (_, number, _), covered in zip(asked, settle(market).covered.tolist(), strict=True):
        found[needs[number].name] += covered
    return found
