"""Reading the log: whether the chain holds, and whether what it tells is what there is."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text

from services.programs.matching.models import Allocation, AllocationEntry
from services.programs.needs.models import Need
from services.programs.replaying.domain import BEGINNING, Line, State, digest, most_told, replay
from services.programs.replaying.models import Seal
from shared.database import AnySession

_AT_ONCE = 2000

# What was there when the log began was taken over at one moment, before anything was sealed or came after.
_TAKEN_OVER_LATE = text("""
    SELECT DISTINCT allocation_id FROM allocation_entry AS late WHERE step = 'taken_over' AND (
        at > (SELECT min(at) FROM allocation_entry WHERE step = 'taken_over')
        OR at > (SELECT sealed_at FROM allocation_seal WHERE number = 1)
        OR EXISTS (SELECT FROM allocation_entry WHERE seq < late.seq AND at > late.at))
""")

# A seal is of two seconds, and of 2,000 lines at most.
_SEALS = 50


@dataclass(frozen=True, slots=True)
class Chain:
    """How many lines hold, how many are not sealed yet, the first seal that does not hold, and the last digest."""

    holding: int
    unsealed: int
    broken: int | None
    digest: str = ""


@dataclass(slots=True)
class Replayed:
    """How many allocations are as the log says, how many it does not begin with, and what is otherwise."""

    same: int
    from_before: int
    differences: list[str]


def find_lines(session: AnySession, condition: ColumnElement[bool], *, most: int) -> Sequence[Line]:
    """Return the first lines that fit a condition, in order."""
    return [_line(row) for row in session.execute(_lines().where(condition).limit(most))]


def look_at_chain(session: AnySession, key: bytes) -> Chain:
    """Go through the whole chain, some seals at a time."""
    before, holding, number = BEGINNING, 0, 0
    while seals := session.scalars(
        select(Seal).where(Seal.number > number).order_by(Seal.number).limit(_SEALS)
    ).all():
        sealed = _sealed(session, seals[0].number, seals[-1].number)
        for seal in seals:
            number += 1
            lines = sealed.get(seal.number, [])
            before = digest(key, before, lines)
            if (seal.number, seal.entries, seal.digest) != (number, len(lines), before):
                return Chain(holding, 0, number)
            holding += len(lines)
    beyond = select(func.count(AllocationEntry.seq)).where(~AllocationEntry.seal.between(1, number))
    if session.scalar(beyond):
        return Chain(holding, 0, number + 1)
    unsealed = select(func.count(AllocationEntry.seq)).where(AllocationEntry.seal.is_(None))
    return Chain(holding, session.scalar(unsealed) or 0, None, before.hex())


def _sealed(session: AnySession, first: int, last: int) -> dict[int, list[Line]]:
    """Return the lines of some seals, in order."""
    found: dict[int, list[Line]] = defaultdict(list)
    for row in session.execute(_lines().where(AllocationEntry.seal.between(first, last))):
        found[row[0].seal].append(_line(row))
    return found


def replay_all(session: AnySession) -> Replayed:
    """Make every allocation anew from its lines, and compare it with what there is."""
    late = session.scalars(_TAKEN_OVER_LATE).all()
    found = Replayed(
        0, 0, [f"{each}: it is said to be from before the log, which had begun." for each in late]
    )
    everything = (
        select(Allocation, AllocationEntry)
        .outerjoin(AllocationEntry, AllocationEntry.allocation_id == Allocation.id)
        .order_by(Allocation.id, AllocationEntry.seq)
        .execution_options(yield_per=_AT_ONCE)
    )
    result: Any = session.execute(everything)
    with closing(result) as rows:
        for allocation, group in groupby(rows, key=lambda row: row[0]):
            lines = [_line_of(entry) for _, entry in group if entry]
            state = replay(lines, allocation.approvals_needed)
            if state is None:
                found.from_before += 1
                continue
            wrong = list(_differences(allocation, state))
            if lines and lines[0].at != allocation.created_at:
                wrong.append(f"{allocation.id}: it was made at another time than the log says.")
            found.differences.extend(wrong)
            found.same += not wrong
    return found


def compare_promises(session: AnySession) -> list[str]:
    """Return the needs that promise other than the most that their households were told of at once, by the log."""
    told = and_(Allocation.need_id == Need.id, Allocation.told_at.is_not(None))
    everything = (
        select(Need.id, Need.promised, AllocationEntry)
        .outerjoin(Allocation, told)
        .outerjoin(AllocationEntry, AllocationEntry.allocation_id == Allocation.id)
        .where(or_(Need.promised > 0, Allocation.id.is_not(None)))
        .order_by(Need.id, AllocationEntry.seq)
        .execution_options(yield_per=_AT_ONCE)
    )
    found = []
    result: Any = session.execute(everything)
    with closing(result) as rows:
        for (need, promised), group in groupby(rows, key=lambda row: (row[0], row[1])):
            most = most_told(_line_of(entry) for _, _, entry in group if entry)
            if most not in {None, promised}:
                found.append(f"{need}: the need promises {promised}, and {most} by the log.")
    return found


def _differences(allocation: Allocation, state: State) -> Iterator[str]:
    for field in fields(State):
        told = getattr(state, field.name)
        has = allocation.told_at is not None if field.name == "told" else getattr(allocation, field.name)
        if has != told:
            yield f"{allocation.id}: {field.name} is {has}, and {told} by the log."


def _lines() -> Select[Any]:
    """Return the statement of lines, each with what its proposal was made of."""
    about = (
        Allocation.need_id,
        Allocation.pledge_id,
        Allocation.approvals_needed,
        Allocation.policy_version,
        Allocation.pledge_version,
        Allocation.reasons,
    )
    return (
        select(AllocationEntry, *about)
        .join(Allocation, Allocation.id == AllocationEntry.allocation_id)
        .order_by(AllocationEntry.seq)
    )


def _line(row: Any) -> Line:
    entry, *about = row
    if entry.step != "proposed":
        return _line_of(entry)
    return _line_of(entry, [str(each) if isinstance(each, UUID) else each for each in about])


def _line_of(entry: AllocationEntry, about: list[Any] | None = None) -> Line:
    return Line(
        seq=entry.seq,
        allocation=entry.allocation_id,
        step=entry.step,
        quantity=entry.quantity,
        by=entry.by,
        reason=entry.reason,
        paid_on=entry.paid_on,
        counts=entry.counts,
        at=entry.at,
        about=about,
    )
