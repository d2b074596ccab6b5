"""The visits to make, and the form of one: a step a screen.

Each step has an address and is answered there, without any script. What was answered is kept, so
that a visit can be left and gone on with; the way back is always open. Whose home it is stands on each
step, so that nothing is recorded of another; each look at a name leaves a line in the audit log.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
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
    kind_of,
    kinds_of_need,
    need_of,
)
from services.programs.fieldwork.operations import begin_visit, keep_draft, record_draft
from services.programs.fieldwork.queries import Begun, drafts_of, find_begun
from services.programs.needs.queries import list_needs
from services.programs.registry.models import Household
from services.programs.registry.queries import find_household, households, open_household, open_households
from services.programs.vault import current_vault
from services.programs.visits.domain import BY_CODE, Question, unanswered
from services.programs.visits.models import Visit
from services.programs.visits.queries import find_visit, visits
from shared import clock
from shared.auth import access
from shared.auth.principal import current_principal
from shared.errors import DomainError
from shared.vocabulary import VISIT_OUTCOMES
from shared.web.forms import Form

pages = Blueprint("fieldwork", __name__, url_prefix="/visits", template_folder="templates")

AT_ONCE = 30


@pages.get("")
@access.only("tksk")
def show_visits() -> str:
    """List the visits to make in the sub-district, village by village."""
    waiting = visits(status="assigned").order_by(Visit.desa, Visit.due_on, Visit.id)
    skip = Form.asked().whole("skip", least=0, required=False) or 0
    found = db.session.scalars(waiting.offset(skip).limit(AT_ONCE + 1)).all()
    shown = list(found[:AT_ONCE])
    ids = [visit.household_id for visit in shown]
    records = db.session.scalars(households().where(Household.id.in_(ids))).all()
    page = render_template(
        "fieldwork/visits.html",
        visits=shown,
        opened=open_households(db.session, current_vault(), list(records)),
        drafts=drafts_of(
            db.session, current_vault(), [visit.id for visit in shown], by=current_principal().id
        ),
        today=clock.today(),
        next_url=url_for(".show_visits", skip=skip + AT_ONCE) if len(found) > AT_ONCE else None,
        first_url=url_for(".show_visits") if skip else None,
        recorded=request.args.get("recorded") == "1",
    )
    audit.record_each(db.session, "household.read", ids, why="visits_to_make")
    db.session.commit()
    return page


@pages.get("/<uuid:visit>")
@access.only("tksk")
def show_visit(visit: UUID) -> Any:
    """Show whom the visit is to, and how to begin or to go on."""
    found = find_visit(db.session, visit)
    if found.status == "completed":
        flash(gettext("This visit was made already."), "info")
        return redirect(url_for(".show_visits"), 303)
    household = find_household(db.session, found.household_id)
    begun = _find_begun(visit)
    page = render_template(
        "fieldwork/visit.html",
        visit=found,
        opened=open_household(db.session, current_vault(), household, reveal=True),
        needs=db.session.scalars(list_needs(household=household.id)).all(),
        draft=begun and begun.draft,
        words=words,
    )
    audit.record(db.session, "household.read", household.id, why="visit")
    db.session.commit()
    return page


@pages.post("/<uuid:visit>")
@access.only("tksk")
def begin(visit: UUID) -> Any:
    """Begin the visit, or go on with it; begin it anew if that is asked for."""
    anew = Form.submitted().ticked("anew")
    draft = begin_visit(visit, current_vault(), by=current_principal().id, anew=anew)
    return _to_step(visit, draft.reached)


@pages.get("/<uuid:visit>/<step>")
@access.only("tksk")
def show_step(visit: UUID, step: str) -> Any:
    """Show one step, with what was answered there before."""
    find_visit(db.session, visit)
    begun = _find_begun(visit)
    if begun is None:
        return redirect(url_for(".show_visit", visit=visit), 303)
    if not begun.draft.leads_to(step):
        return _to_step(visit, begun.draft.reached)
    return _page(visit, step, begun.draft, _filled(begun.draft, step))


@pages.post("/<uuid:visit>/<step>")
@access.only("tksk")
def answer(visit: UUID, step: str) -> Any:
    """Keep the answer of one step and show the next; the last one records the visit."""
    found = find_visit(db.session, visit)
    if found.status == "completed" and found.visited_by == current_principal().id:
        # The button was pressed twice.
        return redirect(url_for(".show_visits", recorded=1), 303)
    form = Form.submitted()
    go = form.value("go")
    saves = go == "save" and step == CHECK
    # Recording locks the household first, as everybody does who changes it.
    begun = _find_begun(visit, lock=not saves)
    if begun is None:
        return redirect(url_for(".show_visit", visit=visit), 303)
    if not begun.draft.leads_to(step):
        return _to_step(visit, begun.draft.reached)
    if saves:
        return _record(begun, form)
    if go == "back":
        return _to_step(visit, begun.draft.before(step))
    draft = _take(form, begun.draft, step)
    if form.errors:
        return _page(visit, step, begun.draft, form), 422
    stays = go == "add" or go.startswith("remove ")
    keep_draft(begun, draft if stays else draft.passed(step), current_vault())
    return _to_step(visit, step if stays else draft.after(step))


def _find_begun(visit: UUID, *, lock: bool = False) -> Begun | None:
    return find_begun(db.session, current_vault(), visit, by=current_principal().id, lock=lock)


def _to_step(visit: UUID, step: str) -> Any:
    return redirect(url_for(".show_step", visit=visit, step=step), 303)


def _take(form: Form, draft: Draft, step: str) -> Draft:
    if step == OUTCOME:
        outcome = form.choice("answer", VISIT_OUTCOMES)
        return draft if outcome is None else draft.met(outcome)
    if step == NEEDS:
        go, _, kind = form.value("go").partition(" ")
        return draft.without(kind) if go == "remove" else _take_need(form, draft)
    question = BY_CODE.get(step)
    return draft if question is None else draft.answered(question.code, _read(form, question))


def _read(form: Form, question: Question) -> Any:
    """Read an answer; none is a fault unless the question may be left open."""
    required = not question.optional
    if question.kind == "yes_no":
        said = form.choice("answer", ("yes", "no"), required=required)
        return None if said is None else said == "yes"
    if question.kind in {"count", "rupiah"}:
        return form.whole("answer", most=question.most, required=required)
    if question.kind == "choice":
        return form.choice("answer", question.choices, required=required)
    if question.kind == "choices":
        return form.choices("answer", question.choices) or None
    return form.text("answer", required=required, longest=question.most)


def _take_need(form: Form, draft: Draft) -> Draft:
    kinds = {code_of(category, item) for category, item in kinds_of_need()}
    kind = form.choice("kind", kinds, required=False)
    if kind is None:
        if form.value("quantity"):
            form.refuse("kind", gettext("Choose what is lacking, or leave the quantity empty."))
        elif form.value("go") == "add":
            form.refuse("kind", gettext("Choose what is lacking."))
        return draft
    quantity = form.whole("quantity", least=1)
    urgency = form.whole("urgency", least=1, most=5)
    if form.errors or quantity is None or urgency is None:
        return draft
    need = need_of(kind, quantity, urgency)
    if need in draft.needs:
        # The button was pressed twice.
        return draft
    if any(kind_of(other) == kind for other in draft.needs):
        form.refuse("kind", gettext("This need is in the list already."))
    if len(draft.needs) >= MOST_NEEDS:
        form.refuse("kind", gettext("These are as many needs as one visit can record."))
    return draft.lacking(need)


def _record(begun: Begun, form: Form) -> Any:
    visit = begun.row.visit_id
    try:
        record_draft(begun, by=current_principal().id)
    except DomainError as error:
        if error.status == 404:
            raise
        db.session.rollback()
        form.take(error)
        return _page(visit, CHECK, begun.draft, form), error.status
    return redirect(url_for(".show_visits", recorded=1), 303)


def _page(visit: UUID, step: str, draft: Draft, form: Form) -> str:
    household = find_household(db.session, find_visit(db.session, visit).household_id)
    page = render_template(
        "fieldwork/step.html",
        visit=visit,
        opened=open_household(db.session, current_vault(), household),
        step=step,
        draft=draft,
        form=form,
        question=BY_CODE.get(step),
        kinds=[(code_of(category, item), category, item) for category, item in kinds_of_need()],
        kind_of=kind_of,
        unanswered=unanswered(draft.outcome, draft.answers),
        words=words,
    )
    audit.record(db.session, "household.read", household.id, why="visit")
    db.session.commit()
    return page


def _filled(draft: Draft, step: str) -> Form:
    """Return a form that shows what was said at a step before."""
    said: Any = draft.outcome if step == OUTCOME else draft.answers.get(step)
    if isinstance(said, bool):
        said = "yes" if said else "no"
    return Form.of(answer=said, urgency=3)
