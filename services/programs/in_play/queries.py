"""Reads of needs and pledges as the match sees them: of every area, whoever asks."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, true

from services.programs.database import one_of
from services.programs.in_play.domain import Kin, NeedState, Parts, PledgeState, Rooms, Terms
from services.programs.matching.domain import LIVE
from services.programs.matching.models import Allocation, Pledge
from services.programs.matching.queries import (
    find_received,
    find_vetoes,
    is_in_play,
    is_refused,
    may_be_given,
)
from services.programs.needs.models import Need
from services.programs.registry.models import Household
from services.programs.standing.domain import standing
from services.programs.standing.queries import recorded_on, village_share
from shared.auth.visibility import OF_ALL
from shared.catalogue import price_of, reference_price
from shared.database import AnySession

# Of what is not said otherwise it counts what needs have.
AS_IT_IS: Mapping[UUID, Parts] = {}


def may_be_moved(terms: Terms) -> ColumnElement[bool]:
    """Return the condition that the match may end an allocation, of which nobody has paid or decided anything.

    Its pledge must be in the statement too.
    """
    stages = LIVE if terms.policy.rerouted_until == "contributed" else ("proposed",)
    return and_(
        Allocation.stage.in_(stages),
        Allocation.contributed == 0,
        Allocation.delivered == 0,
        Allocation.approvals == 0,
        ~Allocation.held,
        ~Allocation.household_held,
        is_in_play(terms.today),
    )


def read_need_states(
    session: AnySession, terms: Terms, *conditions: ColumnElement[bool]
) -> Iterator[tuple[str | None, NeedState]]:
    """Yield the needs that fit the conditions and that are in play, each with its item; also what is given for good.

    All of one moment: what a need asks for and what it has belong together.
    """
    moved = (
        select(
            func.array_agg(Allocation.pledge_id).label("pledges"),
            func.array_agg(Allocation.quantity).label("quantities"),
            func.sum(Allocation.quantity)
            .filter(or_(Allocation.stage == "reserved", Allocation.told_at.is_not(None)))
            .label("bound"),
        )
        .join(Pledge, Pledge.id == Allocation.pledge_id)
        .where(Allocation.need_id == Need.id, may_be_moved(terms))
        .lateral()
    )
    refused = (
        select(func.array_agg(Allocation.pledge_id).label("pledges"))
        .join(Pledge, Pledge.id == Allocation.pledge_id)
        .where(Allocation.need_id == Need.id, is_refused())
        .lateral()
    )
    # The first in the order of the fields of a NeedState: thousands are read at once, so none is named.
    rows: Iterable[Any] = session.execute(
        select(
            Need.id,
            Need.household_id,
            Need.category,
            Household.desa,
            Household.decile,
            Household.score,
            Household.verified_at,
            Need.urgency,
            Need.indivisible,
            Household.attributes,
            Need.quantity,
            Need.covered,
            Need.promised,
            _bound(moved.c.bound, terms),
            recorded_on(),
            village_share(terms.policy, terms.today),
            moved.c.pledges,
            moved.c.quantities,
            refused.c.pledges,
            Need.item,
        )
        .join(Household, Household.id == Need.household_id)
        .outerjoin(moved, true())
        .outerjoin(refused, true())
        .where(
            *conditions,
            may_be_given(terms.today),
        ),
        execution_options=OF_ALL,
    )
    for row in rows:
        yield row.item, _state_of(row)


def _bound(quantity: ColumnElement[int], terms: Terms) -> ColumnElement[int]:
    """Return how much of what is reserved or told a need keeps, where the policy binds what is reserved."""
    return func.coalesce(quantity, 0) if terms.policy.displaced_until == "reserved" else literal(0)


def _state_of(row: Any) -> NeedState:
    need, household, category, desa, decile, score, verified_at, urgency, whole, attributes = row[:10]
    quantity, covered, promised, bound, recorded, share, pledges, quantities, refused = row[10:19]
    parts: dict[UUID, int] = {}
    for pledge, part in zip(pledges or (), quantities or (), strict=True):
        parts[pledge] = parts.get(pledge, 0) + part
    fixed = covered - sum(parts.values())
    kept = max(int(bound), min(promised, quantity) - fixed)
    return NeedState(
        need,
        household,
        category,
        desa,
        decile,
        score,
        verified_at,
        urgency,
        whole,
        attributes=frozenset(attributes),
        quantity=quantity - fixed,
        # What only a whole covers is kept whole, once its household was told of a part, or one is paid or held.
        kept=quantity - fixed if whole and (kept or fixed) else kept,
        recorded_on=recorded,
        village_share=share,
        parts=parts,
        excluded=frozenset(refused or ()),
    )


def find_need_states(
    session: AnySession,
    market: str,
    terms: Terms,
    needs: Collection[UUID] | None = None,
    *,
    elsewhere: Mapping[UUID, Parts] = AS_IT_IS,
) -> dict[UUID, NeedState]:
    """Return the needs of a market that the match may give something to; where `needs` names some, those of them.

    `elsewhere` says what needs of other markets would have, where that is not what they have.
    """
    conditions = [Need.market == market, *([] if needs is None else [Need.id == one_of(needs)])]
    found = [state for _, state in read_need_states(session, terms, *conditions)]
    households = None if needs is None else {state.household for state in found}
    if vetoes := find_vetoes(session, market, households):
        found = [
            replace(state, excluded=state.excluded | vetoes[state.household, state.category])
            for state in found
        ]
    states = limited(session, terms, market, found, elsewhere)
    return {state.id: state for state in states if state.quantity}


def find_pledge_states(
    session: AnySession, market: str, terms: Terms, pledges: Collection[UUID] | None = None
) -> dict[UUID, PledgeState]:
    """Return the pledges of a market that are open today, spent or not; where `pledges` names some, those of them."""
    found = session.scalars(
        select(Pledge).where(
            Pledge.market == market,
            is_in_play(terms.today),
            true() if pledges is None else Pledge.id == one_of(pledges),
        )
    ).all()
    capped = [pledge.id for pledge in found if pledge.cap_per_household is not None]
    received = _find_given_of(session, capped, terms) if capped else {}
    return {
        pledge.id: PledgeState(
            id=pledge.id,
            version=pledge.version,
            free=pledge.quantity - pledge.used - pledge.withheld,
            expires_on=pledge.expires_on,
            rule=pledge.rule(),
            cap_per_household=pledge.cap_per_household,
            minimum_grant=pledge.minimum_grant or 1,
            received=received.get(pledge.id, {}),
        )
        for pledge in found
    }


def _find_given_of(
    session: AnySession, pledges: Collection[UUID], terms: Terms
) -> Mapping[UUID, Mapping[UUID, int]]:
    """Return what households have of pledges that the match can't give otherwise."""
    rows = session.execute(
        select(Allocation.pledge_id, Allocation.household_id, func.sum(Allocation.holding))
        .join(Pledge, Pledge.id == Allocation.pledge_id)
        .where(Allocation.pledge_id == one_of(pledges), Allocation.holding > 0, ~may_be_moved(terms))
        .group_by(Allocation.pledge_id, Allocation.household_id),
        execution_options=OF_ALL,
    )
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for pledge, household, quantity in rows:
        found[pledge][household] = int(quantity)
    return found


def find_rooms(session: AnySession, terms: Terms, market: str, needs: Iterable[NeedState]) -> Rooms:
    """Return what households of needs of a market may still have; no limit where the policy sets none."""
    found, cap = Rooms(terms.policy), terms.policy.household_cap_idr
    if cap is not None:
        households = {need.household for need in needs}
        received = find_received(session, households)
        found.left.update((household, cap - received.get(household, 0)) for household in households)
        for kin in find_kin_states(session, terms, market, households):
            found.kin[kin.need.household].append(kin)
    return found


def left_in_all(session: AnySession, terms: Terms, households: Collection[UUID]) -> dict[UUID, int]:
    """Return how much more of each need of households the policy lets them have, if a pledge came for it alone.

    Nothing where the policy sets no limit. Of what only a whole covers it is all that is open, or 0.
    """
    policy, cap, found = terms.policy, terms.policy.household_cap_idr, dict[UUID, int]()
    if cap is None:
        return found
    for_good = find_received(session, households, ~may_be_moved(terms))
    kin: dict[UUID, list[Kin]] = defaultdict(list)
    for item, need in read_need_states(session, terms, Need.household_id == one_of(households)):
        kin[need.household].append(Kin(need, reference_price(item)))
    for each in (each for alike in kin.values() for each in alike):
        need, key = each.need, standing(each.need, policy)
        before = sum(other.before(key, policy) for other in kin[need.household] if other is not each)
        left = (cap - for_good.get(need.household, 0) - before) // each.price - need.covered
        is_enough = left >= need.quantity - need.covered or not need.indivisible
        found[need.id] = max(0, left) if is_enough else 0
    return found


def limited(
    session: AnySession,
    terms: Terms,
    market: str,
    needs: Sequence[NeedState],
    elsewhere: Mapping[UUID, Parts],
) -> Sequence[NeedState]:
    """Return needs of a market, each with what the policy lets its household have by it and those above it.

    `elsewhere` says what needs of other markets would have, where that is not what they have.
    """
    policy, cap = terms.policy, terms.policy.household_cap_idr
    if cap is None:
        return needs
    households, price = {need.household for need in needs}, price_of(market)
    for_good = find_received(session, households, ~may_be_moved(terms))
    kin: dict[UUID, list[Kin]] = defaultdict(list)
    for each in find_kin_states(session, terms, market, households):
        has = elsewhere.get(each.need.id, each.need.parts)
        kin[each.need.household].append(replace(each, need=replace(each.need, parts=has)))

    def limit(need: NeedState) -> int:
        key = standing(need, policy)
        before = sum(each.before(key, policy) for each in kin[need.household])
        return (cap - for_good.get(need.household, 0) - before) // price

    return [replace(need, household_limit=limit(need)) for need in needs]


def find_kin_states(
    session: AnySession, terms: Terms, market: str, households: Collection[UUID]
) -> Iterator[Kin]:
    """Yield the needs of households in other markets."""
    for item, need in read_need_states(
        session, terms, Need.household_id == one_of(households), Need.market != market
    ):
        yield Kin(need, reference_price(item))
