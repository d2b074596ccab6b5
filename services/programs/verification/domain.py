"""Who may decide, on what, and for how long it holds."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from shared.errors import Coded, Conflict, DomainError, Fault, Forbidden, Invalid

DecisionWord = Literal["verify", "reject", "graduate"]
DECISIONS: tuple[str, ...] = ("verify", "reject", "graduate")

# Codes that may leave the database; a reason in free text is told as `other`.
REJECT_CODES = ("not_poor", "not_found", "moved", "deceased", "duplicate", "other")
HOLD_CODES = ("objection", "data_in_doubt", "duplicate_suspected", "fraud_suspected", "other")

LONGEST_VALIDITY = timedelta(days=2 * 366)
# A graduation rests on what is so now, not on what was last year.
FRESH = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person wants to decide. `code` says why it is rejected where the reason does not say it."""

    decision: DecisionWord
    reason: str
    valid_until: date | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision rests on. `outcome` and `visited_on` are of the last visit, None where it is decided."""

    status: str
    registered_by: str
    decider: str
    decider_visited: bool
    decider_recorded_need: bool
    outcome: str | None
    visited_on: date | None
    open_needs: int
    today: date


def a_year_on(day: date) -> date:
    """Return the same day a year later; of 29 February, the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def settle(ruling: Ruling, facts: Facts) -> date | None:
    """Return until when a verification holds; raise where the decision may not be made.

    A year from today unless the ruling says otherwise, two years at most.
    """
    refused = refusal(ruling.decision, facts)
    if refused is not None:
        raise refused
    return _valid_until(ruling, facts.today)


def decisions_open(facts: Facts) -> tuple[str, ...]:
    """Return the decisions that this person may make now."""
    return tuple(decision for decision in DECISIONS if refusal(decision, facts) is None)


def refusal(decision: str, facts: Facts) -> DomainError | None:
    """Return why a decision may not be made by this person now; None where it may."""
    if facts.decider_visited or facts.decider_recorded_need or facts.decider == facts.registered_by:
        return Forbidden(
            "own_work",
            "Another person must decide: you visited or registered this household, or recorded what it needs.",
        )
    if facts.outcome is None:
        return Conflict("no_visit", "There is no visit that waits for a decision. Ask for one first.")
    if decision != "reject" and facts.outcome != "found":
        met = Coded(facts.outcome, "visit_outcome")
        return Conflict("not_met", "The last visit did not meet the household: %(outcome)s.", outcome=met)
    return _refusal_of_graduation(facts) if decision == "graduate" else None


def _refusal_of_graduation(facts: Facts) -> DomainError | None:
    if facts.status not in {"verified", "lapsed"}:
        return Conflict("not_verified", "Only a household that was verified can graduate.")
    if facts.open_needs:
        return Conflict(
            "needs_open", "It has needs that are not closed.", extra={"open_needs": facts.open_needs}
        )
    if facts.visited_on is None or facts.today - facts.visited_on > FRESH:
        return Conflict(
            "visit_stale",
            "The last visit is more than %(days)s days old. Ask for a fresh one.",
            days=FRESH.days,
        )
    return None


def _valid_until(ruling: Ruling, today: date) -> date | None:
    if ruling.decision != "verify":
        if ruling.valid_until is not None:
            raise Invalid([Fault("/valid_until", "Is only for the decision verify.")])
        return None
    until = ruling.valid_until or a_year_on(today)
    if not today < until <= today + LONGEST_VALIDITY:
        raise Invalid([Fault("/valid_until", "Must be after today and within two years.")])
    return until


def reject_code(ruling: Ruling, outcome: str | None) -> str:
    """Return the code of a rejection: the one it names, the reason if it is one, else what the visit found."""
    if ruling.code is not None:
        return ruling.code
    if ruling.reason in REJECT_CODES:
        return ruling.reason
    return outcome if outcome in {"not_found", "moved", "deceased"} else "other"


def hold_code(reason: str) -> str:
    """Return the code of a hold: the reason if it is one."""
    return reason if reason in HOLD_CODES else "other"
