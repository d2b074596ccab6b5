"""What always holds of the match, and where it does not: `helix matching audit`.

The sums are kept by each change; here they are counted anew from the allocations, and each market is matched anew.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import text

from services.programs.checks.domain import NOT_OVERDRAWN, WHOLE, Invariant, MarketState, at_rest, not_at_rest
from services.programs.in_play.domain import Terms
from services.programs.in_play.queries import find_need_states, find_pledge_states
from services.programs.matching.queries import find_received
from services.programs.policy.queries import current_version
from services.programs.replaying.queries import compare_promises, look_at_chain, replay_all
from shared import checks, clock
from shared.database import AnySession
from shared.vocabulary import ZAKAT_DECILE

# By what always holds: each finds the ids of rows for which its sentence is true. None may ever be.
_NEVER: Mapping[str, Mapping[str, str]] = {
    "Each need has what its allocations hold, and each delivery is counted once": {
        "the need is covered by other than its allocations hold": """
        SELECT id FROM need WHERE covered <> (
            SELECT coalesce(sum(holding), 0) FROM allocation WHERE need_id = need.id)
    """,
        "the need has other than its deliveries delivered": """
        SELECT id FROM need WHERE delivered <> (
            SELECT coalesce(sum(delivered), 0) FROM allocation WHERE need_id = need.id)
    """,
        "the allocation delivered other than was handed over": """
        SELECT id FROM allocation WHERE delivered <> (
            SELECT coalesce(sum(quantity), 0) FROM delivery
            WHERE allocation_id = allocation.id AND outcome = 'delivered')
    """,
    },
    "Used is of each pledge what its allocations hold": {
        "the pledge has used other than its allocations hold": """
        SELECT id FROM pledge WHERE used <> (
            SELECT coalesce(sum(holding), 0) FROM allocation WHERE pledge_id = pledge.id)
    """,
    },
    "Every allocation is of a pledge whose rule admits it, for a household that may have it": {
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
    },
    "Nothing is proposed that is less than its pledge gives at least": {
        "less was proposed than the pledge, as it was then and is now, gives at least": """
        SELECT allocation.id FROM allocation JOIN pledge ON pledge.id = allocation.pledge_id
        JOIN allocation_entry ON allocation_entry.allocation_id = allocation.id AND step = 'proposed'
        WHERE allocation.pledge_version = pledge.version AND allocation_entry.quantity < pledge.minimum_grant
    """,
    },
    "What a household has and was told of is promised to it": {
        "the need promises less than its household was told of": """
        SELECT id FROM need WHERE promised < (
            SELECT coalesce(sum(holding), 0) FROM allocation WHERE need_id = need.id AND told_at IS NOT NULL)
    """,
    },
    "Every allocation is of the household of its need": {
        "the allocation is of another household than its need": """
        SELECT allocation.id FROM allocation JOIN need ON need.id = allocation.need_id
        WHERE allocation.household_id <> need.household_id
    """,
    },
    "What is held does not go on": {
        "the allocation goes on although its household is held": """
        SELECT allocation.id FROM allocation JOIN household ON household.id = allocation.household_id
        WHERE household.held AND allocation.status IN ('proposed', 'reserved', 'contributed')
    """,
    },
    "What is paid, held by a person, or approved by one whose word its amount needs is not moved": {
        "the allocation was given to another although it was paid, held, or approved as its amount needs": """
            SELECT id FROM allocation WHERE ended_reason IN ('rerouted', 'displaced') AND (approvals > 0 OR held
                OR EXISTS (SELECT FROM allocation_entry WHERE allocation_id = allocation.id AND step = 'paid'))
        """,
    },
}

# A part alone is given back at once, unless something of it is paid or a person stops it.
_INCOMPLETE = text("""
    SELECT id FROM need WHERE indivisible AND closed_at IS NULL AND covered BETWEEN 1 AND quantity - 1
    AND NOT EXISTS (SELECT FROM allocation WHERE need_id = need.id
        AND (contributed > 0 OR (stage IN ('proposed', 'reserved') AND (held OR household_held))))
""")
# What donations has not answered it may still refuse.
_OVERDRAWN = text("""
    SELECT id FROM pledge WHERE status = 'open' AND used > quantity + (
        SELECT coalesce(sum(quantity), 0) FROM allocation WHERE pledge_id = pledge.id AND stage = 'proposed')
""")
# A note for a later day waits from the beginning of that day on; the version before notes no `unfinished_since`.
_WAITING = text("""
    SELECT market, min(since) AS since, min(since) < clock_timestamp() - :soon AS is_late
    FROM (
        SELECT market, greatest(noted_at, CAST(due_on AS timestamp) AT TIME ZONE :zone) AS since
        FROM market_change WHERE due_on <= :today
        UNION ALL
        SELECT market, coalesce(unfinished_since, settled_at) FROM market_keeper WHERE unfinished
    ) AS waiting
    GROUP BY market ORDER BY market
""")
# So long a market may wait for its turn in a busy hour.
_SOON = timedelta(minutes=1)
_MARKETS = text("SELECT DISTINCT market FROM pledge WHERE status = 'open' ORDER BY market")


def find_breaches(session: AnySession) -> list[str]:
    """Return what is wrong even while markets wait to be settled."""
    together = {sentence: statement for never in _NEVER.values() for sentence, statement in never.items()}
    by_the_log = replay_all(session).differences + compare_promises(session)
    return checks.find_breaches(session, together) + by_the_log


def find_faults(session: AnySession) -> list[str]:
    """Return what is wrong, in sentences with the ids of the rows; nothing where all is well."""
    return [fault for invariant in audit(session) for fault in invariant.faults]


def audit(session: AnySession) -> list[Invariant]:
    """Return all that always holds, each with where it does not.

    What holds only of a market at rest is not looked at while something waits to be settled, and says so.
    """
    found = [Invariant(says, checks.find_breaches(session, never)) for says, never in _NEVER.items()]
    found += [
        Invariant("Every allocation is as the log of decisions says", replay_all(session).differences),
        Invariant("Each need promises the most that its household was told of", compare_promises(session)),
    ]
    today = clock.today()
    given = {"today": today, "zone": clock.LOCAL_ZONE.key, "soon": _SOON}
    waiting = session.execute(_WAITING, given).all()
    late = [
        f"{each.market}: it waits since {each.since:%Y-%m-%d %H:%M %Z}." for each in waiting if each.is_late
    ]
    found.append(Invariant("No market waits for more than a minute to be settled", late))
    if waiting:
        return found + not_at_rest([each.market for each in waiting])
    whole = [f"{need}: a part of what only a whole covers is kept." for need in session.scalars(_INCOMPLETE)]
    over = [f"{pledge}: more of the pledge is used than there is." for pledge in session.scalars(_OVERDRAWN)]
    found += [Invariant(WHOLE, whole), Invariant(NOT_OVERDRAWN, over)]
    terms = Terms(current_version(session).rules(), today)
    markets = (_market(session, market, terms) for market in session.scalars(_MARKETS).all())
    return found + at_rest(markets)


def audit_log(session: AnySession, key: bytes) -> Invariant:
    """Return that the log is as it was sealed, and where it is not."""
    broken = look_at_chain(session, key).broken
    faults = [] if broken is None else [f"seal {broken}: it does not hold, or lines of it are missing."]
    return Invariant("The log of decisions is as it was sealed", faults)


def _market(session: AnySession, market: str, terms: Terms) -> MarketState:
    needs, pledges = find_need_states(session, market, terms), find_pledge_states(session, market, terms)
    limited = terms.policy.household_cap_idr is not None
    households = {need.household for need in needs.values()} if limited else ()
    received = Counter(find_received(session, households)) if limited else {}
    return MarketState(terms, needs, pledges, received)
