"""The four columns of funding, by whom or what they are grouped."""

from typing import Any

from sqlalchemy import func, select

from services.reporting.facts.domain import ANY_CATEGORY
from services.reporting.projections.models import FundingCell
from services.reporting.projections.queries import find_position
from shared.database import AnySession
from shared.vocabulary import FUNDS, NEED_CATEGORIES, STAKEHOLDER_KINDS, STRATEGIES

GROUPINGS: dict[str, tuple[str, ...]] = {
    "fund": FUNDS,
    "strategy": STRATEGIES,
    "stakeholder_kind": STAKEHOLDER_KINDS,
    "category": (*NEED_CATEGORIES, ANY_CATEGORY),
}
STAGES = ("pledged", "reserved", "contributed", "delivered")


def list_funding(session: AnySession, by: str) -> dict[str, Any]:
    """Return rupiah at each stage for each word of a grouping, in the order of the vocabulary."""
    key = getattr(FundingCell, by)
    sums = (func.sum(getattr(FundingCell, f"{stage}_idr")) for stage in STAGES)
    found = {row[0]: row[1:] for row in session.execute(select(key, *sums).group_by(key))}
    position = find_position(session)
    return {
        "object": "funding",
        "as_of": position.as_of if position else None,
        "by": by,
        "unit": "IDR",
        "data": [{"key": word, **_columns(found.get(word, (0, 0, 0, 0)))} for word in GROUPINGS[by]],
    }


def _columns(sums: Any) -> dict[str, int]:
    # A delivery may be heard of before its reservation is; for that moment a sum would be below zero.
    return {stage: max(0, int(amount)) for stage, amount in zip(STAGES, sums, strict=True)}
