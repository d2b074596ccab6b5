"""Needs for officers: a list with filters, and one need with what covers it and why it is open."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from services.programs import words
from services.programs.alternatives.queries import why_open
from services.programs.alternatives.schemas import say_why_open
from services.programs.as_cash.operations import move_to_cash
from services.programs.casework.operations import close_need
from services.programs.casework.queries import find_cover, stands
from services.programs.database import db
from services.programs.needs.models import Need
from services.programs.needs.queries import find_need, list_needs
from services.programs.policy.queries import current_version
from services.programs.registry.queries import find_household
from services.programs.standing.queries import ranks_of
from shared import areas
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.errors import DomainError
from shared.vocabulary import NEED_CATEGORIES
from shared.web.forms import Form

pages = Blueprint("need_pages", __name__, url_prefix="/needs", template_folder="templates")

AT_ONCE = 25


@pages.get("")
@access.only(*OFFICERS)
def show_needs() -> str:
    """List the needs of the officer's area that fit the filters in the address."""
    form = Form.asked()
    status = form.choice("status", words.NEED_STANDINGS, required=False)
    area = form.choice("area", areas.subdistricts(), required=False)
    category = form.choice("category", NEED_CATEGORIES, required=False)
    rows = list_needs(area=area, category=category)
    if status is not None:
        rows = rows.where(stands(status))
    after = request.args.get("after", type=UUID)
    if after is not None:
        rows = rows.where(Need.id > after)
    found = db.session.scalars(rows.order_by(Need.id).limit(AT_ONCE + 1)).all()
    shown, more = found[:AT_ONCE], len(found) > AT_ONCE
    # Filters that are not set stay out of the address.
    here = partial(url_for, ".show_needs", status=status, area=area, category=category)
    return render_template(
        "casework/needs.html",
        needs=shown,
        ranks=_ranks([need.id for need in shown]),
        words=words,
        form=form,
        areas=[(area.code, area.name) for area in areas.subdistricts().values()],
        filtered=any((status, area, category)),
        next_url=here(after=shown[-1].id) if more else None,
        first_url=here() if after else None,
    )


@pages.get("/<uuid:need>")
@access.only("tksk", *OFFICERS)
def show_need(need: UUID) -> str:
    """Show one need; a TKSK tells its family at the door why it is open."""
    return _page(find_need(db.session, need), None)


@pages.post("/<uuid:need>/close")
@access.only("verifier")
def close(need: UUID) -> Any:
    """Close a need."""
    form = Form.submitted()
    reason = form.text("reason")
    if reason is None:
        return _page(find_need(db.session, need), form), 422
    try:
        close_need(need, reason, by=current_principal().id)
    except DomainError as error:
        db.session.rollback()
        form.take(error)
        return _page(find_need(db.session, need), form), error.status
    return redirect(url_for(".show_need", need=need), 303)


@pages.post("/<uuid:need>/as-cash")
@access.only("verifier")
def as_cash(need: UUID) -> Any:
    """Move what is open of a need in goods into rupiah."""
    try:
        moved = move_to_cash(need)
    except DomainError as error:
        db.session.rollback()
        form = Form.submitted()
        form.take(error)
        return _page(find_need(db.session, need), form), error.status
    return redirect(url_for(".show_need", need=moved.id), 303)


def _page(need: Need, form: Form | None) -> str:
    household, caller = find_household(db.session, need.household_id), current_principal()
    why, policy = why_open(db.session, need), current_version(db.session)
    return render_template(
        "casework/need.html",
        need=need,
        household=household,
        tier=policy.rules().tier_of(household.decile),
        policy_version=policy.version,
        words=words,
        rank=_ranks([need.id]).get(need.id),
        why=why,
        said=say_why_open(why) if why else (),
        cover=find_cover(db.session, [need.id]).get(need.id, ()),
        form=form,
        is_officer=caller.has(*OFFICERS),
        may_change=need.closed_at is None and caller.has("verifier"),
    )


def _ranks(needs: list[UUID]) -> dict[UUID, tuple[int, int]]:
    return ranks_of(db.session, needs, current_version(db.session).rules())
