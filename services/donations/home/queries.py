"""The sums of the first page."""

from dataclasses import dataclass

from sqlalchemy import Numeric, cast, func, select

from services.donations.database import db
from services.donations.pledges.models import Pledge


@dataclass(frozen=True, slots=True)
class Totals:
    """What one's own pledges come to in rupiah, goods and services at the price of the day of each pledge."""

    pledges: int
    pledged: int
    reserved: int
    contributed: int
    delivered: int


def sum_pledges() -> Totals:
    """Return the four columns over the caller's pledges; they are never added up."""
    columns = (Pledge.quantity, Pledge.reserved, Pledge.contributed, Pledge.delivered)
    values = (func.coalesce(func.sum(cast(column, Numeric) * Pledge.price_idr), 0) for column in columns)
    count, *sums = db.session.execute(select(func.count(Pledge.id), *values)).one()
    return Totals(count, *(int(total) for total in sums))
