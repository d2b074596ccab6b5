"""Bringing a file in: staged at once, worked off by the worker in batches, each row with its receipt."""

import json
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.programs.audit import operations as audit
from services.programs.database import db
from services.programs.identity.domain import number_fault
from services.programs.imports.domain import Line, read_file
from services.programs.imports.models import ImportJob, ImportRow
from services.programs.intake.domain import Given, gather
from services.programs.intake.operations import Receipt, Terms, apply_families
from services.programs.registry.operations import is_double
from services.programs.vault import Vault, current_vault, vault_of
from shared import bell, clock
from shared.auth.principal import Principal
from shared.ids import new_id
from shared.settings import Settings
from shared.worker import Task
from shared.worker.faults import Fault, classify, describe

_log = logging.getLogger(__name__)

# What the task below is rung for.
_QUEUED = "imports"

FAMILIES_AT_ONCE = 300
_STAGED_AT_ONCE = 2_000

_STAGE = text("""
    INSERT INTO import_row (id, import_id, line, family, payload, outcome, reasons, created_at)
    SELECT id, :job, line, family, payload, outcome, string_to_array(reason, ' '), :now
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:lines AS int[]), CAST(:families AS int[]), CAST(:payloads AS bytea[]),
        CAST(:outcomes AS text[]), CAST(:reasons AS text[])
    ) AS row (id, line, family, payload, outcome, reason)
""")
_ANSWER = text("""
    UPDATE import_row SET outcome = receipt.outcome, reasons = string_to_array(receipt.reasons, ' '),
        household_id = receipt.household, payload = NULL
    FROM unnest(
        CAST(:rows AS uuid[]), CAST(:outcomes AS text[]), CAST(:reasons AS text[]), CAST(:households AS uuid[])
    ) AS receipt (id, outcome, reasons, household)
    WHERE import_row.id = receipt.id
""")
_REFUSE_REST = text("""
    UPDATE import_row SET outcome = 'invalid', reasons = '{internal}', payload = NULL
    WHERE import_id = :job AND outcome IS NULL RETURNING id
""")


def start_import(content: bytes, *, dry_run: bool, by: Principal) -> ImportJob:
    """Read a file and stage its rows; raise Invalid where it can't be read. The worker does the rest."""
    lines = read_file(content)
    vault = current_vault()
    doubles = _doubles(vault, lines)
    job = ImportJob(
        id=new_id(),
        state="queued",
        dry_run=dry_run,
        area=by.area,
        total=len(lines),
        done=len(doubles),
        counts={"duplicate": len(doubles)} if doubles else {},
        created_by=by.id,
        created_at=clock.now(),
    )
    if job.done == job.total:
        job.state, job.started_at, job.finished_at = "finished", clock.now(), clock.now()
    db.session.add(job)
    db.session.flush()
    for start in range(0, len(lines), _STAGED_AT_ONCE):
        _stage(vault, job, lines[start : start + _STAGED_AT_ONCE], doubles)
    audit.record(db.session, "import.started", None, why=str(job.id))
    bell.ring_after_commit(db.session, _QUEUED)
    db.session.commit()
    return job


def _doubles(vault: Vault, lines: Iterable[Line]) -> dict[int, str]:
    """Return, by line, why a row repeats one that stands above it in the file."""
    niks: set[bytes] = set()
    cards: dict[bytes, int] = {}
    found: dict[int, str] = {}
    for line in lines:
        nik, number = line.cells["nik"], line.cells["no_kk"]
        # Numbers that are none are told row by row: a hundred empty cells are no hundred doubles.
        if (
            number_fault(number) is None
            and cards.setdefault(vault.index("kk", number), line.family) != line.family
        ):
            found[line.number] = "kk_twice_in_file"
        if number_fault(nik) is None:
            index = vault.index("nik", nik)
            if index in niks:
                found[line.number] = "nik_twice_in_file"
            niks.add(index)
    return found


def _stage(vault: Vault, job: ImportJob, lines: Sequence[Line], doubles: dict[int, str]) -> None:
    ids = [new_id() for _ in lines]
    rows = {
        "job": job.id,
        "now": clock.now(),
        "ids": ids,
        "lines": [line.number for line in lines],
        "families": [line.family for line in lines],
        "payloads": [
            None if line.number in doubles else vault.seal(row, "payload", json.dumps(line.cells))
            for row, line in zip(ids, lines, strict=True)
        ],
        "outcomes": ["duplicate" if line.number in doubles else None for line in lines],
        "reasons": [doubles.get(line.number, "") for line in lines],
    }
    db.session.execute(_STAGE, rows)


def work_off(session: Session) -> bool:
    """Take in the next families of the oldest import that waits; return True if there is more to do.

    An import that can't go on ends as failed, so that the next one begins. What passes by itself is
    raised: the same families are then tried again.
    """
    job = session.scalars(
        select(ImportJob).where(ImportJob.state.in_(("queued", "running"))).order_by(ImportJob.id).limit(1)
    ).one_or_none()
    if job is None:
        return False
    try:
        with session.begin_nested():
            _go_on(session, job)
    except Exception as error:  # noqa: BLE001 - whatever it was, the imports that wait must not stop for ever
        _raise_passing(error)
        _log.warning("an import failed", extra={"import": str(job.id), "error": describe(error)[1]})
        _fail(session, job)
    return True


def _go_on(session: Session, job: ImportJob) -> None:
    settings: Settings = session.info["settings"]
    rows = _next_rows(session, job)
    job.state, job.started_at = "running", job.started_at or clock.now()
    terms = Terms(
        vault_of(settings),
        by=job.created_by,
        synthetic=settings.synthetic,
        dry_run=job.dry_run,
        area=job.area,
    )
    receipts = _take_in(session, job, terms, rows)
    _answer(session, receipts)
    job.done += len(receipts)
    job.counts = dict(Counter(job.counts) + Counter(receipt.outcome for receipt in receipts))
    if job.done == job.total:
        job.state, job.finished_at = "finished", clock.now()
    # Numbers of other areas can't be tried out unnoticed.
    met = sorted({household for receipt in receipts for household in receipt.outside})
    audit.record_each(session, "import.outside_area", met, why=str(job.id), actor=job.created_by)


def _fail(session: Session, job: ImportJob) -> None:
    """End an import; the rows that still waited get their receipts, and nothing of them stays behind."""
    refused = len(session.scalars(_REFUSE_REST, {"job": job.id}).all())
    job.state, job.reason, job.finished_at = "failed", "internal", clock.now()
    job.done += refused
    job.counts = dict(Counter(job.counts) + Counter(invalid=refused))


def _next_rows(session: Session, job: ImportJob) -> Sequence[ImportRow]:
    """Return the rows of the next whole families, in the order of the file."""
    waiting = select(ImportRow).where(ImportRow.import_id == job.id, ImportRow.outcome.is_(None))
    first = session.scalars(waiting.order_by(ImportRow.family, ImportRow.line).limit(1)).one()
    batch = waiting.where(ImportRow.family < first.family + FAMILIES_AT_ONCE)
    return session.scalars(batch.order_by(ImportRow.family, ImportRow.line)).all()


def _take_in(session: Session, job: ImportJob, terms: Terms, rows: Sequence[ImportRow]) -> list[Receipt]:
    families: list[Given] = []
    receipts: list[Receipt] = []
    for _, of_family in groupby(rows, lambda row: row.family):
        waiting = list(of_family)
        try:
            cells = [(row.id, _cells(terms.vault, row)) for row in waiting]
            given, refused = gather(cells, today=clock.today(), area=job.area)
        except Exception as error:  # noqa: BLE001 - one family that can't be read must not stop the others
            receipts += _refuse_family([row.id for row in waiting], error)
            continue
        receipts += [Receipt(row, "invalid", tuple(codes)) for row, codes in refused.items()]
        families += [given] if given else []
    try:
        with session.begin_nested():
            return receipts + apply_families(session, terms, families)
    except Exception as error:  # noqa: BLE001 - one of them can't be taken in: the others must not wait for it
        _raise_passing(error)
        return receipts + [receipt for given in families for receipt in _one_alone(session, terms, given)]


def _one_alone(session: Session, terms: Terms, given: Given) -> list[Receipt]:
    try:
        with session.begin_nested():
            return apply_families(session, terms, [given])
    except Exception as error:  # noqa: BLE001 - as above
        _raise_passing(error)
        if is_double(error):
            return [Receipt(row, "duplicate", ("registered_meanwhile",)) for row in given.rows]
        return _refuse_family(given.rows, error)


def _refuse_family(rows: Sequence[UUID], error: Exception) -> list[Receipt]:
    # The text of an error may quote the row, so only its name and its place are kept.
    _log.warning("a family was not taken in", extra={"rows": len(rows), "error": describe(error)[1]})
    return [Receipt(row, "invalid", ("internal",)) for row in rows]


def _raise_passing(error: Exception) -> None:
    """Raise it again where it says nothing of the file: the database is away or busy."""
    if classify(error) is Fault.TRANSIENT:
        raise error


def _cells(vault: Vault, row: ImportRow) -> dict[str, str]:
    if row.payload is None:
        raise ValueError("a row waits and has no content")
    cells: dict[str, str] = json.loads(vault.open(row.id, "payload", row.payload))
    return cells


def _answer(session: Session, receipts: Sequence[Receipt]) -> None:
    values: dict[str, Any] = {
        "rows": [receipt.row for receipt in receipts],
        "outcomes": [receipt.outcome for receipt in receipts],
        "reasons": [" ".join(receipt.reasons) for receipt in receipts],
        "households": [receipt.household for receipt in receipts],
    }
    session.execute(_ANSWER, values)


IMPORTS = Task("imports", work_off, timedelta(seconds=5), woken_by=_QUEUED)
