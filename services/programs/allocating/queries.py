"""Which market is to be settled next, and by whom."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.programs.markets.models import MarketChange

# Another worker than the one that has a market in mind waits so long, for that one to be there.
GRACE = timedelta(seconds=0.5)

_NEXT = text("""
    WITH due AS (
        SELECT market, min(noted_at) AS since FROM market_change WHERE due_on <= :today GROUP BY market
        UNION ALL
        SELECT market, settled_at FROM market_keeper WHERE unfinished
    ), mine AS MATERIALIZED (
        SELECT due.market
        FROM due
        LEFT JOIN market_keeper AS keeper ON keeper.market = due.market
        WHERE due.market <> ALL (CAST(:failed AS text[])) AND (
            keeper.worker IS NULL OR keeper.worker = :worker OR (
                due.since < clock_timestamp() - :grace AND (
                    SELECT max(settled_at) FROM market_keeper WHERE worker = keeper.worker
                ) < clock_timestamp() - :grace
            )
        )
        ORDER BY due.since
    )
    SELECT market FROM mine WHERE pg_try_advisory_xact_lock(hashtextextended(market, 2)) LIMIT 1
""")


def next_market(session: Session, worker: UUID, today: date, failed: Collection[str] = ()) -> str | None:
    """Return the market that has waited longest for this worker, its own until the commit; None where none does.

    One that another worker settles at the moment is left out. One that another worker has in mind is left to that
    one as long as it gives a sign of itself, and those that `failed` a moment ago are left for later.
    """
    given = {"today": today, "worker": worker, "grace": GRACE, "failed": list(failed)}
    found: str | None = session.scalar(_NEXT, given)
    return found


def is_noted_for_later(session: Session, market: str, today: date) -> bool:
    """Tell whether the market comes up again on a later day by itself."""
    later = select(MarketChange.id).where(
        MarketChange.market == market,
        MarketChange.need.is_(None),
        MarketChange.pledge.is_(None),
        MarketChange.due_on > today,
    )
    return session.scalar(select(later.exists())) or False
