"""All events told once more, from the beginning, to services that have heard nothing yet."""

from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import Table, select

from services.donations.app import SERVICE as DONATIONS
from services.donations.board.handlers import HANDLERS as BOARD
from services.donations.board.models import ToldGap
from services.programs.answers.handlers import on_donations
from services.programs.app import SERVICE as PROGRAMS
from services.programs.matching.models import Pledge
from services.reporting.app import SERVICE as REPORTING
from services.reporting.database import db as reporting_db
from services.reporting.projections.models import Applied
from services.reporting.rebuild.operations import rebuild
from shared.events.donations import PledgeAmended, PledgeExpired, PledgeOpened, PledgeWithdrawn
from shared.worker import Handler
from tests.properties.log import Log
from tests.properties.side import Side

Contents = dict[str, list[tuple[Any, ...]]]


def _table(model: Any) -> Table:
    found: Table = model.__table__
    return found


# What two tellings of the same events may differ in.
_LEFT_OUT = {
    # It counts the batches, and these are cut differently.
    _table(Applied).c.version,
    # These are no copy of what donations said of the pledge itself: they follow from its answers to
    # allocations, of which a service that begins anew has made none.
    *(_table(Pledge).c[name] for name in ("used", "withheld", "blocked_by", "blocked_until", "said_in")),
}
# Sums; the row of a place to which nothing counts is there or not as the batches were cut.
_SUMS = frozenset({"area_figures", "funding", "waited", "waiting", "change"})
_DESCRIBE_PLEDGES = (Handler((PledgeOpened, PledgeAmended, PledgeWithdrawn, PledgeExpired), on_donations),)


class Replay:
    """Services of their own for it: reporting whole, of the two others what they copy from each other."""

    def __init__(self, make_app: Callable[..., Flask], log: Log) -> None:
        self._reporting = Side(make_app("reporting"), REPORTING, log)
        self._donations = Side(make_app("donations"), DONATIONS, log, BOARD)
        self._programs = Side(make_app("programs"), PROGRAMS, log, _DESCRIBE_PLEDGES)
        self._log = log

    def close(self) -> None:
        """Let go of connections."""
        for side in (self._reporting, self._donations, self._programs):
            side.close()

    def differences(self, live: Mapping[str, Side], *, days_differ: bool) -> list[str]:
        """Return what comes out otherwise than in the live services.

        `days_differ`: events were put aside, so that the trend keeps other days on which figures changed.
        """
        of_reporting = [
            table
            for table in reporting_db.metadata.sorted_tables
            if not (days_differ and table.name == "change")
        ]
        wrong = _differences("told anew", self._tell(self._reporting), live["reporting"], of_reporting)
        wrong += _differences("told anew", self._tell(self._donations), live["donations"], [_table(ToldGap)])
        wrong += _differences("told anew", self._tell(self._programs), live["programs"], [_table(Pledge)])
        reporting = live["reporting"]
        before = contents(reporting, of_reporting)
        rebuild(reporting.settings.database_url, self._log, REPORTING.handlers)
        reporting.work_off()
        return wrong + _compare("rebuilt", before, contents(reporting, of_reporting))

    @staticmethod
    def _tell(side: Side) -> Side:
        side.clear()
        chance = Random(0)
        while side.deliver([chance.randrange(9) for _ in range(chance.choice((1, 7, 60)))]):
            pass
        if side.name == "reporting":
            # The trend forgets its minutes after a while.
            side.work_off()
        return side


def contents(side: Side, tables: Iterable[Table]) -> Contents:
    """Return what the tables hold, all columns but those in which two tellings may differ."""
    found: Contents = {}
    with side.engine.connect() as connection:
        for table in tables:
            kept = [column for column in table.columns if column not in _LEFT_OUT]
            keys = len(table.primary_key.columns)
            rows = [tuple(map(_comparable, row)) for row in connection.execute(select(*kept))]
            if table.name in _SUMS:
                rows = [row for row in rows if any(row[keys:])]
            found[table.name] = sorted(rows, key=repr)
    return found


def _comparable(value: Any) -> Any:
    """Return a value of a row so that it can be an element of a set."""
    return repr(value) if isinstance(value, list) else value


def _differences(how: str, told: Side, live: Side, tables: list[Table]) -> list[str]:
    return _compare(f"{live.name} {how}", contents(live, tables), contents(told, tables))


def _compare(how: str, live: Contents, other: Contents) -> list[str]:
    return [
        f"{how}: {table} has {sorted(set(other[table]) - set(rows), key=repr)} instead of"
        f" {sorted(set(rows) - set(other[table]), key=repr)}."
        for table, rows in live.items()
        if rows != other[table]
    ]
