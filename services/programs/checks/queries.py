"""Looking for anything that must never be: `helix programs check-match`.

The sums are kept by each change; here they are counted anew from the allocations.
"""

from collections.abc import Mapping

from sqlalchemy import text

from services.programs.allocating.domain import Mind
from services.programs.policy.queries import current_version
from services.programs.proposing.queries import find_need_states, find_pledge_states
from shared import checks, clock
from shared.database import AnySession
from shared.vocabulary import ZAKAT_DECILE

# Each finds the ids of rows for which its sentence is true. None may ever be.
_NEVER: Mapping[str, str] = {
    "the need is covered by other than its allocations hold": """
        SELECT id FROM need WHERE covered <> (
            SELECT coalesce(sum(holding), 0) FROM allocation WHERE need_id = need.id)
    """,
    "the need has other than its deliveries delivered": """
        SELECT id FROM need WHERE delivered <> (
            SELECT coalesce(sum(delivered), 0) FROM allocation WHERE need_id = need.id)
    """,
    "the pledge has used other than its allocations hold": """
        SELECT id FROM pledge WHERE used <> (
            SELECT coalesce(sum(holding), 0) FROM allocation WHERE pledge_id = pledge.id)
    """,
    "the allocation delivered other than was handed over": """
        SELECT id FROM allocation WHERE delivered <> (
            SELECT coalesce(sum(quantity), 0) FROM delivery
            WHERE allocation_id = allocation.id AND outcome = 'delivered')
    """,
    "the allocation goes on although its household is held": """
        SELECT allocation.id FROM allocation JOIN household ON household.id = allocation.household_id
        WHERE household.held AND allocation.status IN ('proposed', 'reserved', 'contributed')
    """,
    "the allocation is unpaid and its household not verified": """
        SELECT allocation.id FROM allocation JOIN household ON household.id = allocation.household_id
        WHERE household.status <> 'verified' AND allocation.contributed <= allocation.delivered
        AND allocation.status IN ('proposed', 'reserved', 'held')
    """,
    "the allocation is unpaid and its pledge's rule does not admit it": f"""
        SELECT allocation.id FROM allocation JOIN household ON household.id = allocation.household_id
        JOIN need ON need.id = allocation.need_id JOIN pledge ON pledge.id = allocation.pledge_id
        WHERE allocation.stage IN ('proposed', 'reserved') AND NOT household.held
        AND allocation.contributed <= allocation.delivered AND NOT (
            (pledge.areas = '{{}}' OR pledge.areas::text[] && ARRAY[
                left(household.desa, 5), left(household.desa, 8), household.desa]::text[])
            AND (pledge.categories = '{{}}' OR need.category = ANY(pledge.categories))
            AND (pledge.attributes = '{{}}' OR pledge.attributes && household.attributes)
            AND (pledge.max_decile IS NULL OR household.decile <= pledge.max_decile)
            AND (NOT pledge.zakat OR household.decile = {ZAKAT_DECILE}))
    """,  # noqa: S608 - a constant of our own
    "the allocation is zakat and was made for whom it is not": f"""
        SELECT allocation.id FROM allocation JOIN pledge ON pledge.id = allocation.pledge_id
        WHERE pledge.zakat AND allocation.pledge_version = pledge.version
        AND (allocation.reasons ->> 'decile')::int <> {ZAKAT_DECILE}
    """,  # noqa: S608 - a constant of our own
}

# A part alone is given back at once, unless something of it is paid or a person stops it.
_INCOMPLETE = text("""
    SELECT id FROM need WHERE indivisible AND closed_at IS NULL AND covered BETWEEN 1 AND quantity - 1
    AND NOT EXISTS (SELECT FROM allocation WHERE need_id = need.id
        AND (contributed > 0 OR (stage IN ('proposed', 'reserved') AND (held OR household_held))))
""")
_PENDING = text("""
    SELECT EXISTS (SELECT FROM market_change WHERE due_on <= :today)
        OR EXISTS (SELECT FROM market_keeper WHERE unfinished)
""")
_MARKETS = text("SELECT DISTINCT market FROM pledge WHERE status = 'open'")


def find_faults(session: AnySession) -> list[str]:
    """Return what is wrong, in sentences with the ids of the rows; nothing where all is well."""
    return find_breaches(session) + _unsettled(session)


def find_breaches(session: AnySession) -> list[str]:
    """Return what is wrong even while markets wait to be settled."""
    return checks.find_breaches(session, _NEVER)


def _unsettled(session: AnySession) -> list[str]:
    """Return the open needs that are not as the match would leave them, although nothing waits to be settled."""
    today = clock.today()
    if session.scalar(_PENDING, {"today": today}):
        return []
    policy = current_version(session).rules()
    found = [f"{need}: a part of what only a whole covers is kept." for need in session.scalars(_INCOMPLETE)]
    for market in session.scalars(_MARKETS).all():
        needs = find_need_states(session, market, today)
        pledges = find_pledge_states(session, market, today)
        # Which of several matches there is depends on what came first where pledges give so much at least.
        if any(pledge.minimum_grant > 1 for pledge in pledges.values()):
            continue
        anew = Mind(policy, today, needs, pledges)
        found.extend(
            f"{wanted.need.id}: the need has {sum(wanted.need.parts.values())}, and should have"
            f" {sum(wanted.parts.values())}, of what the match may give to it."
            for wanted in anew.following(len(needs))
        )
    return found
