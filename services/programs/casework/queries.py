"""How needs stand, with one meaning of "open" for the work queue and the list, that of the match; what covers them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from services.programs.matching.models import Allocation
from services.programs.matching.queries import may_be_matched
from services.programs.needs.models import Need
from services.programs.registry.models import Household
from shared import clock
from shared.database import AnySession


def stands(standing: str) -> ColumnElement[bool]:
    """Return the condition that a need stands as one of `words.NEED_STANDINGS` says."""
    if standing == "open":
        return _may_be_matched()
    if standing == "waiting":
        return and_(Need.status == "open", ~_may_be_matched())
    if standing == "delivered":
        return Need.closed_reason == "delivered"
    if standing == "closed":
        return and_(Need.status == "closed", Need.closed_reason != "delivered")
    return Need.status == standing


def count_open(session: AnySession) -> int:
    """Return how many needs of the caller's area a pledge may cover now."""
    return session.scalar(select(func.count(Need.id)).where(_may_be_matched())) or 0


def find_cover(session: AnySession, needs: Collection[UUID]) -> Mapping[UUID, Sequence[Allocation]]:
    """Return the allocations of each of some needs, whatever became of them, in order of id."""
    found: dict[UUID, list[Allocation]] = defaultdict(list)
    rows = select(Allocation).where(Allocation.need_id.in_(needs)).order_by(Allocation.id)
    for row in session.scalars(rows):
        found[row.need_id].append(row)
    return found


def _may_be_matched() -> ColumnElement[bool]:
    households = select(Household.id).where(Household.id == Need.household_id)
    return households.where(may_be_matched(clock.today())).exists()
