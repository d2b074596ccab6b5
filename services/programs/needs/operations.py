"""Changes of needs."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select

from services.programs.database import db, lock_rows
from services.programs.markets.domain import Change
from services.programs.markets.operations import note_changes
from services.programs.needs.domain import NewNeed
from services.programs.needs.models import Need
from services.programs.needs.queries import find_need
from services.programs.registry.models import Household
from shared import clock, outbox
from shared.database import AnySession
from shared.errors import Coded, Conflict, Fault, Invalid, NotFound, Sentence
from shared.events.programs import NeedClosed, NeedRecorded
from shared.vocabulary import STRATEGY_OF, NeedCategory, Strategy

# A household in one of these states has needs again only by what a new visit finds.
_OUT = ("rejected", "graduated")


def record_needs(household: UUID, needs: Sequence[NewNeed | Mapping[str, Any]], *, by: str) -> list[Need]:
    """Record what a household lacks.

    Raises NotFound, Conflict where the household is rejected or has graduated, and what `add_needs` raises.
    """
    found = lock_rows(db.session, Household, [household]).get(household)
    if found is None:
        raise NotFound("household")
    if found.status in _OUT:
        raise Conflict(
            "household_out", "The household is rejected or has graduated: no need is recorded for it."
        )
    recorded = add_needs(db.session, found, needs, by=by)
    db.session.commit()
    return recorded


def add_needs(
    session: AnySession,
    household: Household,
    needs: Sequence[NewNeed | Mapping[str, Any]],
    *,
    by: str,
    pointer: str = "",
) -> list[Need]:
    """Record needs in the caller's transaction, without a commit. The caller has locked the household.

    `by` is the account that states them; `pointer` is where their list stands in the input (`/needs`).
    Raises Invalid with every fault, Conflict where such a need is open already.
    """
    stated = [NewNeed.of(need) for need in needs]
    faults = [
        fault for n, need in enumerate(stated) for fault in need.faults(f"{pointer}/{n}" if pointer else "")
    ]
    if faults:
        raise Invalid(faults)
    _refuse_doubles(session, household, stated, pointer)
    recorded = [make_need(household, need, by) for need in stated]
    session.add_all(recorded)
    tell_recorded(session, household, recorded)
    return recorded


def shut(session: AnySession, need: Need, reason: str) -> None:
    """Close a need in the caller's transaction, which has locked its household, and tell of it."""
    need.closed_at, need.closed_reason = clock.now(), reason
    note_changes(session, [Change(need.market, need=need.id)])
    outbox.record(
        session,
        NeedClosed(
            household=need.household_id,
            desa=need.desa,
            need=need.id,
            category=cast(NeedCategory, need.category),
            reason=reason,
            delivered=need.delivered,
        ),
    )


def shut_all(session: AnySession, household: UUID, reason: str) -> None:
    """Close every need of a household in the caller's transaction, which has locked it, and tell of each."""
    rows = select(Need).where(Need.household_id == household, Need.closed_at.is_(None)).order_by(Need.id)
    for need in session.scalars(rows.with_for_update().execution_options(populate_existing=True)):
        shut(session, need, reason)


def open_markets(session: AnySession, household: UUID) -> set[tuple[str, str]]:
    """Return (category, market) of the household's needs that are not closed."""
    rows = session.execute(
        select(Need.category, Need.market).where(Need.household_id == household, Need.closed_at.is_(None))
    )
    return {(category, name) for category, name in rows}


def _refuse_doubles(
    session: AnySession, household: Household, stated: Sequence[NewNeed], pointer: str
) -> None:
    keys = [(need.category, need.market) for need in stated]
    doubled = [n for n, key in enumerate(keys) if key in keys[:n]]
    if doubled:
        raise Invalid(
            [Fault(f"{pointer}/{n}", "States the same category and market twice.") for n in doubled]
        )
    both = open_markets(session, household.id) & set(keys)
    if both:
        raise Conflict(
            "need_already_open",
            "The household has such a need already: %(needs)s. Close it first.",
            needs=[_named(category, name) for category, name in sorted(both)],
        )


def _named(category: str, market: str) -> Sentence:
    item, _, unit = market.rpartition(":")
    what = Coded(item, "item") if item else Coded(unit, "unit")
    return Sentence("%(category)s in %(what)s", {"category": Coded(category, "need_category"), "what": what})


def make_need(household: Household, need: NewNeed, by: str) -> Need:
    """Return the row of a need that nothing covers yet."""
    return Need(
        household_id=household.id,
        desa=household.desa,
        category=need.category,
        item=need.item,
        unit=need.unit,
        market=need.market,
        quantity=need.quantity,
        value_idr=need.value,
        urgency=need.urgency,
        indivisible=need.indivisible,
        covered=0,
        delivered=0,
        promised=0,
        recorded_by=by,
        created_at=clock.now(),
    )


def tell_recorded(session: AnySession, household: Household, needs: Sequence[Need]) -> None:
    """Tell of needs; the latest word on a need holds. Where they may be matched, have them matched."""
    session.flush()
    outbox.record_all(
        session,
        [
            NeedRecorded(
                household=need.household_id,
                desa=need.desa,
                need=need.id,
                category=cast(NeedCategory, need.category),
                strategy=cast(Strategy, STRATEGY_OF[need.category]),
                quantity=need.quantity,
                unit=need.unit,
                item=need.item,
                value_idr=need.value_idr,
                urgency=need.urgency,
                indivisible=need.indivisible,
            )
            for need in needs
        ],
    )
    if household.status == "verified" and not household.held:
        note_changes(session, [Change(need.market, need=need.id) for need in needs])


def lock_need(need: UUID) -> Need:
    """Lock a need that is not closed, after its household, by which its events are in order."""
    lock_rows(db.session, Household, [find_need(db.session, need).household_id])
    found = lock_rows(db.session, Need, [need])[need]
    if found.closed_at is not None:
        raise Conflict("need_closed", "The need is closed.")
    return found
