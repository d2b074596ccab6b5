"""Reads of needs, pledges and allocations as the match sees them."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, true

from services.programs.database import one_of
from services.programs.matching.domain import LIVE, Claim, areas_of
from services.programs.matching.models import Allocation, Pledge
from services.programs.needs.models import Need
from services.programs.registry.models import Household
from shared.auth.visibility import OF_ALL
from shared.catalogue import reference_price
from shared.database import AnySession
from shared.vocabulary import ZAKAT_DECILE

# The pledges that were refused for ever, by household and category.
Vetoes = defaultdict[tuple[UUID, str], frozenset[UUID]]


def may_be_matched(today: date) -> ColumnElement[bool]:
    """Return the condition that a need is open and its household verified, valid and not held."""
    return and_(Need.covered < Need.quantity, may_be_given(today))


def may_be_given(today: date) -> ColumnElement[bool]:
    """Return the condition that a need, covered or not, is one that the match may give something to."""
    return and_(
        Need.closed_at.is_(None),
        Household.status == "verified",
        Household.valid_until >= today,
        Household.held.is_(False),
    )


def is_in_play(today: date) -> ColumnElement[bool]:
    """Return the condition that the match may give of a pledge, and give otherwise what it gave of it."""
    return and_(
        Pledge.status == "open",
        ~Pledge.is_blocked,
        Pledge.opens_on <= today,
        or_(Pledge.expires_on.is_(None), Pledge.expires_on >= today),
    )


def may_admit(claim: Claim) -> ColumnElement[bool]:
    """Return the condition that a pledge's rule may admit a claim: `Rule.admits` decides, on fewer of them."""
    named = (
        (Pledge.areas, areas_of(claim.desa)),
        (Pledge.categories, [claim.category]),
        (Pledge.attributes, claim.attributes),
    )
    return and_(
        *(
            or_(func.cardinality(codes) == 0, codes.bool_op("&&")(literal(list(met), codes.type)))
            for codes, met in named
        ),
        or_(Pledge.max_decile.is_(None), Pledge.max_decile >= claim.decile),
        or_(~Pledge.zakat, literal(claim.decile == ZAKAT_DECILE)),
    )


def is_refused() -> ColumnElement[bool]:
    """Return the condition that an allocation bars its pledge from its need, because the pledge's rules refused it.

    Its pledge must be in the statement too.
    """
    # A pledge that was changed since may think otherwise; one that was short is counted anew, and one that was not
    # open is blocked as a whole for that day.
    return and_(
        Allocation.stage == "refused",
        Allocation.ended_reason.not_in(("insufficient", "not_open")),
        Allocation.pledge_version == Pledge.version,
    )


def find_vetoes(session: AnySession, market: str, households: Collection[UUID] | None = None) -> Vetoes:
    """Return the pledges of a market that a person refused for ever: to a household, for a category.

    Where `households` names some, those of them. A need that is closed and recorded again is another one: a veto holds
    for that one too.
    """
    rows = session.execute(
        select(Allocation.household_id, Need.category, Allocation.pledge_id)
        .join(Need, Need.id == Allocation.need_id)
        .where(
            Allocation.stage == "vetoed",
            Need.market == market,
            true() if households is None else Allocation.household_id == one_of(households),
        ),
        execution_options=OF_ALL,
    )
    found: Vetoes = defaultdict(frozenset)
    for household, category, pledge in rows:
        found[household, category] |= {pledge}
    return found


def counts_in_all() -> ColumnElement[bool]:
    """Return the condition that an allocation counts to what its household, in the statement too, has in all.

    That is what is on its way, and what there is of all that was allocated to it since it was verified.
    """
    since_verified = Allocation.created_at >= Household.verified_at
    return and_(Allocation.holding > 0, or_(Allocation.stage.in_(LIVE), since_verified))


def find_received(
    session: AnySession, households: Collection[UUID], *conditions: ColumnElement[bool]
) -> dict[UUID, int]:
    """Return what households have in all, in rupiah at reference prices, of what fits the conditions."""
    rows = session.execute(
        select(Allocation.household_id, Need.item, func.sum(Allocation.holding))
        .join(Need, Need.id == Allocation.need_id)
        .join(Pledge, Pledge.id == Allocation.pledge_id)
        .join(Household, Household.id == Allocation.household_id)
        .where(Allocation.household_id == one_of(households), counts_in_all(), *conditions)
        .group_by(Allocation.household_id, Need.item),
        execution_options=OF_ALL,
    )
    found: dict[UUID, int] = defaultdict(int)
    for household, item, quantity in rows:
        found[household] += int(quantity) * reference_price(item)
    return dict(found)
