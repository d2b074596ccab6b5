"""The database of one service: its session, its naming of constraints, its rule of who sees which row."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import DateTime, MetaData, event, select
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, registry, scoped_session
from sqlalchemy.orm import Session as PlainSession

from shared.auth.visibility import limit_to_visible
from shared.errors import Conflict, NotFound
from shared.silence import APPLICATION, SILENCE_SECONDS

# Constraints get predictable names, so that a migration can name them and an error can be told by them.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


# What reads and operations take: a worker's session, or the one of a request.
AnySession = PlainSession | scoped_session[Any]
Row = TypeVar("Row")


class Session(FlaskSession):
    """A session whose commit waits, where the answer is to be stored together with the change.

    A request with an idempotency key sets `answer_pending`: the operation's commit then only
    flushes, and the real commit follows once the answer is in the same transaction.
    """

    answer_pending = False

    def commit(self) -> None:
        """Commit, or flush where the answer is still to be stored."""
        if self.answer_pending:
            self.flush()
        else:
            super().commit()

    def close(self) -> None:
        """Close; where the connection has died, drop it: the answer was given and must not become another."""
        try:
            super().close()
        except DBAPIError:
            self.invalidate()


class Database(SQLAlchemy):
    """One service's SQLAlchemy, bound to one Flask app by `init_app`."""

    session_class = Session

    def __init__(self) -> None:
        class Base(DeclarativeBase):
            registry = registry(
                metadata=MetaData(naming_convention=NAMING),
                # Every instant is kept with its zone: one without is nobody's.
                type_annotation_map={datetime: DateTime(timezone=True)},
            )

        super().__init__(
            model_class=Base,
            session_options={"class_": Session, "expire_on_commit": False},
            disable_autonaming=False,
        )


def get_visible(
    session: AnySession, model: type[Row], identity: UUID, *, fresh: bool = False, lock: bool = False
) -> Row:
    """Return a row that the caller may see; raise NotFound, which names its table.

    It is asked for by a statement: what the session remembers would not ask who calls. `fresh` reads it
    from the database again; `lock` does so too, and keeps it locked until the transaction ends.
    """
    rows: Any = select(model).where(model.id == identity)  # type: ignore[attr-defined]
    if lock:
        rows = rows.with_for_update()
    found: Row | None = session.scalar(rows.execution_options(populate_existing=fresh or lock))
    if found is None:
        raise NotFound(str(model.__tablename__))  # type: ignore[attr-defined]
    return found


def constraint_of(error: DBAPIError) -> str | None:
    """Return the name of the constraint that a statement broke, or None where it was something else."""
    name: str | None = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return name


def flush_or_refuse(session: scoped_session[Any], constraint: str, refusal: Conflict) -> None:
    """Write what is pending; where it breaks this constraint, undo the transaction and raise the refusal."""
    try:
        session.flush()
    except IntegrityError as error:
        if constraint_of(error) != constraint:
            raise
        session.rollback()
        raise refusal from None


def sqlalchemy_url(url: str) -> Any:
    """Return the URL with psycopg 3 as its driver."""
    return make_url(url).set(drivername="postgresql+psycopg")


def engine_options() -> dict[str, Any]:
    """Return the options of every service's engine."""
    return {
        "pool_pre_ping": True,
        # The text of an error goes to the log, and its parameters may be a person's data.
        "hide_parameters": True,
        "pool_size": 8,
        "max_overflow": 4,
        "pool_timeout": 10,
        "connect_args": {
            "options": f"-c lock_timeout=5s -c statement_timeout={SILENCE_SECONDS}s"
            f" -c idle_in_transaction_session_timeout={SILENCE_SECONDS}s",
            "connect_timeout": 5,
            "application_name": APPLICATION,
        },
    }


@event.listens_for(Session, "do_orm_execute")
def _only_visible_rows(state: ORMExecuteState) -> None:
    limit_to_visible(state)


def dispose(engine: Engine) -> None:
    """Close the pool: a process that forks must not share connections with its children."""
    engine.dispose(close=False)
