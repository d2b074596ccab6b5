"""Writing receipts."""

from services.donations.fulfilment.models import Allocation
from services.donations.receipts.models import Receipt
from shared.events.programs import DeliveryConfirmed


def receipt_of(allocation: Allocation, confirmed: DeliveryConfirmed) -> Receipt:
    """Return the row of the receipt for what a delivery handed over of an allocation."""
    return Receipt(
        stakeholder_id=allocation.stakeholder_id,
        pledge_id=allocation.pledge_id,
        allocation_id=allocation.id,
        delivery=confirmed.delivery,
        quantity=confirmed.quantity,
        unit=allocation.unit,
        item=allocation.item,
        category=allocation.category,
        desa=confirmed.desa,
        day=confirmed.day,
    )
