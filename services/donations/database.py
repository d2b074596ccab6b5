"""The database of donations, and what its tables derive from."""

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from shared.database import Database
from shared.errors import NotFound

db = Database()

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase

    class Model(DeclarativeBase):
        """A table of donations."""
else:
    # Flask-SQLAlchemy makes this class while the program runs, which no type checker sees.
    Model = db.Model

_Row = TypeVar("_Row", bound=Model)


def get_visible(model: type[_Row], identity: UUID, *, fresh: bool = False, lock: bool = False) -> _Row:
    """Return a row that the caller may see; raise NotFound, which names its table.

    It is asked for by a statement: what the session remembers would not ask who calls. `fresh` reads it
    from the database again; `lock` does so too, and keeps it locked until the transaction ends.
    """
    rows: Any = select(model).where(model.id == identity)  # type: ignore[attr-defined]
    if lock:
        rows = rows.with_for_update()
    found: _Row | None = db.session.scalar(rows.execution_options(populate_existing=fresh or lock))
    if found is None:
        raise NotFound(str(model.__tablename__))
    return found
