"""Finding the households whose figures a birthday has changed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock

# Each figure that depends on an age changes one of these: the bands, or whether somebody is of school age.
_STALE = text("""
    SELECT household.id
    FROM household
    JOIN (
        SELECT household_id,
            count(*) FILTER (WHERE age < 5) AS under_5,
            count(*) FILTER (WHERE age BETWEEN 5 AND 17) AS from_5_to_17,
            count(*) FILTER (WHERE age BETWEEN 18 AND 59) AS from_18_to_59,
            bool_or(age BETWEEN 7 AND 18) AS school_age
        FROM (
            SELECT household_id, extract(year FROM age(CAST(:today AS date), born_on)) AS age FROM member
        ) AS lives
        GROUP BY household_id
    ) AS counted ON counted.household_id = household.id
    WHERE (household.ages ->> 'under_5')::int <> counted.under_5
        OR (household.ages ->> 'from_5_to_17')::int <> counted.from_5_to_17
        OR (household.ages ->> 'from_18_to_59')::int <> counted.from_18_to_59
        OR ('school_age' = ANY (household.attributes)) <> counted.school_age
    ORDER BY household.id
    LIMIT :most
""")


def stale_households(session: Session, *, most: int) -> Sequence[UUID]:
    """Return households whose age bands or school age are no longer what they say."""
    return session.scalars(_STALE, {"today": clock.today(), "most": most}).all()
