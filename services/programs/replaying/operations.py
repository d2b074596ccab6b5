"""Sealing what was added to the log."""

from datetime import timedelta

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from services.programs.matching.models import AllocationEntry
from services.programs.replaying.domain import BEGINNING, digest
from services.programs.replaying.models import Seal
from services.programs.replaying.queries import find_lines
from shared import clock
from shared.settings import Settings
from shared.worker import Task

AT_MOST = 2000

# One worker seals at a time; the chain has one end.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('allocation_seal'))")


def seal(session: Session) -> bool:
    """Seal the lines that are not sealed yet, as far as one transaction goes; return whether there may be more."""
    session.execute(_ALONE)
    lines = find_lines(session, AllocationEntry.seal.is_(None), most=AT_MOST)
    if not lines:
        return False
    settings: Settings = session.info["settings"]
    last = session.scalars(select(Seal).order_by(Seal.number.desc()).limit(1)).one_or_none()
    number, before = (last.number, last.digest) if last else (0, BEGINNING)
    sealed = digest(bytes.fromhex(settings.audit_key), before, lines)
    session.add(Seal(number=number + 1, entries=len(lines), digest=sealed, sealed_at=clock.now()))
    of_these = AllocationEntry.seq.in_([line.seq for line in lines])
    session.execute(update(AllocationEntry).where(of_these).values(seal=number + 1))
    return len(lines) == AT_MOST


SEAL = Task("seal-log", seal, every=timedelta(seconds=2))
