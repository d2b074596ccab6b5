"""Looking for anything that must never be: `helix donations check-balances`.

The balances are kept by each change; here they are counted anew from allocations, contributions and receipts.
"""

from collections.abc import Mapping

from shared.checks import find_breaches
from shared.database import AnySession
from shared.vocabulary import ZAKAT_DECILE

# Each finds the ids of rows for which its sentence is true. None may ever be.
_NEVER: Mapping[str, str] = {
    "the pledge promises other than it has": """
        SELECT id FROM pledge WHERE reserved + delivered + in_hand > quantity OR contributed > quantity
    """,
    "the pledge has reserved other than its allocations keep and have not delivered": """
        SELECT id FROM pledge WHERE reserved <> (
            SELECT coalesce(sum(quantity - released - delivered), 0) FROM allocation WHERE pledge_id = pledge.id)
    """,
    "the pledge has delivered other than its allocations": """
        SELECT id FROM pledge WHERE delivered <> (
            SELECT coalesce(sum(delivered), 0) FROM allocation WHERE pledge_id = pledge.id)
    """,
    "the pledge is paid other than its donor paid": """
        SELECT id FROM pledge WHERE contributed <> (
            SELECT coalesce(sum(quantity), 0) FROM contribution
            WHERE pledge_id = pledge.id AND NOT carried_over)
    """,
    "what is paid of the pledge is neither with its allocations nor in hand": """
        SELECT id FROM pledge WHERE contributed - in_hand <> (
            SELECT coalesce(sum(contributed + earmarked), 0) FROM allocation WHERE pledge_id = pledge.id)
    """,
    "the pledge has ended and keeps what nobody paid": """
        SELECT pledge.id FROM pledge JOIN allocation ON allocation.pledge_id = pledge.id
        WHERE ended IS NOT NULL AND allocation.quantity - allocation.released
            > greatest(allocation.contributed, allocation.delivered)
    """,
    "the allocation is paid other than its contributions that were not given back": """
        SELECT id FROM allocation WHERE contributed <> (
            SELECT coalesce(sum(quantity - released), 0) FROM contribution WHERE allocation_id = allocation.id)
    """,
    "the allocation delivered other than its receipts say": """
        SELECT id FROM allocation WHERE delivered <> (
            SELECT coalesce(sum(quantity), 0) FROM receipt WHERE allocation_id = allocation.id)
    """,
    "more of the allocation was delivered than paid": """
        SELECT id FROM allocation WHERE delivered > contributed
    """,
    "the allocation is paid although it awaits approval": """
        SELECT id FROM allocation WHERE standing = 'awaiting_approval' AND contributed > 0
    """,
    "the allocation may be paid and is not paid by what is earmarked for it": """
        SELECT id FROM allocation WHERE standing = 'payable' AND earmarked > 0
    """,
    "the allocation is refused and kept": """
        SELECT id FROM allocation WHERE outcome = 'refused' AND released < quantity
    """,
    "the allocation is zakat and goes to whom it is not for": f"""
        SELECT allocation.id FROM allocation JOIN pledge ON pledge.id = allocation.pledge_id
        WHERE pledge.zakat AND allocation.outcome IS DISTINCT FROM 'refused'
            AND (allocation.reasons ->> 'decile')::int > {ZAKAT_DECILE}
    """,  # noqa: S608 - a constant of our own
    "a household keeps more of the pledge than its cap, which was never changed": """
        SELECT pledge.id FROM pledge JOIN allocation ON allocation.pledge_id = pledge.id
        WHERE restricted_in = 1 GROUP BY pledge.id, household
        HAVING sum(allocation.quantity - released) > cap_per_household
    """,
}
# What is set aside for this waits for an event that was put aside, which somebody has to hand back.
_UNHEARD: Mapping[str, str] = {
    "the allocation is over, and what was delivered of it by then was not heard": """
        SELECT id FROM allocation WHERE delivered < announced
    """,
}


def find_faults(session: AnySession) -> list[str]:
    """Return what is wrong, in sentences with the ids of the rows; nothing where all is well."""
    return find_breaches(session, _NEVER)


def find_unheard(session: AnySession) -> list[str]:
    """Return, likewise, what waits for the word of a delivery that came before the end of its allocation."""
    return find_breaches(session, _UNHEARD)
