"""Receipts, to read and to print."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from services.donations.database import db
from services.donations.pledges.queries import get_pledge
from services.donations.receipts.models import Receipt
from services.donations.receipts.queries import select_receipts
from services.donations.stakeholders.queries import get_stakeholder
from shared import clock
from shared.auth import access
from shared.database import get_visible

pages = Blueprint("my_receipts", __name__, url_prefix="/receipts", template_folder="../templates")

_ON_A_PAGE = 50


@pages.get("")
@access.only("donor")
def list_receipts() -> str:
    """Show the organisation's receipts, the newest first."""
    rows = select_receipts().order_by(Receipt.id.desc()).limit(_ON_A_PAGE + 1)
    before = request.args.get("before", type=UUID)
    found = db.session.scalars(rows if before is None else rows.where(Receipt.id < before)).all()
    shown = found[:_ON_A_PAGE]
    return render_template(
        "donations/receipts.html",
        receipts=shown,
        next_url=url_for(".list_receipts", before=shown[-1].id) if len(found) > _ON_A_PAGE else None,
        first_url=url_for(".list_receipts") if before else None,
        as_of=clock.now(),
    )


@pages.get("/<uuid:receipt_id>")
@access.only("donor")
def show_receipt(receipt_id: UUID) -> str:
    """Show one receipt, ready for printing."""
    receipt = get_visible(db.session, Receipt, receipt_id)
    return render_template(
        "donations/receipt.html",
        receipt=receipt,
        pledge=get_pledge(receipt.pledge_id),
        stakeholder=get_stakeholder(receipt.stakeholder_id),
    )
