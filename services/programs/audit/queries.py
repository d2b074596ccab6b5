"""Reading the audit log, and proving that nobody changed it."""

from collections.abc import Collection
from contextlib import closing
from uuid import UUID

from sqlalchemy import Select, String, Uuid, cast, column, or_, select, table

from services.programs.accounts.models import Account
from services.programs.audit.domain import BEGINNING, Line, digest
from services.programs.audit.models import AuditEntry, AuditHead
from shared.auth.principal import Principal
from shared.auth.visibility import lies_in
from shared.database import AnySession

# The registry writes this log, so the log knows the registry by the name of its table alone.
_HOUSEHOLD = table("household", column("id", Uuid), column("desa", String))


def visible_entries(
    caller: Principal, *, household: UUID | None = None, actor: str | None = None
) -> Select[AuditEntry]:
    """Return the lines that the caller may see: with an area, those about its households and the caller's own."""
    wanted = entries(household=household, actor=actor)
    if caller.area is None:
        return wanted
    theirs = select(_HOUSEHOLD.c.id).where(lies_in(_HOUSEHOLD.c.desa, caller.area))
    return wanted.where(or_(AuditEntry.household_id.in_(theirs), AuditEntry.actor == caller.id))


def entries(*, household: UUID | None = None, actor: str | None = None) -> Select[AuditEntry]:
    """Return the lines about a household or by somebody, oldest first where they are paged by id."""
    wanted = select(AuditEntry)
    if household is not None:
        wanted = wanted.where(AuditEntry.household_id == household)
    return wanted if actor is None else wanted.where(AuditEntry.actor == actor)


def households_like(typed: str) -> Select[UUID]:
    """Return the selection of households whose id is, or ends in, what somebody typed: `…1a2b3c4d`."""
    ending = typed.strip().lstrip("…").lower()
    return select(_HOUSEHOLD.c.id).where(cast(_HOUSEHOLD.c.id, String).endswith(ending, autoescape=True))


def actor_of(session: AnySession, typed: str) -> str:
    """Return the id by which the log knows a person: of the account of a username, or what was typed."""
    account = session.scalar(select(Account.id).where(Account.username == typed.strip()))
    return typed.strip() if account is None else str(account)


def accounts_of(session: AnySession, actors: Collection[str]) -> dict[str, Account]:
    """Return the accounts of this service among those who did something, by their id in the log."""
    rows = session.scalars(select(Account).where(cast(Account.id, String).in_(actors)))
    return {str(account.id): account for account in rows}


def first_broken_line(session: AnySession, key: bytes) -> tuple[int, int | None]:
    """Go through the whole chain; return how many lines hold, and the number of the first that does not."""
    before, expected = BEGINNING, 0
    chain = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=2000)
    with closing(session.scalars(chain)) as lines:
        for entry in lines:
            expected += 1
            before = digest(key, before, _line(entry))
            if entry.seq != expected or entry.digest != before:
                return expected - 1, expected
    head = session.scalars(select(AuditHead)).one()
    return (expected, None) if (head.seq, head.digest) == (expected, before) else (expected, expected + 1)


def _line(entry: AuditEntry) -> Line:
    return Line(
        seq=entry.seq,
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        household=entry.household_id,
        why=entry.why,
        request_id=entry.request_id,
    )
