"""The sums of the first page."""

from dataclasses import dataclass

from sqlalchemy import func, select

from services.donations.database import db
from services.donations.fulfilment.models import Allocation
from services.donations.pledges.models import Pledge
from shared.catalogue import reference_price

_WAITING_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Totals:
    """What one's own pledges come to in rupiah, goods and services at their reference price."""

    pledges: int
    pledged: int
    reserved: int
    contributed: int
    delivered: int


def sum_pledges() -> Totals:
    """Return the four columns over the caller's pledges; they are never added up."""
    columns = (Pledge.quantity, Pledge.reserved, Pledge.contributed, Pledge.delivered)
    rows = db.session.execute(
        select(Pledge.item, func.count(), *(func.sum(column) for column in columns)).group_by(Pledge.item)
    ).all()
    total = [0, 0, 0, 0, 0]
    for item, count, *sums in rows:
        values = [int(amount) * reference_price(item) for amount in sums]
        total = [before + more for before, more in zip(total, [count, *values], strict=True)]
    return Totals(*total)


def find_payable() -> list[Allocation]:
    """Return the caller's allocations that wait to be paid or handed over, the oldest first."""
    rows = (
        select(Allocation)
        .where(Allocation.status == "reserved", Allocation.standing == "payable")
        .order_by(Allocation.arrival)
        .limit(_WAITING_SHOWN)
    )
    return list(db.session.scalars(rows))
