"""Reads of pledges, and the events that tell the whole state of one."""

from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Select, select

from services.donations.database import db
from services.donations.pledges.models import Pledge
from shared.database import get_visible
from shared.events.donations import (
    PledgeAmended,
    PledgeExpired,
    PledgeOpened,
    PledgeWithdrawn,
    Resource,
    Restrictions,
)
from shared.vocabulary import Fund, ResourceKind, StakeholderKind, Strategy

_State = TypeVar("_State", PledgeOpened, PledgeAmended, PledgeWithdrawn, PledgeExpired)


def select_pledges(
    *, status: str | None = None, stakeholder: UUID | None = None, reference: str | None = None
) -> Select[Any]:
    """Return the statement of the pledges that the caller may see."""
    rows = select(Pledge)
    if status is not None:
        rows = rows.where(Pledge.status == status)
    if stakeholder is not None:
        rows = rows.where(Pledge.stakeholder_id == stakeholder)
    if reference is not None:
        rows = rows.where(Pledge.reference == reference)
    return rows


def find_latest_pledges(*, status: str | None, before: UUID | None, limit: int) -> list[Pledge]:
    """Return the caller's pledges, the newest first, older than one where it is named."""
    rows = select_pledges(status=status).order_by(Pledge.id.desc()).limit(limit)
    if before is not None:
        rows = rows.where(Pledge.id < before)
    return list(db.session.scalars(rows))


def get_pledge(pledge: UUID) -> Pledge:
    """Return a pledge of the caller's; raise NotFound."""
    return get_visible(db.session, Pledge, pledge)


def lock_pledge(pledge: UUID) -> Pledge:
    """Return a pledge of the caller's, locked until the transaction ends; raise NotFound."""
    return get_visible(db.session, Pledge, pledge, lock=True)


def find_submitted(submission: UUID | None) -> Pledge | None:
    """Return the caller's pledge that was made with a form of this number."""
    if submission is None:
        return None
    found: Pledge | None = db.session.scalar(select(Pledge).where(Pledge.submission == submission))
    return found


def state(kind: type[_State], pledge: Pledge) -> _State:
    """Return the event that tells the whole state of a pledge. What has ended keeps what is committed."""
    kept = pledge.quantity if pledge.ended is None else pledge.balance.committed
    return kind(
        pledge=pledge.id,
        version=pledge.version,
        stakeholder=pledge.stakeholder_id,
        stakeholder_kind=cast(StakeholderKind, pledge.stakeholder_kind),
        resource=Resource(kind=cast(ResourceKind, pledge.resource_kind), unit=pledge.unit, item=pledge.item),
        quantity=kept,
        value_idr=pledge.value_of(kept),
        fund=cast(Fund, pledge.fund),
        zakat=pledge.zakat,
        strategy=cast(Strategy, pledge.strategy),
        restrictions=Restrictions(**pledge.restrictions),
        opens_on=pledge.opens_on,
        expires_on=pledge.expires_on,
    )


def end_state(pledge: Pledge) -> PledgeWithdrawn | PledgeExpired:
    """Return the state of a pledge that has ended, as what is committed of it is now."""
    return state(PledgeWithdrawn, pledge) if pledge.ended == "withdrawn" else state(PledgeExpired, pledge)
