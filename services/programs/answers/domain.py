"""What donations tells of a pledge, as our copy of it keeps it."""

from typing import Any

from shared.catalogue import market
from shared.events.donations import PledgeAmended, PledgeExpired, PledgeOpened, PledgeWithdrawn

ToldPledge = PledgeOpened | PledgeAmended | PledgeWithdrawn | PledgeExpired

_STATUS: dict[type, str] = {PledgeWithdrawn: "withdrawn", PledgeExpired: "expired"}


def columns_of(told: ToldPledge) -> dict[str, Any]:
    """Return the columns of our copy of a pledge that an event states anew."""
    rules = told.restrictions
    return {
        "version": told.version,
        "status": _STATUS.get(type(told), "open"),
        "stakeholder": told.stakeholder,
        "stakeholder_kind": told.stakeholder_kind,
        "kind": told.resource.kind,
        "item": told.resource.item,
        "unit": told.resource.unit,
        "market": market(told.resource.item, told.resource.unit),
        "quantity": told.quantity,
        "fund": told.fund,
        "zakat": told.zakat,
        "strategy": told.strategy,
        "areas": list(rules.areas),
        "categories": list(rules.categories),
        "attributes": list(rules.attributes),
        "max_decile": rules.max_decile,
        "cap_per_household": rules.cap_per_household,
        "minimum_grant": rules.minimum_grant,
        "opens_on": told.opens_on,
        "expires_on": told.expires_on,
        # A changed pledge deserves a fresh try.
        "withheld": 0,
        "blocked_by": None,
        "blocked_until": None,
    }
