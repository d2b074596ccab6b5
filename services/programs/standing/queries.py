"""The policy's order in SQL."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, ScalarSelect, case, cast, func, literal, select

from services.programs.matching.queries import may_be_matched
from services.programs.needs.models import Need
from services.programs.policy.domain import Rules
from services.programs.registry.models import Household
from services.programs.standing.models import VillageShare
from shared import clock
from shared.auth.visibility import OF_ALL
from shared.database import AnySession


def recorded_on() -> ColumnElement[date]:
    """Return the day on which a need was recorded, where it is recorded."""
    return cast(func.timezone(clock.LOCAL_ZONE.key, Need.created_at), Date)


def village_share(rules: Rules, today: date) -> ColumnElement[int] | ScalarSelect[int]:
    """Return the share that the order looks at of a need's village, in thousandths; 0 where it does not."""
    if not rules.fair_between_villages:
        return literal(0)
    kept = select(VillageShare.share).where(VillageShare.day == today, VillageShare.desa == Household.desa)
    return func.coalesce(kept.scalar_subquery(), 0)


def in_order(rules: Rules, today: date) -> list[ColumnElement[Any]]:
    """Return what needs are ordered by, the highest first. Their households must be in the statement too."""
    ordered_by: dict[str, ColumnElement[Any]] = {
        "tier": _tier(rules),
        "village_share": village_share(rules, today),
        "decile": Household.decile.asc(),
        "score": Household.score.desc(),
        "urgency": Need.urgency.desc(),
        "waiting": recorded_on(),
        "verified_at": Household.verified_at.asc(),
    }
    return [*(ordered_by[key] for key in rules.keys), Need.id.asc()]


def ranks_of(session: AnySession, needs: Iterable[UUID], rules: Rules) -> dict[UUID, tuple[int, int]]:
    """Return (rank, of how many) of each need that may be matched, among all of its market.

    A rank counts needs that the reader may not see: their number tells nothing about them.
    """
    wanted = list(needs)
    if not wanted:
        return {}
    today = clock.today()
    mine = select(Need.market).where(Need.id.in_(wanted)).distinct().scalar_subquery()
    ranked = (
        select(
            Need.id,
            func.row_number().over(partition_by=Need.market, order_by=in_order(rules, today)).label("place"),
            func.count().over(partition_by=Need.market).label("all"),
        )
        .join(Household, Household.id == Need.household_id)
        .where(Need.market.in_(mine), may_be_matched(today))
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.id, ranked.c.place, ranked.c["all"]).where(ranked.c.id.in_(wanted)),
        execution_options=OF_ALL,
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _tier(rules: Rules) -> ColumnElement[int]:
    tiers = [(Household.decile <= highest, place) for place, highest in enumerate(rules.tiers, start=1)]
    return case(*tiers, else_=len(tiers) + 1) if tiers else literal(1)
