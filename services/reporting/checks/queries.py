"""Looking for figures that are not what the facts add up to: `helix reporting check-figures`.

The sums are kept by each batch of events; here they are counted anew. What is wrong, a rebuild mends.
"""

from collections.abc import Mapping
from datetime import timedelta

from shared import clock
from shared.checks import find_breaches
from shared.database import AnySession

_HOUSEHOLDS = (
    "households, people, verified, matched, delivered, graduated, graduated_people, removed, removed_people,"
    " needs_open, needs_covered, needs_delivered, reserved_idr, delivered_idr"
)
_FOLLOWED = "people, households, verified, graduated, graduated_people, removed, removed_people"
_FUNDING = "pledged_idr, reserved_idr, contributed_idr, delivered_idr"
_ALL_FOLLOWED = f"{_FOLLOWED}, reached, {_FUNDING}"


def _summed(names: str) -> str:
    return ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in names.split(", "))


_COUNTED = """
    SELECT desa AS area,
        count(*) FILTER (WHERE listed) AS households, coalesce(sum(people) FILTER (WHERE listed), 0) AS people,
        count(*) FILTER (WHERE known AND status = 'verified') AS verified,
        count(*) FILTER (WHERE known AND (set_aside > 0 OR deliveries > 0)) AS matched,
        count(*) FILTER (WHERE known AND deliveries > 0) AS delivered,
        count(*) FILTER (WHERE known AND status = 'graduated') AS graduated,
        coalesce(sum(people) FILTER (WHERE known AND status = 'graduated'), 0) AS graduated_people,
        count(*) FILTER (WHERE known AND status = 'rejected') AS removed,
        coalesce(sum(people) FILTER (WHERE known AND status = 'rejected'), 0) AS removed_people,
        coalesce(sum(needs_open) FILTER (WHERE status = 'verified' AND NOT held), 0) AS needs_open,
        sum(needs_covered) AS needs_covered, sum(needs_delivered) AS needs_delivered,
        sum(reserved_idr) AS reserved_idr, sum(delivered_idr) AS delivered_idr
    FROM (
        SELECT *, version > 0 AS known, version > 0 AND status NOT IN ('rejected', 'graduated') AS listed
        FROM household
    ) AS fact GROUP BY desa
"""
_LEVELS = "CROSS JOIN LATERAL (VALUES (desa), (left(desa, 8)), (left(desa, 5))) AS level (area)"
# The minutes of a day before may be forgotten in part.
_SINCE = "start >= CAST(:since AS timestamp) AT TIME ZONE 'Asia/Jakarta'"


def _differ(kept: str, counted: str, place: str) -> str:
    """Return the statement that finds the places of two sums that are not the same in both."""
    return (
        f"(SELECT {place}::text FROM (({kept}) EXCEPT ALL ({counted})) AS left_over)"
        f" UNION (SELECT {place}::text FROM (({counted}) EXCEPT ALL ({kept})) AS missing)"
    )


def _not_zero(table: str, names: str) -> str:
    return f"SELECT * FROM ({table}) AS sums WHERE ({names}) <> ({', '.join('0' for _ in names.split(', '))})"


_NEVER: Mapping[str, str] = {
    "the area's figures are not those of its households": _differ(
        _not_zero(f"SELECT area, {_HOUSEHOLDS} FROM area_figures", _HOUSEHOLDS),
        _not_zero(f"SELECT area, {_HOUSEHOLDS} FROM ({_COUNTED}) AS counted", _HOUSEHOLDS),
        "area",
    ),
    "what is paid in the area is not what is paid for its households": _differ(
        "SELECT area, contributed_idr FROM area_figures WHERE contributed_idr <> 0 AND area <> ''",
        "SELECT desa AS area, sum(contributed_idr) FROM household GROUP BY desa HAVING sum(contributed_idr) <> 0",
        "area",
    ),
    "what is pledged for the area is not what its pledges are worth": _differ(
        "SELECT area, pledged_idr FROM area_figures WHERE pledged_idr <> 0",
        "SELECT area, sum(value_idr) FROM pledge GROUP BY area HAVING sum(value_idr) <> 0",
        "area",
    ),
    "what is pledged in the cell of funding is not what its pledges are worth": _differ(
        "SELECT fund, strategy, stakeholder_kind, category, pledged_idr FROM funding WHERE pledged_idr <> 0",
        "SELECT fund, strategy, stakeholder_kind, category, sum(value_idr) FROM pledge"
        " GROUP BY fund, strategy, stakeholder_kind, category HAVING sum(value_idr) <> 0",
        "(fund, strategy, stakeholder_kind, category)",
    ),
    "the funds add up to other than the areas": _differ(
        f"SELECT {_summed(_FUNDING)} FROM funding",
        f"SELECT {_summed(_FUNDING)} FROM area_figures",
        "(pledged_idr, reserved_idr, contributed_idr, delivered_idr)",
    ),
    "the needs of households add up to other than the needs": _differ(
        f"SELECT {_summed('needs_open, needs_covered, needs_delivered')} FROM household",
        """SELECT count(*) FILTER (WHERE delivered < quantity AND NOT closed AND set_aside < quantity) AS needs_open,
            count(*) FILTER (WHERE delivered < quantity AND NOT closed AND set_aside >= quantity) AS needs_covered,
            count(*) FILTER (WHERE delivered >= quantity) AS needs_delivered FROM need WHERE quantity > 0""",
        "(needs_open, needs_covered, needs_delivered)",
    ),
    "the area's days waited are not those of its households": _differ(
        "SELECT area, days, households FROM waited WHERE households <> 0",
        f"SELECT area, greatest(0, first_delivery_on - verified_on), count(*) FROM household {_LEVELS}"
        " WHERE version > 0 AND verified_on IS NOT NULL AND first_delivery_on IS NOT NULL GROUP BY 1, 2",
        "area",
    ),
    "those who wait in the area are not its households": _differ(
        "SELECT area, since, households FROM waiting WHERE households <> 0",
        f"SELECT area, verified_on, count(*) FROM household {_LEVELS}"
        " WHERE version > 0 AND status = 'verified' AND deliveries = 0 AND verified_on IS NOT NULL GROUP BY 1, 2",
        "area",
    ),
    "the days of the trend do not add up to what is": _differ(
        f"SELECT {_summed(f'{_FOLLOWED}, {_FUNDING}')} FROM change WHERE grain = 'day'",
        f"SELECT {_summed(f'{_FOLLOWED}, {_FUNDING}')} FROM area_figures",
        "(people, households, pledged_idr)",
    ),
    "the households reached in the day are not those of the facts": _differ(
        "SELECT start, reached FROM change WHERE grain = 'day' AND reached <> 0",
        "SELECT date_trunc('day', reached_at, 'Asia/Jakarta') AS start, count(*) FROM household"
        " WHERE version > 0 AND reached_at IS NOT NULL GROUP BY 1",
        "start",
    ),
    "the minutes of the day do not add up to it": _differ(
        _not_zero(
            f"SELECT date_trunc('day', start, 'Asia/Jakarta') AS start, {_summed(_ALL_FOLLOWED)}"
            f" FROM change WHERE {_SINCE} AND grain = 'minute' GROUP BY 1",
            _ALL_FOLLOWED,
        ),
        _not_zero(
            f"SELECT start, {_ALL_FOLLOWED} FROM change WHERE {_SINCE} AND grain = 'day'", _ALL_FOLLOWED
        ),
        "start",
    ),
}


def find_faults(session: AnySession) -> list[str]:
    """Return what is wrong, in sentences with the places; nothing where all is well."""
    return find_breaches(session, _NEVER, since=clock.today() - timedelta(days=1))
