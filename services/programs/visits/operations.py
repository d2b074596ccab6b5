"""Asking for visits, and keeping what they found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import delete, select

from services.programs.audit import operations as audit
from services.programs.database import db
from services.programs.needs.operations import add_needs
from services.programs.registry.models import Household
from services.programs.registry.queries import find_household
from services.programs.vault import current_vault
from services.programs.visits.domain import FORM_VERSION, answer_faults, unanswered
from services.programs.visits.models import Visit, VisitDraft
from services.programs.visits.queries import find_visit, open_answers, open_visits
from shared import clock, outbox
from shared.auth.visibility import OF_ALL
from shared.database import flush_or_refuse
from shared.errors import Conflict, Fault, Invalid
from shared.events.programs import VisitAssigned, VisitCompleted
from shared.ids import new_id
from shared.vocabulary import VisitOutcome

# Clocks of phones differ; more than this is a mistake.
_CLOCK_TOLERANCE = timedelta(minutes=15)
_LONGEST_OFFLINE = timedelta(days=366)
# A verification holds for a year unless somebody says otherwise: nothing is planned beyond the next one.
_LONGEST_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Result:
    """What a visit found. `client_id` is the phone's own number for it: sent twice it is one."""

    client_id: str
    visited_at: datetime
    outcome: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    needs: Sequence[Mapping[str, Any]] = ()
    form_version: str = FORM_VERSION


def assign_visit(household: UUID, *, due_on: date | None, by: str) -> Visit:
    """Ask for a visit; raise Conflict where one is asked for already."""
    found = find_household(db.session, household, lock=True)
    if open_visits(db.session, [household]):
        raise Conflict("visit_open", "A visit of this household is already asked for and was not made yet.")
    visit = _ask(found, due_on, by)
    audit.record(db.session, "visit.assigned", household)
    db.session.commit()
    return visit


def assign_visits(households: Sequence[UUID], *, due_on: date | None, by: str) -> int:
    """Ask for visits of several households; return how many. Those asked for already stay as they are."""
    wanted = select(Household).where(Household.id.in_(households)).order_by(Household.id).with_for_update()
    found = db.session.scalars(wanted).all()
    asked = open_visits(db.session, [household.id for household in found])
    new = [household for household in found if household.id not in asked]
    for household in new:
        _ask(household, due_on, by)
    audit.record_each(db.session, "visit.assigned", [household.id for household in new])
    db.session.commit()
    return len(new)


def _ask(household: Household, due_on: date | None, by: str) -> Visit:
    if due_on is not None and due_on < clock.today():
        raise Invalid([Fault("/due_on", "Must not be in the past.")])
    if due_on is not None and due_on > clock.today() + _LONGEST_AHEAD:
        raise Invalid([Fault("/due_on", "Must be within a year from today.")])
    visit = Visit(
        id=new_id(),
        household_id=household.id,
        desa=household.desa,
        status="assigned",
        assigned_by=by,
        due_on=due_on,
        needs_recorded=0,
        created_at=clock.now(),
    )
    db.session.add(visit)
    outbox.record(db.session, VisitAssigned(household=household.id, desa=household.desa, visit=visit.id))
    return visit


def record_result(visit: UUID, result: Result, *, by: str) -> Visit:
    """Keep what a visit found, with the needs it found, once.

    Raises Invalid with every fault, Conflict where the visit was made already under another
    `client_id` or with another content, or this one belongs to another visit.
    """
    # The household is locked before the visit: all who change either take them in this order.
    household = find_household(db.session, find_visit(db.session, visit).household_id, lock=True)
    found = find_visit(db.session, visit, lock=True)
    if found.client_id == result.client_id:
        if not _is_same(found, result):
            raise Conflict(
                "client_id_used", "This visit was recorded with this client_id and another content."
            )
        db.session.rollback()
        return found
    if found.status == "completed":
        raise Conflict("visit_completed", "This visit was made already.")
    _refuse_used(result.client_id)
    faults = _faults(result)
    if faults:
        raise Invalid(faults)
    _complete(found, result, by)
    # Another visit may have been given it since we looked.
    flush_or_refuse(db.session, "uq_visit_client_id", _used())
    db.session.execute(delete(VisitDraft).where(VisitDraft.visit_id == found.id))
    days_waited = max(0, (result.visited_at - found.created_at).days)
    outbox.record(
        db.session,
        VisitCompleted(
            household=household.id,
            desa=household.desa,
            visit=found.id,
            outcome=cast(VisitOutcome, result.outcome),
            days_waited=days_waited,
        ),
    )
    found.needs_recorded = len(add_needs(db.session, household, result.needs, by=by, pointer="/needs"))
    audit.record(db.session, "visit.completed", household.id, why=result.outcome)
    db.session.commit()
    return found


def _is_same(visit: Visit, result: Result) -> bool:
    """Tell whether a visit was recorded with just this; a phone that sends again may tell another time."""
    return visit.outcome == result.outcome and open_answers(current_vault(), visit) == dict(result.answers)


def _refuse_used(client_id: str) -> None:
    taken = select(Visit.id).where(Visit.client_id == client_id)
    if db.session.scalar(taken, execution_options=OF_ALL) is not None:
        raise _used()


def _used() -> Conflict:
    return Conflict("client_id_used", "This client_id belongs to another visit.")


def _faults(result: Result) -> list[Fault]:
    faults = answer_faults(result.answers)
    faults += [
        Fault(f"/answers/{code}", "Must be answered where the household was met.")
        for code in unanswered(result.outcome, result.answers)
    ]
    if result.visited_at > clock.now() + _CLOCK_TOLERANCE:
        faults.append(Fault("/visited_at", "Must not be in the future."))
    if result.visited_at < clock.now() - _LONGEST_OFFLINE:
        faults.append(Fault("/visited_at", "Must be within the past year."))
    if result.needs and result.outcome != "found":
        faults.append(Fault("/needs", "Needs can be recorded only of a household that was found."))
    return faults


def _complete(visit: Visit, result: Result, by: str) -> None:
    visit.status = "completed"
    visit.client_id, visit.outcome = result.client_id, result.outcome
    visit.visited_by, visit.visited_at, visit.completed_at = by, result.visited_at, clock.now()
    plain = msgspec.json.encode(result.answers).decode()
    visit.answers, visit.form_version = current_vault().seal(visit.id, "answers", plain), result.form_version
