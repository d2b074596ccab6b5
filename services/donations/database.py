"""The database of donations, and what its tables derive from."""

from typing import TYPE_CHECKING

from shared.database import Database

db = Database()

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase

    class Model(DeclarativeBase):
        """A table of donations."""
else:
    # Flask-SQLAlchemy makes this class while the program runs, which no type checker sees.
    Model = db.Model
