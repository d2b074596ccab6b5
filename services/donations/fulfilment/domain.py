"""Rules of fulfilment: how far an allocation has come, and what may still be done with it."""

from dataclasses import dataclass

from shared.errors import Conflict, Fault

STANDINGS = ("payable", "awaiting_approval", "held")
OUTCOMES = ("refused", "vetoed", "failed", "released")


@dataclass(frozen=True, slots=True)
class Amounts:
    """How far an allocation has come. `released` is what went back to the pledge."""

    quantity: int
    contributed: int
    delivered: int
    released: int

    @property
    def live(self) -> int:
        """Return what is still meant for the household, delivered or not."""
        return self.quantity - self.released

    @property
    def unpaid(self) -> int:
        """Return what may still be paid or handed over by the donor."""
        return self.live - max(self.contributed, self.delivered)

    @property
    def undelivered(self) -> int:
        """Return what is set aside and has not reached the household."""
        return self.live - self.delivered


def status_of(amounts: Amounts, standing: str, outcome: str | None) -> str:
    """Return how far all that is kept of an allocation has come: `shared.vocabulary.AllocationStatus`."""
    if amounts.live == 0:
        return outcome or "released"
    if amounts.delivered == amounts.live:
        return "delivered"
    if standing == "held":
        return "held"
    return "contributed" if amounts.unpaid == 0 else "reserved"


def outcome_of(why: str) -> str:
    """Return what an allocation that was given back for a reason has come to."""
    return why if why in {"vetoed", "failed"} else "released"


def require_payable(amounts: Amounts, standing: str, quantity: int) -> None:
    """Refuse a contribution that is not awaited, or larger than what is open."""
    if amounts.live == 0:
        raise Conflict("allocation_over", "This allocation is over; nothing is awaited.", extra={"open": 0})
    if standing == "awaiting_approval":
        raise Conflict("awaiting_approval", "An officer has to approve this allocation before it is paid.")
    if standing == "held":
        raise Conflict("held", "This allocation is on hold; do not pay until it is approved.")
    if quantity > amounts.unpaid:
        raise Conflict(
            "more_than_open",
            "That is more than what is still open.",
            errors=[Fault("/quantity", "At most %(most)s is still open.", most=amounts.unpaid)],
            extra={"open": amounts.unpaid},
        )
