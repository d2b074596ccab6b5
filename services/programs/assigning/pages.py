"""Asking for visits, several at once, for officers."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import Select, tuple_

from services.programs.database import db
from services.programs.registry.models import Household
from services.programs.registry.queries import households
from services.programs.verification.queries import count_households, to_assign
from services.programs.visits.operations import assign_visits
from shared import areas
from shared.auth import access
from shared.auth.principal import current_principal
from shared.errors import DomainError
from shared.web.formats import whole
from shared.web.forms import Form

pages = Blueprint("assigning", __name__, url_prefix="/visits/to-assign", template_folder="templates")

AT_ONCE = 50


@pages.get("")
@access.only("verifier")
def show_waiting() -> str:
    """List the households that wait for a visit, the most vulnerable first."""
    return _page(None)


@pages.post("")
@access.only("verifier")
def assign() -> Any:
    """Ask for visits of the chosen households."""
    form = Form.submitted()
    chosen = [found for typed in form.chosen("household") if (found := _identity(typed)) is not None]
    if not chosen:
        form.refuse("household", gettext("Choose at least one household."))
    due_on = form.day("due_on", required=False)
    if form.errors:
        return _page(form), 422
    try:
        number = assign_visits(chosen[:AT_ONCE], due_on=due_on, by=current_principal().id)
    except DomainError as error:
        db.session.rollback()
        form.take(error)
        return _page(form), error.status
    done = ngettext(
        "%(number)s visit is asked for.", "%(number)s visits are asked for.", number, number=whole(number)
    )
    flash(done, "good")
    return redirect(url_for(".show_waiting", area=request.args.get("area")), 303)


def _identity(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


def _page(form: Form | None) -> str:
    asked = Form.asked()
    area = asked.choice("area", areas.subdistricts(), required=False)
    waiting = to_assign()
    if area is not None:
        waiting = waiting.where(Household.id.in_(households(desa=area).with_only_columns(Household.id)))
    after = request.args.get("after", type=UUID)
    ordered = _behind(waiting, after).order_by(Household.decile, Household.score.desc(), Household.id)
    found = db.session.scalars(ordered.limit(AT_ONCE + 1)).all()
    shown = found[:AT_ONCE]
    here = partial(url_for, ".show_waiting", area=area)
    return render_template(
        "assigning/waiting.html",
        households=shown,
        total=count_households(db.session, waiting),
        filter=asked,
        area=area,
        areas=[(one.code, one.name) for one in areas.subdistricts().values()],
        form=form,
        next_url=here(after=shown[-1].id) if len(found) > AT_ONCE else None,
        first_url=here() if after else None,
    )


def _behind(waiting: Select[Household], after: UUID | None) -> Select[Household]:
    """Return what comes behind a household in the order of the list; all of it where there is no such one."""
    last = (
        None if after is None else db.session.scalars(households().where(Household.id == after)).one_or_none()
    )
    if last is None:
        return waiting
    place = tuple_(Household.decile, -Household.score, Household.id)
    return waiting.where(place > tuple_(last.decile, -last.score, last.id))
