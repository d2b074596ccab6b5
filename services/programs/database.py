"""The database of programs, what its tables derive from, and how their rows are locked."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, literal, select

from shared.database import AnySession, Database

db = Database()

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase

    class Model(DeclarativeBase):
        """A table of programs."""
else:
    # Flask-SQLAlchemy makes this class while the program runs, which no type checker sees.
    Model = db.Model

Row = TypeVar("Row", bound=Model)


def one_of(ids: Collection[UUID]) -> ColumnElement[Any]:
    """Return what an id is compared with to ask whether it is one of several, however many: as one value."""
    return any_(literal(list(ids), ARRAY(Uuid)))


def lock_rows(session: AnySession, model: type[Row], ids: Collection[UUID]) -> dict[UUID, Row]:
    """Lock rows in order of id and read them afresh; return those there are, by id."""
    if not ids:
        return {}
    identity: Any = model.__table__.c.id
    rows = session.scalars(
        select(model)
        .where(identity == one_of(ids))
        .order_by(identity)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}  # type: ignore[attr-defined]
