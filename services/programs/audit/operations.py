"""Writing the audit log."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.programs.audit.domain import Line, digest
from services.programs.database import db
from shared import clock
from shared.auth.principal import acting
from shared.database import AnySession
from shared.ids import new_id
from shared.settings import Settings
from shared.telemetry.context import current_trace

_LOCK_HEAD = text("SELECT seq, digest FROM audit_head FOR UPDATE")
_APPEND = text("""
    WITH line AS (
        INSERT INTO audit_entry (seq, id, at, actor, action, household_id, why, request_id, digest)
        SELECT seq, id, :at, :actor, :action, household, :why, :request_id, digest
        FROM unnest(
            CAST(:seqs AS bigint[]), CAST(:ids AS uuid[]), CAST(:households AS uuid[]), CAST(:digests AS bytea[])
        ) AS row (seq, id, household, digest)
    )
    UPDATE audit_head SET seq = :last_seq, digest = :last_digest
""")


def record(session: AnySession, action: str, household: UUID | None, *, why: str = "") -> None:
    """Write that the caller did something with a household's record; the caller commits.

    It locks the end of the chain until the commit: call it last, just before that.
    """
    record_each(session, action, [household], why=why)


def record_each(
    session: AnySession,
    action: str,
    households: Iterable[UUID | None],
    *,
    why: str = "",
    actor: str | None = None,
) -> None:
    """Write one line for each household, in one statement; see `record`.

    A task of the worker has no caller: it names the `actor` it works for.
    """
    wanted = list(households)
    if not wanted:
        return
    settings: Settings = session.info.get("settings") or current_app.config["HELIX"]
    key = bytes.fromhex(settings.audit_key)
    trace, at = current_trace(), clock.now()
    said: dict[str, Any] = {
        "at": at,
        "actor": (actor or acting())[:100],
        "action": action,
        "why": why[:300],
        "request_id": trace.request_id if trace else None,
    }
    seq, before = session.execute(_LOCK_HEAD).one()
    lines, digests = [], []
    for place, household in enumerate(wanted, start=1):
        lines.append(Line(seq=seq + place, id=new_id(), household=household, **said))
        before = digest(key, bytes(before), lines[-1])
        digests.append(before)
    rows = {
        "seqs": [line.seq for line in lines],
        "ids": [line.id for line in lines],
        "households": wanted,
        "digests": digests,
        "last_seq": lines[-1].seq,
        "last_digest": before,
    }
    session.execute(_APPEND, said | rows)


def record_now(action: str, household: UUID | None, *, why: str = "") -> None:
    """Write a line in a transaction of its own: it stays although the request is refused."""
    with Session(db.engine) as session:
        record(session, action, household, why=why)
        session.commit()
