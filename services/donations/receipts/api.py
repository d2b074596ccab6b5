"""Receipts as JSON resources."""

from typing import Any
from uuid import UUID

from services.donations.database import db
from services.donations.receipts import queries
from services.donations.receipts.models import Receipt
from services.donations.receipts.schemas import ReceiptQuery, ReceiptSchema
from shared.auth import access
from shared.auth.principal import OFFICERS
from shared.database import get_visible
from shared.http.lists import listing, page
from shared.http.resources import Blueprint

receipts = Blueprint(
    "receipts",
    __name__,
    url_prefix="/v1/receipts",
    description="What a donor gets once a delivery is confirmed.",
)


@receipts.route("", methods=["GET"])
@access.only("donor", *OFFICERS, scope="pledges:read")
@receipts.arguments(ReceiptQuery, location="query")
@receipts.response(200, listing(ReceiptSchema))
def list_receipts(query: dict[str, Any]) -> Any:
    """List receipts."""
    rows = queries.select_receipts(pledge=query["pledge"], allocation=query["allocation"])
    return page(db.session, rows, Receipt.id, query)


@receipts.route("/<uuid:receipt_id>", methods=["GET"])
@access.only("donor", *OFFICERS, scope="pledges:read")
@receipts.response(200, ReceiptSchema)
def show_receipt(receipt_id: UUID) -> Receipt:
    """Show one receipt."""
    return get_visible(db.session, Receipt, receipt_id)
