"""Decisions about households, their end, and holds. A person's hold wins over everything automatic."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.programs.audit import operations as audit
from services.programs.database import db
from services.programs.matching.operations import follow_hold, follow_status
from services.programs.needs.operations import open_markets, shut_all
from services.programs.registry.models import Household
from services.programs.registry.queries import find_household
from services.programs.verification.domain import Facts, Ruling, hold_code, reject_code, settle
from services.programs.verification.models import Decision, Hold
from services.programs.verification.queries import has_recorded_need, has_visited, undecided_visit
from services.programs.visits.models import Visit
from shared import clock, outbox
from shared.clock import LOCAL_ZONE
from shared.errors import Conflict
from shared.events.event import Event
from shared.events.programs import (
    HouseholdGraduated,
    HouseholdHeld,
    HouseholdRejected,
    HouseholdReleased,
    HouseholdVerified,
    VerificationLapsed,
)
from shared.ids import new_id
from shared.worker import Task

LAPSES_AT_ONCE = 500


def decide(household: UUID, ruling: Ruling, *, by: str) -> Household:
    """Decide what the last visit means; raises what `verification.domain.settle` raises."""
    found = find_household(db.session, household, lock=True)
    visit = undecided_visit(db.session, household)
    valid_until = settle(ruling, facts_of(found, visit, by))
    decision = _keep_decision(found, visit, ruling, valid_until, by)
    outbox.record(db.session, _take_effect(found, decision))
    db.session.flush()
    if ruling.decision == "reject":
        # What it lacks is looked at anew if it is ever visited and verified again.
        shut_all(db.session, household, "household_rejected")
    follow_status(db.session, [household])
    audit.record(db.session, f"household.decided.{ruling.decision}", household)
    db.session.commit()
    return found


def facts_of(household: Household, visit: Visit | None, by: str) -> Facts:
    """Return what a decision of somebody about a household rests on, and on the visit that waits for it."""
    visited_at = visit.visited_at if visit else None
    return Facts(
        status=household.status,
        registered_by=household.registered_by,
        decider=by,
        decider_visited=has_visited(db.session, household.id, by),
        decider_recorded_need=has_recorded_need(db.session, household.id, by),
        outcome=visit.outcome if visit else None,
        visited_on=visited_at.astimezone(LOCAL_ZONE).date() if visited_at else None,
        open_needs=len(open_markets(db.session, household.id)),
        today=clock.today(),
    )


def _keep_decision(
    household: Household, visit: Visit | None, ruling: Ruling, valid_until: date | None, by: str
) -> Decision:
    if visit is None:
        raise ValueError("a decision was settled without a visit")
    code = reject_code(ruling, visit.outcome) if ruling.decision == "reject" else ruling.decision
    decision = Decision(
        id=new_id(),
        household_id=household.id,
        desa=household.desa,
        visit_id=visit.id,
        decision=ruling.decision,
        code=code,
        reason=ruling.reason,
        valid_until=valid_until,
        decided_by=by,
        created_at=clock.now(),
    )
    db.session.add(decision)
    return decision


def _take_effect(household: Household, decision: Decision) -> Event:
    household.version += 1
    household.updated_at = clock.now()
    place: dict[str, Any] = {"household": household.id, "desa": household.desa}
    if decision.decision == "verify" and decision.valid_until is not None:
        household.status = "verified"
        household.verified_at, household.valid_until = clock.now(), decision.valid_until
        return HouseholdVerified(**place, people=household.people, valid_until=decision.valid_until)
    if decision.decision == "graduate":
        household.status = "graduated"
        return HouseholdGraduated(**place, people=household.people)
    household.status = "rejected"
    return HouseholdRejected(**place, reason=decision.code)


def hold_household(household: UUID, reason: str, *, by: str) -> Household:
    """Stop everything automatic for a household until a person lifts it."""
    found = find_household(db.session, household, lock=True)
    if found.held:
        raise Conflict("held_already", "The household is on hold already.")
    code = hold_code(reason)
    db.session.add(
        Hold(
            id=new_id(),
            household_id=found.id,
            desa=found.desa,
            code=code,
            reason=reason,
            held_by=by,
            created_at=clock.now(),
        )
    )
    _set_held(found, HouseholdHeld(household=found.id, desa=found.desa, reason=code), held=True)
    return found


def release_household(household: UUID, reason: str | None, *, by: str) -> Household:
    """Lift the hold of a household."""
    found = find_household(db.session, household, lock=True)
    if not found.held:
        raise Conflict("not_held", "The household is not on hold.")
    open_hold = select(Hold).where(Hold.household_id == found.id, Hold.released_at.is_(None))
    hold = db.session.scalars(open_hold).one()
    hold.released_by, hold.released_at, hold.release_reason = by, clock.now(), reason
    _set_held(found, HouseholdReleased(household=found.id, desa=found.desa), held=False)
    return found


def _set_held(household: Household, event: Event, *, held: bool) -> None:
    household.held = held
    household.version += 1
    household.updated_at = clock.now()
    outbox.record(db.session, event)
    db.session.flush()
    follow_hold(db.session, [household.id])
    audit.record(db.session, "household.held" if held else "household.released", household.id)
    db.session.commit()


def lapse_verifications(session: Session) -> bool:
    """Let the verifications end whose day has passed; return True if there are more. The caller commits.

    A household on hold is left alone: it lapses once a person has released it.
    """
    past = (
        select(Household)
        .where(Household.status == "verified", Household.held.is_(False))
        .where(Household.valid_until < clock.today())
        .order_by(Household.id)
        .limit(LAPSES_AT_ONCE)
        .with_for_update()
    )
    ended = session.scalars(past).all()
    for household in ended:
        household.status = "lapsed"
        household.version += 1
        household.updated_at = clock.now()
    session.flush()
    outbox.record_all(
        session,
        [VerificationLapsed(household=household.id, desa=household.desa) for household in ended],
    )
    follow_status(session, [household.id for household in ended])
    return len(ended) == LAPSES_AT_ONCE


LAPSE = Task("lapse", lapse_verifications, timedelta(minutes=10))
