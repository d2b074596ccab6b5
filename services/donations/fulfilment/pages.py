"""One allocation: where it goes and why, and the form by which the donor says that it is paid."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from services.donations.contributions.models import Contribution
from services.donations.contributions.operations import make_contribution
from services.donations.contributions.queries import select_contributions
from services.donations.database import db
from services.donations.fulfilment.models import Allocation
from services.donations.fulfilment.queries import get_allocation
from services.donations.pledges.queries import get_pledge
from services.donations.timeline.pages import why_in_words
from shared import clock
from shared.auth import access
from shared.errors import DomainError
from shared.web.forms import Form

pages = Blueprint("my_allocations", __name__, url_prefix="/allocations", template_folder="../templates")


@pages.get("/<uuid:allocation_id>")
@access.only("donor")
def show_allocation(allocation_id: UUID) -> str:
    """Show an allocation, and what is open of it."""
    found = get_allocation(allocation_id)
    return _render(found, Form.of(quantity=found.open or None, paid_on=clock.today()))


@pages.post("/<uuid:allocation_id>/pay")
@access.only("donor")
def pay_allocation(allocation_id: UUID) -> Any:
    """Record what was paid or handed over. The same form sent twice is one contribution."""
    form, found = Form.submitted(), get_allocation(allocation_id)
    given: dict[str, Any] = {
        "quantity": form.whole("quantity", least=1),
        "paid_on": form.day("paid_on"),
        "reference": form.text("reference", longest=200),
    }
    if form.errors:
        return _render(found, form), 422
    try:
        make_contribution(allocation=allocation_id, submission=form.submission(), **given)
    except DomainError as error:
        form.take(error)
        return _render(get_allocation(allocation_id, fresh=True), form), error.status
    flash(gettext("Recorded. You get a receipt once the delivery is confirmed at the door."))
    return redirect(url_for("my_pledges.show_pledge", pledge_id=found.pledge_id), 303)


def _render(allocation: Allocation, form: Form) -> str:
    paid = db.session.scalars(select_contributions(allocation=allocation.id).order_by(Contribution.id)).all()
    return render_template(
        "donations/allocation.html",
        allocation=allocation,
        pledge=get_pledge(allocation.pledge_id),
        contributions=paid,
        form=form,
        why_in_words=why_in_words,
        today=clock.today(),
        as_of=clock.now(),
    )
