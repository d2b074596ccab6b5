"""Folds a batch of events into the tables, with a few statements however many events there are.

The batch is one operation and not one per feature: every row it will change is locked first, in
order, and the sums come last, in order. Two workers then never wait for each other in a circle.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.reporting.facts import domain as facts
from services.reporting.facts.domain import Fact, Household, Need, Pledge
from services.reporting.projections import domain
from services.reporting.projections.models import ToldGap
from services.reporting.projections.queries import add_to, load_and_lock, save
from shared import clock
from shared.clock import LOCAL_ZONE
from shared.events import donations, programs
from shared.events.envelope import Received
from shared.gaps import keep_gaps

MINUTES_KEPT = timedelta(days=2)

STATES = (programs.HouseholdRegistered, programs.HouseholdChanged)
DECISIONS = (
    programs.HouseholdVerified,
    programs.HouseholdRejected,
    programs.VerificationLapsed,
    programs.HouseholdGraduated,
    programs.HouseholdHeld,
    programs.HouseholdReleased,
)
NEEDS = (programs.NeedRecorded, programs.NeedClosed)
PLEDGES = (
    donations.PledgeOpened,
    donations.PledgeAmended,
    donations.PledgeWithdrawn,
    donations.PledgeExpired,
)
STEPS = (
    donations.AllocationReserved,
    donations.AllocationReleased,
    donations.ContributionMade,
    programs.DeliveryConfirmed,
)
GAPS = (programs.GapCounted,)

# What the trend follows of a household's own events; what allocations change has no such instant.
_FOLLOWED = (
    "people",
    "households",
    "verified",
    "graduated",
    "graduated_people",
    "removed",
    "removed_people",
)

_ADVANCE = text("""
    INSERT INTO applied (version, as_of, rules) VALUES (1, :as_of, :rules)
    ON CONFLICT (one) DO UPDATE
    SET version = applied.version + 1, as_of = greatest(applied.as_of, excluded.as_of)
""")
_FORGET_MINUTES = text("DELETE FROM change WHERE grain = 'minute' AND start < :oldest")

Sums = defaultdict[tuple[object, ...], dict[str, int]]


def _sums() -> Sums:
    return defaultdict(dict)


@dataclass
class _Batch:
    """What a batch of events touches: facts before and after, and what is added to each sum."""

    households: dict[UUID, Household]
    needs: dict[UUID, Need]
    pledges: dict[UUID, Pledge]
    areas: Sums = field(default_factory=_sums)
    funding: Sums = field(default_factory=_sums)
    waited: Sums = field(default_factory=_sums)
    waiting: Sums = field(default_factory=_sums)
    changes: Sums = field(default_factory=_sums)

    def follow(self, at: datetime, figures: Mapping[str, int], sign: int = 1) -> None:
        """Add to the changes of the event's minute and day."""
        if not any(figures.values()):
            return
        minute = at.astimezone(LOCAL_ZONE).replace(second=0, microsecond=0)
        _add(self.changes, ("minute", minute), figures, sign)
        _add(self.changes, ("day", minute.replace(hour=0, minute=0)), figures, sign)


def apply_events(session: Session, events: list[Received]) -> None:
    """Fold events, in order, into every table. Doesn't commit."""
    before = _load(session, events)
    after = _Batch(dict(before.households), dict(before.needs), dict(before.pledges))
    for event in events:
        _apply(after, event)
    _count_differences(before, after)
    _write(session, before, after)
    keep_gaps(session, ToldGap, [event for event in events if isinstance(event.data, GAPS)])
    # A clock that was ahead must not make the figures look newer than they can be.
    as_of = min(max(event.time for event in events), clock.now())
    session.execute(_ADVANCE, {"as_of": as_of, "rules": domain.RULES})


def forget_minutes(session: Session) -> bool:
    """Drop the minutes that no trend shows any more; return False: there is never more to do at once."""
    session.execute(_FORGET_MINUTES, {"oldest": clock.now() - MINUTES_KEPT})
    return False


def _load(session: Session, events: list[Received]) -> _Batch:
    data = [event.data for event in events]
    of_household = {d.household for d in data if isinstance(d, (*STATES, *DECISIONS, *NEEDS, *STEPS))}
    of_need = {d.need for d in data if isinstance(d, (*NEEDS, *STEPS))}
    of_pledge = {d.pledge for d in data if isinstance(d, PLEDGES)}
    return _Batch(
        load_and_lock(session, "household", Household, of_household),
        load_and_lock(session, "need", Need, of_need),
        load_and_lock(session, "pledge", Pledge, of_pledge),
    )


def _apply(batch: _Batch, event: Received) -> None:
    data = event.data
    if isinstance(data, STATES):
        household = batch.households[data.household]
        _replace_household(batch, facts.describe_household(household, data), event.time)
    elif isinstance(data, DECISIONS):
        day = event.time.astimezone(LOCAL_ZONE).date()
        household = batch.households[data.household]
        _replace_household(batch, facts.decide_household(household, data, day, event.offset), event.time)
    elif isinstance(data, programs.NeedRecorded):
        _replace_need(batch, data, facts.record_need(batch.needs[data.need], data, event.offset))
    elif isinstance(data, programs.NeedClosed):
        _replace_need(batch, data, facts.close_need(batch.needs[data.need], event.offset))
    elif isinstance(data, PLEDGES):
        _apply_pledge(batch, data, event.time)
    elif isinstance(data, STEPS):
        _apply_step(batch, data, event.time)


def _replace_household(batch: _Batch, household: Household, at: datetime) -> None:
    before = domain.figures_of_household(batch.households[household.id])
    after = domain.figures_of_household(household)
    batch.households[household.id] = household
    batch.follow(at, {name: after.get(name, 0) - before.get(name, 0) for name in _FOLLOWED})


def _replace_need(
    batch: _Batch, data: programs.NeedRecorded | programs.NeedClosed | facts.Step, need: Need
) -> None:
    """Put the need in its place, and book with its household what that changes."""
    before = domain.figures_of_need(batch.needs[need.id])
    after = domain.figures_of_need(need)
    batch.needs[need.id] = need
    change = {name: after.get(name, 0) - before.get(name, 0) for name in before | after}
    batch.households[data.household] = facts.book(batch.households[data.household], data.desa, change)


def _apply_pledge(batch: _Batch, data: facts.PledgeState, at: datetime) -> None:
    before = batch.pledges[data.pledge]
    after = facts.describe_pledge(before, data)
    batch.pledges[data.pledge] = after
    batch.follow(at, {"pledged_idr": after.value_idr - before.value_idr})


def _apply_step(batch: _Batch, data: facts.Step, at: datetime) -> None:
    rupiah = domain.funding_of_step(data)
    household = facts.count_step(batch.households[data.household], data, at)
    batch.households[data.household] = facts.book(household, data.desa, rupiah)
    _replace_need(batch, data, facts.cover_need(batch.needs[data.need], data))
    _add(batch.funding, (data.fund, data.strategy, data.stakeholder_kind, data.category), rupiah)
    batch.follow(at, rupiah)
    in_hand = domain.in_hand_of_step(data)
    _add(batch.areas, (domain.ANYWHERE,), in_hand)
    _add(batch.funding, (data.fund, data.strategy, data.stakeholder_kind, facts.ANY_CATEGORY), in_hand)
    batch.follow(at, in_hand)


def _count_differences(before: _Batch, after: _Batch) -> None:
    """Add to the sums what the facts count for now, less what they counted for before."""
    for batch, sign in ((before, -1), (after, 1)):
        for household in batch.households.values():
            _add(after.areas, (household.desa,), domain.figures_of_household(household), sign)
            _count_waiting(after, household, sign)
            _count_reached(after, household, sign)
        for pledge in batch.pledges.values():
            pledged = {"pledged_idr": pledge.value_idr} if pledge.version else {}
            place = (pledge.fund, pledge.strategy, pledge.stakeholder_kind, pledge.category)
            _add(after.areas, (pledge.area,), pledged, sign)
            _add(after.funding, place, pledged, sign)


def _count_waiting(batch: _Batch, household: Household, sign: int) -> None:
    days, since = domain.days_waited(household), domain.waiting_since(household)
    for area in _levels(household.desa):
        if days is not None:
            _add(batch.waited, (area, days), {"households": 1}, sign)
        if since is not None:
            _add(batch.waiting, (area, since), {"households": 1}, sign)


def _count_reached(batch: _Batch, household: Household, sign: int) -> None:
    """Count the household in the day and minute it was reached, which a fact knows and an event does not."""
    at = domain.reached_at(household)
    if at is not None:
        batch.follow(at, {"reached": 1}, sign)


def _levels(desa: str) -> tuple[str, str, str]:
    """Return the village, its sub-district and its regency."""
    return desa, desa[:8], desa[:5]


def _write(session: Session, before: _Batch, after: _Batch) -> None:
    save(session, "household", _changed(before.households, after.households))
    save(session, "need", _changed(before.needs, after.needs))
    save(session, "pledge", _changed(before.pledges, after.pledges))
    add_to(session, "area_figures", ("area",), after.areas)
    add_to(session, "funding", ("fund", "strategy", "stakeholder_kind", "category"), after.funding)
    add_to(session, "waited", ("area", "days"), after.waited)
    add_to(session, "waiting", ("area", "since"), after.waiting)
    add_to(session, "change", ("grain", "start"), after.changes)


def _changed(before: Mapping[UUID, Fact], after: Mapping[UUID, Fact]) -> list[Fact]:
    return [fact for identity, fact in after.items() if fact != before[identity]]


def _add(sums: Sums, place: tuple[object, ...], figures: Mapping[str, int], sign: int = 1) -> None:
    added = {name: figure for name, figure in figures.items() if figure}
    if added:
        cell = sums[place]
        for name, figure in added.items():
            cell[name] = cell.get(name, 0) + sign * figure
