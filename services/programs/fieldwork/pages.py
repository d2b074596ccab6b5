"""The visits to make, and the form of one.

Each step is a form of its own that carries the answers so far, so it works without any script and
the way back is always open. Who lives there is shown at the door; each look leaves a line in the
audit log.
"""

import re
from typing import Any
from uuid import UUID

import msgspec
from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext

from services.programs import words
from services.programs.audit import operations as audit
from services.programs.database import db
from services.programs.fieldwork.domain import (
    CHECK,
    MOST_NEEDS,
    NEEDS,
    OUTCOME,
    Draft,
    code_of,
    kinds_of_need,
    need_of,
)
from services.programs.needs.queries import list_needs
from services.programs.registry.models import Household
from services.programs.registry.queries import find_household, households, open_household, open_households
from services.programs.vault import current_vault
from services.programs.visits.domain import BY_CODE, Question
from services.programs.visits.models import Visit
from services.programs.visits.operations import Result, record_result
from services.programs.visits.queries import find_visit, visits
from shared import clock
from shared.auth import access
from shared.auth.principal import current_principal
from shared.errors import DomainError
from shared.vocabulary import VISIT_OUTCOMES
from shared.web.forms import Form

pages = Blueprint("fieldwork", __name__, url_prefix="/visits", template_folder="templates")

AT_ONCE = 30

_GO = re.compile(r"(?:|next|add|back|save|remove-(?P<place>\d{1,2}))", re.ASCII)


@pages.get("")
@access.only("tksk")
def show_visits() -> str:
    """List the visits to make in the sub-district, village by village."""
    waiting = visits(status="assigned").order_by(Visit.desa, Visit.due_on, Visit.id)
    found = db.session.scalars(waiting.limit(AT_ONCE + 1)).all()
    shown = list(found[:AT_ONCE])
    ids = [visit.household_id for visit in shown]
    records = db.session.scalars(households().where(Household.id.in_(ids))).all()
    page = render_template(
        "fieldwork/visits.html",
        visits=shown,
        opened=open_households(db.session, current_vault(), list(records)),
        today=clock.today(),
        more=len(found) > AT_ONCE,
        recorded=request.args.get("recorded") == "1",
    )
    audit.record_each(db.session, "household.read", ids, why="visits to make")
    db.session.commit()
    return page


@pages.get("/<uuid:visit>")
@access.only("tksk")
def show_visit(visit: UUID) -> Any:
    """Show whom the visit is to, and how to begin."""
    found = find_visit(db.session, visit)
    if found.status == "completed":
        return redirect(url_for(".show_visits"), 303)
    household = find_household(db.session, found.household_id)
    page = render_template(
        "fieldwork/visit.html",
        visit=found,
        opened=open_household(db.session, current_vault(), household, reveal=True),
        needs=db.session.scalars(list_needs(household=household.id)).all(),
        words=words,
    )
    audit.record(db.session, "household.read", household.id, why="visit")
    db.session.commit()
    return page


@pages.post("/<uuid:visit>")
@access.only("tksk")
def answer(visit: UUID) -> Any:
    """Take the answer of one step and show the next; the last one records the visit."""
    found = find_visit(db.session, visit)
    form, draft = Form.submitted(), _draft()
    go = form.value("go")
    asked = _GO.fullmatch(go)
    if draft is None or asked is None:
        form.fault = gettext("The form can't be read. Begin the visit again.")
        return _step(found, form, Draft()), 422
    if go == "save" and draft.step == CHECK:
        return _save(found, form, draft)
    if go == "back":
        return _step(found, form, draft.back())
    if asked["place"] is not None:
        return _step(found, form, draft.without_need(int(asked["place"])))
    taken = _take(form, draft) if go else draft
    if form.errors:
        return _step(found, form, draft), 422
    stays = go in {"", "add"} or draft.step == CHECK
    return _step(found, form, taken if stays else taken.forward())


def _draft() -> Draft | None:
    """Return the draft that the form carries: a new one at the beginning, None where it can't be read."""
    carried = request.form.get("draft", "")
    if not carried:
        return Draft()
    try:
        draft = msgspec.json.decode(carried, type=Draft)
    except msgspec.DecodeError:
        return None
    return draft if draft.is_sound else None


def _take(form: Form, draft: Draft) -> Draft:
    if draft.step == OUTCOME:
        outcome = form.choice("answer", VISIT_OUTCOMES)
        return draft if outcome is None else draft.met(outcome)
    if draft.step == NEEDS:
        return _take_need(form, draft)
    question = BY_CODE.get(draft.step)
    return draft if question is None else draft.answered(question.code, _read(form, question))


def _read(form: Form, question: Question) -> Any:
    """Read an answer; none is no fault."""
    if question.kind == "yes_no":
        said = form.choice("answer", ("yes", "no"), required=False)
        return None if said is None else said == "yes"
    if question.kind in {"count", "rupiah"}:
        return form.whole("answer", most=question.most, required=False)
    if question.kind == "choice":
        return form.choice("answer", question.choices, required=False)
    if question.kind == "choices":
        return form.choices("answer", question.choices) or None
    return form.text("answer", required=False, longest=question.most)


def _take_need(form: Form, draft: Draft) -> Draft:
    kinds = {code_of(category, item) for category, item in kinds_of_need()}
    kind = form.choice("kind", kinds, required=form.value("go") == "add" or bool(form.value("quantity")))
    if kind is None:
        return draft
    quantity = form.whole("quantity", least=1)
    urgency = form.whole("urgency", least=1, most=5)
    if any(code_of(need["category"], need["item"]) == kind for need in draft.needs):
        form.refuse("kind", gettext("This need is in the list already."))
    if len(draft.needs) >= MOST_NEEDS:
        form.refuse("kind", gettext("These are as many needs as one visit can record."))
    if form.errors or quantity is None or urgency is None:
        return draft
    return draft.lacking(need_of(kind, quantity, urgency))


def _save(visit: Visit, form: Form, draft: Draft) -> Any:
    result = Result(
        # The form's own number: a button pressed twice records one visit.
        client_id=str(form.submission() or visit.id),
        visited_at=clock.now(),
        outcome=draft.outcome if draft.outcome in VISIT_OUTCOMES else "not_found",
        answers=draft.answers,
        needs=draft.needs,
    )
    try:
        record_result(visit.id, result, by=current_principal().id)
    except DomainError as error:
        if error.status == 404:
            raise
        db.session.rollback()
        form.fault = " ".join([gettext(error.detail), *(gettext(fault.detail) for fault in error.errors)])
        return _step(find_visit(db.session, visit.id), form, draft), error.status
    return redirect(url_for(".show_visits", recorded=1), 303)


def _step(visit: Visit, form: Form, draft: Draft) -> str:
    shown = form if form.errors or form.fault else _filled(form, draft)
    return render_template(
        "fieldwork/step.html",
        visit=visit,
        form=shown,
        draft=draft,
        carried=msgspec.json.encode(draft).decode(),
        question=BY_CODE.get(draft.step),
        kinds=[(code_of(category, item), category, item) for category, item in kinds_of_need()],
        words=words,
    )


def _filled(form: Form, draft: Draft) -> Form:
    """Return a form that shows what was said at this step before."""
    said: Any = draft.outcome if draft.step == OUTCOME else draft.answers.get(draft.step)
    if isinstance(said, bool):
        said = "yes" if said else "no"
    return Form.of(submission=form.value("submission") or None, answer=said, urgency=3)
