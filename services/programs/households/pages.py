"""The list of households for officers."""

from functools import partial
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from services.programs.database import db
from services.programs.registry.models import Household
from services.programs.registry.queries import households
from services.programs.verification.queries import count_households, to_assign, to_decide
from shared import areas
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.vocabulary import HOUSEHOLD_STATUSES
from shared.web.forms import Form

pages = Blueprint("household_pages", __name__, url_prefix="/households", template_folder="templates")

AT_ONCE = 25
WAITING = {"visit": to_assign, "decision": to_decide}


@pages.get("")
@access.only(*OFFICERS)
def show_households() -> str:
    """List the households of the officer's area that fit the filters in the address."""
    form = Form.asked()
    status = form.choice("status", HOUSEHOLD_STATUSES, required=False)
    area = form.choice("area", areas.subdistricts().keys() | areas.villages().keys(), required=False)
    waiting = form.choice("waiting", WAITING, required=False)
    held = True if form.ticked("held") else None
    rows = households(desa=area, status=status, held=held)
    if waiting is not None:
        rows = rows.where(Household.id.in_(WAITING[waiting]().with_only_columns(Household.id)))
    total = count_households(db.session, rows)
    after = request.args.get("after", type=UUID)
    if after is not None:
        rows = rows.where(Household.id > after)
    found = db.session.scalars(rows.order_by(Household.id).limit(AT_ONCE + 1)).all()
    shown, more = found[:AT_ONCE], len(found) > AT_ONCE
    here = partial(
        url_for, ".show_households", status=status, area=area, waiting=waiting, held=1 if held else None
    )
    return render_template(
        "households/households.html",
        households=shown,
        total=total,
        form=form,
        areas=[(one.code, one.name) for one in areas.subdistricts().values()],
        filtered=any((status, area, waiting, held)),
        waiting=waiting,
        may_assign=current_principal().has("verifier"),
        next_url=here(after=shown[-1].id) if more else None,
        first_url=here() if after else None,
    )
