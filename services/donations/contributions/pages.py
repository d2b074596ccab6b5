"""One allocation: where it goes and why; and how the donor says that it, or all that waits, is paid."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext

from services.donations.contributions.models import Contribution
from services.donations.contributions.operations import Payment, make_contribution, pay_all
from services.donations.contributions.queries import select_contributions
from services.donations.database import db
from services.donations.fulfilment.models import Allocation
from services.donations.fulfilment.queries import find_payable, get_allocation
from services.donations.fulfilment.schemas import say_reasons
from services.donations.pledges.models import Pledge
from services.donations.pledges.queries import get_pledge
from services.donations.timeline.pages import why_in_words
from shared import clock
from shared.auth import access
from shared.errors import DomainError
from shared.web.forms import Form

pages = Blueprint("my_allocations", __name__, template_folder="../templates")


@pages.get("/allocations/<uuid:allocation_id>")
@access.only("donor")
def show_allocation(allocation_id: UUID) -> str:
    """Show an allocation, and what is open of it."""
    found = get_allocation(allocation_id)
    return _render(found, Form.of(quantity=found.open or None, paid_on=clock.today()))


@pages.post("/allocations/<uuid:allocation_id>/pay")
@access.only("donor")
def pay_allocation(allocation_id: UUID) -> Any:
    """Record what was paid or handed over. The same form sent twice is one contribution."""
    form, found = Form.submitted(), get_allocation(allocation_id)
    quantity, payment = form.whole("quantity", least=1), _read_payment(form)
    if quantity is None or payment is None:
        return _render(found, form), 422
    try:
        make_contribution(allocation=allocation_id, quantity=quantity, payment=payment)
    except DomainError as error:
        form.take(error)
        return _render(get_allocation(allocation_id, fresh=True), form), error.status
    flash(gettext("Recorded. You get a receipt once the delivery is confirmed at the door."))
    return redirect(url_for("my_pledges.show_pledge", pledge_id=found.pledge_id), 303)


@pages.get("/pledges/<uuid:pledge_id>/pay")
@access.only("donor")
def show_waiting(pledge_id: UUID) -> str:
    """Show all of a pledge that waits to be paid, with one form for it."""
    return _render_waiting(get_pledge(pledge_id), Form.of(paid_on=clock.today()))


@pages.post("/pledges/<uuid:pledge_id>/pay")
@access.only("donor")
def pay_waiting(pledge_id: UUID) -> Any:
    """Record that all that waits was paid at once. The same form sent twice is one payment."""
    form, pledge = Form.submitted(), get_pledge(pledge_id)
    quantity, payment = form.whole("quantity"), _read_payment(form)
    if quantity is None or payment is None:
        return _render_waiting(pledge, form), 422
    try:
        pay_all(pledge_id, quantity, payment)
    except DomainError as error:
        form.take(error)
        return _render_waiting(pledge, form), error.status
    flash(gettext("Recorded. You get a receipt for each delivery that is confirmed at the door."))
    return redirect(url_for("my_pledges.show_pledge", pledge_id=pledge_id), 303)


def _read_payment(form: Form) -> Payment | None:
    paid_on, reference = form.day("paid_on"), form.text("reference", longest=200)
    if paid_on is None or reference is None:
        return None
    return Payment(paid_on, reference, form.submission())


def _render_waiting(pledge: Pledge, form: Form) -> str:
    payable = find_payable(pledge=pledge.id, fresh=True)
    return render_template(
        "donations/pay.html",
        pledge=pledge,
        payable=payable,
        quantity=sum(allocation.open for allocation in payable),
        form=form,
        as_of=clock.now(),
    )


def _render(allocation: Allocation, form: Form) -> str:
    settings = current_app.config["HELIX"]
    paid = db.session.scalars(select_contributions(allocation=allocation.id).order_by(Contribution.id)).all()
    return render_template(
        "donations/allocation.html",
        allocation=allocation,
        pledge=get_pledge(allocation.pledge_id),
        contributions=paid,
        form=form,
        reasons=say_reasons(allocation),
        policy_url=f"{settings.programs_url}/policy/versions/{allocation.policy_version}",
        why_in_words=why_in_words,
        today=clock.today(),
        as_of=clock.now(),
    )
