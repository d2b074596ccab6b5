"""What the databases of several services must say alike at rest, as a statement for each of them.

The first column says which row it is; each statement gives the same columns. Rupiah are whole: the
price of an allocation is its value by its quantity, without a rest.
"""

from collections.abc import Mapping

# A hold on what still awaits approval is not told to the donor, because nothing of it can be paid either
# way (decision 26): it counts as reserved here, as it does in donations.
_AWAITS = "approvals < approvals_needed AND stage IN ('proposed', 'reserved')"

SAME: Mapping[str, Mapping[str, str]] = {
    "allocation (pledge, need, household, kept, paid, delivered, worth of what is kept)": {
        "donations": """
            SELECT id, pledge_id, need, household, quantity - released, contributed, delivered,
                value_idr / quantity * (quantity - released) FROM allocation WHERE quantity > released
        """,
        "programs": """
            SELECT id, pledge_id, need_id, household_id, holding, contributed, delivered,
                value_idr / quantity * holding FROM allocation WHERE holding > 0 OR contributed > 0
        """,
    },
    # Where both ended it at once, each says of its own end: that is one word here. What programs ended
    # while its proposal was put aside, donations knows only as a word that came early.
    "status of the allocation": {
        "donations": """
            SELECT id, CASE WHEN quantity = released THEN 'over'
                WHEN delivered = quantity - released THEN 'delivered'
                WHEN standing = 'held' THEN 'held'
                WHEN contributed = quantity - released THEN 'contributed' ELSE 'reserved' END
            FROM allocation
            UNION ALL SELECT allocation, 'over' FROM early_word
            WHERE word = 'over' AND NOT EXISTS (SELECT FROM allocation AS known WHERE id = early_word.allocation)
        """,
        "programs": f"""
            SELECT id, CASE WHEN status = 'held' AND {_AWAITS} THEN 'reserved'
                WHEN status IN ('refused', 'vetoed', 'failed', 'released') THEN 'over' ELSE status END
            FROM allocation
        """,  # noqa: S608 - a constant of our own
    },
    "standing of the allocation that is on its way": {
        "donations": "SELECT id, standing FROM allocation WHERE quantity - released > delivered",
        "programs": f"""
            SELECT id, CASE WHEN {_AWAITS} THEN 'awaiting_approval'
                WHEN held OR household_held THEN 'held' ELSE 'payable' END
            FROM allocation WHERE holding > delivered
        """,  # noqa: S608 - a constant of our own
    },
    "pledge (version, end, quantity, set aside, paid for households, withheld)": {
        "donations": """
            SELECT id, version, coalesce(ended, 'open'),
                CASE WHEN ended IS NULL THEN quantity ELSE reserved + delivered + in_hand END,
                reserved + delivered, contributed - in_hand - (
                    SELECT coalesce(sum(earmarked), 0) FROM allocation WHERE pledge_id = pledge.id), 0
            FROM pledge
        """,
        "programs": """
            SELECT id, version, status, quantity, used, (
                SELECT coalesce(sum(contributed), 0) FROM allocation WHERE pledge_id = pledge.id),
                CASE WHEN status = 'open' THEN withheld ELSE 0 END
            FROM pledge
        """,
    },
    "pledge (version, worth)": {
        "donations": """
            SELECT id, version, price_idr
                * CASE WHEN ended IS NULL THEN quantity ELSE reserved + delivered + in_hand END
            FROM pledge
        """,
        "reporting": "SELECT id, version, value_idr FROM pledge",
    },
    "receipt (allocation, quantity, day)": {
        "donations": "SELECT delivery, allocation_id, quantity, day FROM receipt",
        "programs": """
            SELECT id, allocation_id, quantity, (handed_over_at AT TIME ZONE 'Asia/Jakarta')::date
            FROM delivery WHERE outcome = 'delivered'
        """,
    },
    "need (quantity, closed, set aside, delivered)": {
        "programs": "SELECT id, quantity, closed_at IS NOT NULL, covered, delivered FROM need",
        "reporting": "SELECT id, quantity, closed, set_aside, delivered FROM need",
    },
    "what is short of a kind (category, item, unit, price, parts)": {
        "programs": "SELECT id, category, item, unit, price_idr, parts::text FROM gap_told",
        "donations": "SELECT id, category, item, unit, price_idr, parts::text FROM gap",
        "reporting": "SELECT id, category, item, unit, price_idr, parts::text FROM gap",
    },
    "household (village, status, hold, people)": {
        "programs": "SELECT id, desa, status, held, people FROM household",
        "reporting": "SELECT id, desa, status, held, people FROM household WHERE version > 0",
    },
    "needs of the household (open, covered, delivered)": {
        "programs": """
            SELECT household_id,
                count(*) FILTER (WHERE delivered < quantity AND closed_at IS NULL AND covered < quantity),
                count(*) FILTER (WHERE delivered < quantity AND closed_at IS NULL AND covered = quantity),
                count(*) FILTER (WHERE delivered = quantity)
            FROM need WHERE delivered = quantity OR closed_at IS NULL GROUP BY 1
        """,
        "reporting": """
            SELECT id, needs_open, needs_covered, needs_delivered FROM household
            WHERE needs_open + needs_covered + needs_delivered > 0
        """,
    },
    "rupiah of the household (set aside, reserved, paid, delivered)": {
        "donations": """
            SELECT household, sum(quantity - released), sum(value_idr / quantity * (quantity - released - delivered)),
                sum(value_idr / quantity * contributed), sum(value_idr / quantity * delivered)
            FROM allocation GROUP BY 1 HAVING sum(quantity - released) > 0
        """,
        "reporting": """
            SELECT id, set_aside, reserved_idr, contributed_idr, delivered_idr FROM household WHERE set_aside > 0
                OR reserved_idr <> 0 OR contributed_idr <> 0 OR delivered_idr <> 0
        """,
    },
    "deliveries of the household (how many, the first day)": {
        "programs": """
            SELECT household_id, count(*), (min(handed_over_at) AT TIME ZONE 'Asia/Jakarta')::date
            FROM delivery WHERE outcome = 'delivered' GROUP BY 1
        """,
        "reporting": "SELECT id, deliveries, first_delivery_on FROM household WHERE deliveries > 0",
    },
    "funding (pledged, reserved, paid, delivered)": {
        "donations": """
            SELECT (fund, strategy, stakeholder_kind, category)::text, sum(pledged), sum(reserved), sum(paid),
                sum(delivered)
            FROM (
                SELECT fund, strategy, stakeholder_kind,
                    CASE WHEN cardinality(categories) = 1 THEN categories[1] ELSE 'any' END AS category,
                    price_idr * CASE WHEN ended IS NULL THEN quantity
                        ELSE reserved + delivered + in_hand END AS pledged,
                    0 AS reserved, 0 AS paid, 0 AS delivered FROM pledge
                UNION ALL SELECT fund, strategy, stakeholder_kind, 'any', 0, 0, price_idr * in_hand, 0 FROM pledge
                UNION ALL SELECT fund, strategy, stakeholder_kind, 'any', 0, 0, value_idr / quantity * earmarked, 0
                    FROM allocation
                UNION ALL SELECT fund, strategy, stakeholder_kind, category, 0,
                    value_idr / quantity * (quantity - released - delivered),
                    value_idr / quantity * contributed, value_idr / quantity * delivered FROM allocation
            ) AS cell GROUP BY 1 HAVING sum(pledged + reserved + paid + delivered) > 0
        """,
        "reporting": """
            SELECT (fund, strategy, stakeholder_kind, category)::text, pledged_idr, reserved_idr, contributed_idr,
                delivered_idr
            FROM funding WHERE pledged_idr <> 0 OR reserved_idr <> 0 OR contributed_idr <> 0 OR delivered_idr <> 0
        """,
    },
}
