"""The record of one household for officers: status, evidence, a person's decision, hold and trail."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from services.programs import words
from services.programs.audit.queries import entries
from services.programs.database import db
from services.programs.needs.queries import list_needs
from services.programs.registry.domain import attributes_of
from services.programs.registry.models import Member, life_of
from services.programs.registry.operations import record_reading
from services.programs.registry.queries import find_household, open_household
from services.programs.vault import current_vault
from services.programs.verification import operations
from services.programs.verification.domain import (
    DECISIONS,
    HOLD_CODES,
    REJECT_CODES,
    Ruling,
    a_year_on,
    decisions_open,
    refusal,
)
from services.programs.verification.models import Decision
from services.programs.verification.queries import decisions_of, holds_of, last_visit, undecided_visit
from services.programs.visits.domain import BY_CODE
from services.programs.visits.models import Visit
from services.programs.visits.operations import assign_visit
from services.programs.visits.queries import open_answers, open_visits, visits
from shared import clock
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.errors import DomainError
from shared.web.forms import Form
from shared.web.sentences import say
from shared.web.words import word

pages = Blueprint("household_record", __name__, url_prefix="/households", template_folder="templates")


@pages.get("/<uuid:household>")
@access.only(*OFFICERS)
def show_household(household: UUID) -> str:
    """Show one household; the look at it is recorded."""
    return _page(household, None)


@pages.post("/<uuid:household>/decision")
@access.only("approver")
def decide(household: UUID) -> Any:
    """Decide what the last visit means; each decision has a form of its own, and its button says which."""
    form = Form.submitted()
    decision = form.choice("decision", DECISIONS)
    code = form.choice("code", REJECT_CODES) if decision == "reject" else None
    until = form.day("valid_until", required=False) if decision == "verify" else None
    reason = form.text(f"{decision}_reason", required=False, longest=1000)
    if decision is None or form.errors:
        return _page(household, form), 422
    ruling = Ruling(
        decision=decision,  # type: ignore[arg-type]  # it is one of the closed list
        reason=reason or code or "",
        valid_until=until,
        code=code,
    )
    done = gettext("It is decided: %(decision)s.", decision=words.label(words.DECISIONS, decision))
    return _attempt(household, form, lambda by: operations.decide(household, ruling, by=by), done)


@pages.post("/<uuid:household>/hold")
@access.only("verifier", "approver")
def hold(household: UUID) -> Any:
    """Put a household on hold."""
    form = Form.submitted()
    code = form.choice("hold_code", HOLD_CODES)
    if code is None:
        return _page(household, form), 422
    done = gettext("The household is on hold now.")
    return _attempt(household, form, lambda by: operations.hold_household(household, code, by=by), done)


@pages.post("/<uuid:household>/release")
@access.only("verifier", "approver")
def release(household: UUID) -> Any:
    """Lift a hold."""
    form = Form.submitted()
    reason = form.text("release_reason", required=False, longest=1000)
    done = gettext("The household is released.")
    return _attempt(household, form, lambda by: operations.release_household(household, reason, by=by), done)


@pages.post("/<uuid:household>/visit")
@access.only("verifier")
def assign(household: UUID) -> Any:
    """Ask for a visit."""
    form, done = Form.submitted(), gettext("A visit has been asked for.")
    return _attempt(household, form, lambda by: assign_visit(household, due_on=None, by=by), done)


def _attempt(household: UUID, form: Form, change: Callable[[str], Any], done: str) -> Any:
    try:
        change(current_principal().id)
    except DomainError as error:
        if error.status == 404:
            raise
        db.session.rollback()
        form.take(error)
        return _page(household, form), error.status
    flash(done, "good")
    return redirect(url_for(".show_household", household=household), 303)


def _page(household: UUID, form: Form | None) -> str:
    caller = current_principal()
    record = find_household(db.session, household)
    undecided = undecided_visit(db.session, record.id)
    facts = operations.facts_of(record, undecided, caller.id)
    visit = last_visit(db.session, record.id)
    may_decide = undecided is not None and caller.has("approver")
    decisions = decisions_open(facts) if may_decide else ()
    refused = refusal("reject", facts) if may_decide and not decisions else None
    page = render_template(
        "verification/household.html",
        household=record,
        opened=open_household(db.session, current_vault(), record, reveal=caller.has("verifier")),
        needs=db.session.scalars(list_needs(household=record.id)).all(),
        visit=visit,
        answers=_answers(visit),
        score_parts=words.score_parts(record.score_parts),
        trail=_trail(record.id),
        asked=bool(open_visits(db.session, [record.id])),
        waits=undecided is not None,
        decisions=decisions,
        # Why an approver may decide nothing here.
        refused=say(refused.sentence) if refused is not None else None,
        a_year_on=a_year_on(clock.today()),
        form=form,
        words=words,
        marks=_marks,
        may_hold=caller.has("verifier", "approver"),
        may_assign=caller.has("verifier"),
    )
    record_reading(record.id, why="page")
    return page


def _answers(visit: Visit | None) -> list[tuple[str, str]]:
    """Return each question with its answer in words."""
    answers = open_answers(current_vault(), visit) if visit else {}
    # In the order in which they were asked; what another version asked comes last.
    asked = sorted(
        answers, key=lambda code: (list(BY_CODE).index(code) if code in BY_CODE else len(BY_CODE), code)
    )
    return [(words.label(words.QUESTIONS, code), words.answer(code, answers[code])) for code in asked]


def _marks(member: Member) -> str:
    """Return a member's attributes, those that follow from the age too, and what to look at in the papers."""
    burdens = [word(attribute, "attribute") for attribute in attributes_of(life_of(member), clock.today())]
    return "; ".join(burdens + [words.label(words.NIK_WARNINGS, warning) for warning in member.warnings])


def _trail(household: UUID) -> list[dict[str, Any]]:
    """Return what happened to a household, as the timeline shows it: the last first."""
    moments: list[dict[str, Any]] = []
    for entry in db.session.scalars(entries(household=household)):
        if entry.action == "household.registered":
            moments.append(
                {"at": entry.at, "title": words.label(words.ACTIONS, entry.action), "tone": "info"}
            )
    for visit in db.session.scalars(visits(household=household)):
        moments.append({"at": visit.created_at, "title": words.label(words.ACTIONS, "visit.assigned")})
        if visit.completed_at is not None:
            title = words.label(words.ACTIONS, "visit.completed")
            moments.append({"at": visit.completed_at, "title": title, "tone": "info"})
    for decision in decisions_of(db.session, household):
        tone = {"verify": "good", "reject": "stop"}.get(decision.decision, "good")
        title = words.label(words.DECISIONS, decision.decision)
        moments.append({"at": decision.created_at, "title": title, "tone": tone, "text": _reason(decision)})
    for one in holds_of(db.session, household):
        title = words.label(words.ACTIONS, "household.held")
        text = words.label(words.HOLD_REASONS, one.reason)
        moments.append({"at": one.created_at, "title": title, "tone": "stop", "text": text})
        if one.released_at is not None:
            title = words.label(words.ACTIONS, "household.released")
            moments.append(
                {"at": one.released_at, "title": title, "tone": "good", "text": one.release_reason}
            )
    return sorted(moments, key=lambda moment: moment["at"], reverse=True)


def _reason(decision: Decision) -> str:
    """Return why, in words: the code of a rejection, and what was written beside it."""
    if decision.decision != "reject":
        return decision.reason
    why = words.label(words.REJECT_REASONS, decision.code)
    return why if decision.reason in {"", decision.code} else f"{why}: {decision.reason}"
