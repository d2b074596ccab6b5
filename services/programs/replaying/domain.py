"""What a line of the log does to an allocation, and how lines are chained."""

import hmac
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.programs.matching.domain import LIVE

BEGINNING = bytes(32)
# What became of a proposal that is over.
_OVER = {"refused": "refused", "vetoed": "vetoed", "failed": "failed", "cancelled": "released"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log. `about` is what a proposal was made of: need, pledge, policy, approvals and reasons."""

    seq: int
    allocation: UUID
    step: str
    quantity: int
    by: str
    reason: str | None
    paid_on: date | None
    counts: bool
    at: datetime
    about: Sequence[Any] | None = None


def digest(key: bytes, before: bytes, lines: Iterable[Line]) -> bytes:
    """Return the HMAC-SHA256 of lines, in order, and of the digest before them."""
    chain = hmac.new(key, before, "sha256")
    for line in lines:
        said = [
            line.seq,
            str(line.allocation),
            line.step,
            line.quantity,
            line.by,
            line.reason,
            line.paid_on.isoformat() if line.paid_on else None,
            line.counts,
            line.at.astimezone(UTC).isoformat(timespec="microseconds"),
            line.about,
        ]
        chain.update(json.dumps(said, ensure_ascii=False, sort_keys=True).encode() + b"\n")
    return chain.digest()


@dataclass(slots=True)
class State:
    """How far an allocation has come."""

    quantity: int = 0
    stage: str = ""
    contributed: int = 0
    delivered: int = 0
    held: bool = False
    household_held: bool = False
    approvals: int = 0
    told: bool = False

    @property
    def holding(self) -> int:
        """Return what its need has of it."""
        return self.quantity if self.stage in LIVE else self.delivered


def replay(lines: Iterable[Line], approvals_needed: int) -> State | None:
    """Return what the lines of an allocation, in order, make of it; None where the log does not begin with it."""
    state = State()
    for line in lines:
        if line.step == "taken_over":
            return None
        _apply(state, line, approvals_needed)
    return state


def most_told(lines: Iterable[Line]) -> int | None:
    """Return the most that a household was told of at once, by the lines of one need's allocations in order.

    None where the log does not begin with one of them.
    """
    states: defaultdict[UUID, State] = defaultdict(State)
    most = 0
    for line in lines:
        if line.step == "taken_over":
            return None
        _apply(states[line.allocation], line, 0)
        if line.step == "told":
            most = max(most, sum(state.holding for state in states.values() if state.told))
    return most


def _apply(state: State, line: Line, approvals_needed: int) -> None:
    match line.step:
        case "proposed":
            state.quantity, state.stage = line.quantity, "proposed"
        case "reserved":
            state.stage = "reserved"
        case "told":
            state.told = True
        case "resumed":
            state.household_held = False
        case "approved":
            state.approvals += line.counts
            state.held = state.held and state.approvals < approvals_needed
        case "held" | "stopped":
            _stop(state, line)
        case _:
            _move(state, line)


def _stop(state: State, line: Line) -> None:
    if line.step == "stopped" and line.reason == "household_held":
        state.household_held = True
    else:
        state.held = True


def _move(state: State, line: Line) -> None:
    """Apply a step that moves some of it."""
    match line.step:
        case "paid":
            state.contributed = min(state.quantity, state.contributed + line.quantity)
            state.stage = "reserved"
        case "delivered":
            state.delivered += line.quantity
            state.stage = "delivered" if state.delivered == state.quantity else state.stage
        case "released" if state.stage in LIVE:
            _release(state, line.quantity)
        case "returned":
            state.contributed = max(state.delivered, state.contributed - line.quantity)
        case step:
            state.stage = _OVER.get(step, state.stage)
    state.contributed = min(state.contributed, state.quantity)


def _release(state: State, quantity: int) -> None:
    if quantity >= state.quantity - state.delivered:
        state.stage = "released"
    else:
        state.quantity -= quantity
