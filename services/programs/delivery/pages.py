"""Deliveries on the phone of the TKSK: what is to be handed over, to whom, and what became of it.

Whom it is for is shown at the door, so each look at a name leaves a line in the audit log.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from services.programs.audit import operations as audit
from services.programs.database import db
from services.programs.delivery.operations import HandingOver, record_delivery
from services.programs.delivery.queries import list_deliverable, list_deliveries
from services.programs.matching.models import Allocation
from services.programs.registry.models import Household
from services.programs.registry.queries import households, open_household, open_households
from services.programs.review.operations import note_told
from services.programs.review.queries import find_allocation
from services.programs.review.schemas import explain
from services.programs.vault import current_vault
from shared import clock
from shared.auth import access
from shared.auth.principal import current_principal
from shared.errors import DomainError
from shared.ids import new_id
from shared.vocabulary import DELIVERY_OUTCOMES
from shared.web.forms import Form

pages = Blueprint("delivery_pages", __name__, url_prefix="/deliveries", template_folder="templates")

AT_ONCE = 50


@pages.get("")
@access.only("tksk")
def show_deliveries() -> str:
    """List what is to be handed over in the sub-district, village by village, household by household."""
    skip = Form.asked().whole("skip", least=0, required=False) or 0
    found = db.session.scalars(list_deliverable().offset(skip).limit(AT_ONCE + 1)).all()
    shown = found[:AT_ONCE]
    ids = list(dict.fromkeys(delivery.household_id for delivery in shown))
    records = db.session.scalars(households().where(Household.id.in_(ids))).all()
    page = render_template(
        "delivery/deliveries.html",
        deliveries=shown,
        opened=open_households(db.session, current_vault(), list(records)),
        next_url=url_for(".show_deliveries", skip=skip + AT_ONCE) if len(found) > AT_ONCE else None,
        first_url=url_for(".show_deliveries") if skip else None,
        recorded=request.args.get("recorded") == "1",
    )
    audit.record_each(db.session, "household.read", ids, why="deliveries_to_make")
    db.session.commit()
    return page


@pages.get("/<uuid:allocation>")
@access.only("tksk")
def show_delivery(allocation: UUID) -> str:
    """Show one delivery: what, to whom, and the form for what happened."""
    return _page(find_allocation(db.session, allocation), None)


@pages.post("/<uuid:allocation>")
@access.only("tksk")
def record(allocation: UUID) -> Any:
    """Record what was handed over, or why it could not be."""
    form = Form.submitted()
    outcome = form.choice("outcome", DELIVERY_OUTCOMES)
    quantity = form.whole("quantity", least=1)
    reason = form.text("reason", required=outcome == "failed")
    if form.errors or outcome is None or quantity is None:
        return _page(find_allocation(db.session, allocation), form), 422
    said = HandingOver(
        allocation=allocation,
        # The form's own number: a button pressed twice records one delivery.
        client_id=str(form.submission() or new_id()),
        quantity=quantity,
        handed_over_at=clock.now(),
        outcome=outcome,
        reason=reason,
    )
    try:
        record_delivery(said, by=current_principal().id)
    except DomainError as error:
        db.session.rollback()
        form.take(error)
        return _page(find_allocation(db.session, allocation), form), error.status
    return redirect(url_for(".show_deliveries", recorded=1), 303)


@pages.post("/<uuid:allocation>/told")
@access.only("tksk")
def told(allocation: UUID) -> Any:
    """Note that the household knows what it will get."""
    note_told(allocation)
    return redirect(url_for(".show_delivery", allocation=allocation), 303)


def _page(allocation: Allocation, form: Form | None) -> str:
    household = db.session.get_one(Household, allocation.household_id)
    ready = allocation.contributed - allocation.delivered
    page = render_template(
        "delivery/delivery.html",
        allocation=allocation,
        need=allocation.need,
        ready=ready,
        household=open_household(db.session, current_vault(), household),
        reasons=explain(allocation),
        made=list_deliveries(db.session, allocation.id),
        form=form or Form.of(quantity=ready),
        may_record=allocation.is_live and ready > 0 and not allocation.is_stopped,
    )
    audit.record(db.session, "household.read", household.id, why="delivery")
    db.session.commit()
    return page
