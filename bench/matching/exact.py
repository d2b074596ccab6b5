"""What is best in a small market under rules that break the flow, by a solver that knows nothing of ours: CP-SAT.

The exact problem. `x[n, p]` is how much need `n` gets of pledge `p`, in whole numbers, for each pair that the rule of
`p` admits; `q[n]` is what is asked for, `Q[p]` what is there, and `c[n] = sum over p of x[n, p]` what is covered:

    0 <= c[n] <= q[n]                                  for each need
    c[n] in {0, q[n]}                                  for each need that is indivisible
    sum over n of x[n, p] <= Q[p]                      for each pledge
    sum over n of household h of x[n, p] <= cap[p]     for each household, where the pledge has a cap
    sum over n of household h of c[n] <= L             for each household, where what it gets in all has a limit
    x[n, p] in {0} or x[n, p] >= minimum[p]            where the pledge gives so much at least

and for a pledge that has a floor `F` for an area `A`, of which `D` is asked for there that the pledge admits:

    sum over n in A of x[n, p] >= min(F, D)            what the donor wants
    sum over n not in A of x[n, p] <= Q[p] - F         what is left for others, also where D < F

Two things may be best. The *lexicographic* optimum maximises `c` of the first need in the policy's order, fixes it,
maximises that of the second, and so on. The *largest volume* maximises the sum of all `c`. Where nothing but a flow is
asked for both are one; with indivisible needs and minimums they are not.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from ortools.sat.python import cp_model

from bench.matching.small import Floor, Small
from services.programs.in_play.domain import NeedState, PledgeState
from services.programs.matching.domain import areas_of


class Exact:
    """One market as the solver sees it. It is asked once, and one thing."""

    def __init__(self, market: Small) -> None:
        self._model = cp_model.CpModel()
        self._solver = cp_model.CpSolver()
        # One thread, so that a second run is like the first. Led by linear relaxations it is many times as fast: there
        # are markets with minimums that it does not solve at all without.
        self._solver.parameters.num_workers = 1
        self._solver.parameters.linearization_level = 2
        self._solver.parameters.search_branching = cp_model.LP_SEARCH
        self._parts = {
            (need.id, pledge.id): part
            for pledge in market.pledges
            for need in market.needs
            if (part := self._part(need, pledge)) is not None
        }
        self._covered = {need.id: self._coverage(need) for need in market.needs}
        for pledge in market.pledges:
            self._limit(pledge, market.needs)
        self._limit_in_all(market.needs)
        if market.floor is not None:
            self._keep(market.floor, market)

    def in_order(self, needs: Sequence[NeedState]) -> dict[UUID, int]:
        """Return what each need gets at the lexicographic optimum of some order, which holds all needs."""
        # A first guess: what stands higher is worth more.
        got = self._best(sum((len(needs) - at) * self._covered[need.id] for at, need in enumerate(needs)))
        for need in needs:
            if got[need.id] < need.quantity:
                got = self._best(self._covered[need.id])
            self._model.add(self._covered[need.id] == got[need.id])
        return got

    def most(self) -> int:
        """Return the largest volume."""
        return sum(self._best(sum(self._covered.values())).values())

    def _part(self, need: NeedState, pledge: PledgeState) -> cp_model.IntVar | None:
        room = pledge.room(need.household)
        most = min(pledge.free, need.quantity, pledge.free if room is None else room)
        if not pledge.admits(need) or most < pledge.minimum_grant:
            return None
        allowed = cp_model.Domain.from_intervals([[0, 0], [pledge.minimum_grant, most]])
        return self._model.new_int_var_from_domain(allowed, "")

    def _coverage(self, need: NeedState) -> cp_model.IntVar:
        whole = cp_model.Domain.from_values([0, need.quantity])
        allowed = whole if need.indivisible else cp_model.Domain(0, need.quantity)
        covered = self._model.new_int_var_from_domain(allowed, "")
        self._model.add(covered == sum(part for (of, _), part in self._parts.items() if of == need.id))
        return covered

    def _limit(self, pledge: PledgeState, needs: Sequence[NeedState]) -> None:
        of_household: defaultdict[UUID, list[cp_model.IntVar]] = defaultdict(list)
        for need in needs:
            if (need.id, pledge.id) in self._parts:
                of_household[need.household].append(self._parts[need.id, pledge.id])
        self._model.add(sum(part for parts in of_household.values() for part in parts) <= pledge.free)
        for household, parts in of_household.items():
            if (room := pledge.room(household)) is not None:
                self._model.add(sum(parts) <= room)

    def _limit_in_all(self, needs: Sequence[NeedState]) -> None:
        for household in {need.household for need in needs}:
            theirs = [need for need in needs if need.household == household]
            if (limit := theirs[0].household_limit) is not None:
                self._model.add(sum(self._covered[need.id] for need in theirs) <= limit)

    def _keep(self, floor: Floor, market: Small) -> None:
        (pledge,) = (each for each in market.pledges if each.id == floor.pledge)
        admitted = [need for need in market.needs if (need.id, pledge.id) in self._parts]
        there = [need for need in admitted if floor.area in areas_of(need.desa)]
        given = sum(self._parts[need.id, pledge.id] for need in there)
        elsewhere = sum(self._parts[need.id, pledge.id] for need in admitted if need not in there)
        self._model.add(given >= min(floor.quantity, sum(need.quantity for need in there)))
        self._model.add(elsewhere <= pledge.free - floor.quantity)

    def _best(self, wanted: cp_model.LinearExprT) -> dict[UUID, int]:
        """Return what each need gets where something is as large as it can be."""
        self._model.maximize(wanted)
        status = self._solver.solve(self._model)
        if status != cp_model.OPTIMAL:
            raise SystemExit(f"CP-SAT found no optimum: {self._solver.status_name(status)}")
        self._model.clear_hints()  # type: ignore[no-untyped-call]
        for part in self._parts.values():
            self._model.add_hint(part, self._solver.value(part))
        return {need: self._solver.value(covered) for need, covered in self._covered.items()}
