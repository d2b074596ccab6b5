"""Keeping what villages have been paid, for as long as a day's order looks at it."""

from datetime import date

from sqlalchemy import text

from services.programs.policy.domain import Rules
from shared.database import AnySession

# A village of which nothing is needed has no share; the lowest, where something is needed of it later in the day.
_KEEP = text("""
    WITH paid AS (
        SELECT need_id, sum(
            CASE WHEN stage IN ('proposed', 'reserved') THEN greatest(contributed, delivered) ELSE delivered END
        ) AS quantity
        FROM allocation WHERE contributed > 0 OR delivered > 0
        GROUP BY need_id
    )
    INSERT INTO village_share (day, desa, share)
    SELECT :day, household.desa, least(1000, floor(
        1000 * sum(need.value_idr * coalesce(paid.quantity, 0) / need.quantity) / sum(need.value_idr)))
    FROM need JOIN household ON household.id = need.household_id
    LEFT JOIN paid ON paid.need_id = need.id
    WHERE household.status = 'verified' AND (need.closed_at IS NULL OR need.closed_reason = 'delivered')
    GROUP BY household.desa HAVING sum(need.value_idr) > 0 ORDER BY household.desa
    ON CONFLICT DO NOTHING RETURNING desa
""")
_FORGET = text("DELETE FROM village_share WHERE day < :day")
_IS_KEPT = text("SELECT EXISTS (SELECT FROM village_share WHERE day = :day)")


def keep_shares(session: AnySession, rules: Rules, day: date) -> bool:
    """Keep the shares of villages of a day, where rules look at them and they are not kept yet; return whether it did.

    The caller commits, and soon: until then others wait who want to keep them too.
    """
    if not rules.fair_between_villages or session.scalar(_IS_KEPT, {"day": day}):
        return False
    kept = session.execute(_KEEP, {"day": day}).all()
    session.execute(_FORGET, {"day": day})
    return bool(kept)
