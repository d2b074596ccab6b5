"""My pledges: all of them, and one with all that became of it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from services.donations.board.queries import why_it_waits
from services.donations.database import db
from services.donations.endings.operations import withdraw_pledge as withdraw
from services.donations.fulfilment.models import Allocation
from services.donations.fulfilment.queries import find_waiting, select_allocations
from services.donations.pledges import queries
from services.donations.pledges.operations import amend_pledge as amend
from services.donations.receipts.models import Receipt
from services.donations.receipts.queries import select_receipts
from services.donations.timeline.models import TimelineEntry
from services.donations.timeline.pages import moments, why_in_words
from services.donations.timeline.queries import select_timeline
from shared import clock
from shared.auth import access
from shared.errors import DomainError
from shared.vocabulary import PLEDGE_STATUSES
from shared.web.forms import Form

pages = Blueprint("my_pledges", __name__, url_prefix="/pledges", template_folder="../templates")

_ON_A_PAGE = 20
_NEWEST_SHOWN = 100


@pages.get("")
@access.only("donor")
def list_pledges() -> str:
    """Show the organisation's pledges, the newest first."""
    form = Form.asked()
    status = form.choice("status", PLEDGE_STATUSES, required=False)
    before = request.args.get("before", type=UUID)
    found = queries.find_latest_pledges(status=status, before=before, limit=_ON_A_PAGE + 1)
    shown = found[:_ON_A_PAGE]
    older = url_for(".list_pledges", status=status, before=shown[-1].id) if len(found) > _ON_A_PAGE else None
    return render_template(
        "donations/pledges.html",
        form=form,
        pledges=shown,
        waiting=find_waiting([pledge.id for pledge in shown]),
        next_url=older,
        first_url=url_for(".list_pledges", status=status) if before else None,
        as_of=clock.now(),
    )


@pages.get("/<uuid:pledge_id>")
@access.only("donor")
def show_pledge(pledge_id: UUID) -> str:
    """Show a pledge: its balance, what it is set aside for, its receipts and its timeline."""
    return _render(pledge_id, None)


@pages.post("/<uuid:pledge_id>/amend")
@access.only("donor")
def amend_pledge(pledge_id: UUID) -> Any:
    """Change the amount and the last day."""
    form = Form.submitted()
    pledge = queries.lock_pledge(pledge_id)
    changes = {
        "quantity": form.whole("quantity", least=pledge.balance.committed or 1),
        "expires_on": form.day("expires_on", required=False),
    }
    if form.value("version") != str(pledge.version):
        form.fault = gettext("Somebody else changed this pledge meanwhile. This is what it is now.")
    if not form.faults():
        try:
            amend(pledge, changes)
        except DomainError as error:
            form.take(error)
    if form.faults():
        return _render(pledge_id, form), 422
    flash(gettext("The pledge is changed."))
    return redirect(url_for(".show_pledge", pledge_id=pledge_id), 303)


@pages.post("/<uuid:pledge_id>/withdraw")
@access.only("donor")
def withdraw_pledge(pledge_id: UUID) -> Any:
    """Withdraw a pledge, as the person has confirmed."""
    withdraw(pledge_id)
    flash(gettext("The pledge is withdrawn. What was paid already stays with its household."))
    return redirect(url_for(".show_pledge", pledge_id=pledge_id), 303)


def _render(pledge_id: UUID, form: Form | None) -> str:
    pledge = queries.get_pledge(pledge_id)
    allocations = db.session.scalars(
        select_allocations(pledge=pledge_id)
        .where(Allocation.status != "refused")
        .order_by((Allocation.quantity > Allocation.released).desc(), Allocation.arrival.desc())
        .limit(_NEWEST_SHOWN)
    ).all()
    receipts = db.session.scalars(
        select_receipts(pledge=pledge_id).order_by(Receipt.id.desc()).limit(_NEWEST_SHOWN)
    ).all()
    entries = db.session.scalars(
        select_timeline(pledge_id).order_by(TimelineEntry.id.desc()).limit(_NEWEST_SHOWN)
    ).all()
    return render_template(
        "donations/pledge.html",
        pledge=pledge,
        waiting=find_waiting([pledge_id]),
        why=why_it_waits(pledge),
        form=form or Form.of(quantity=pledge.quantity, expires_on=pledge.expires_on),
        amending=form is not None,
        allocations=allocations,
        receipts=receipts,
        moments=moments(entries),
        why_in_words=why_in_words,
        as_of=clock.now(),
    )
