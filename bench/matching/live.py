"""The allocator on a market of a database: how long a whole step takes, from what changed to the commit.

A process of its own: `python -m bench.matching.live NEEDS SUPPLY`; tells milliseconds as JSON. A step reads what
changed, lets the engine decide, locks, reads again, and writes the differences and their events.
"""

import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import insert, select
from sqlalchemy.orm import Session, sessionmaker

import services.programs
from bench.matching.compressed import peak_megabytes
from bench.matching.generator import market
from bench.servers import sessions_of
from helix.local.postgres import Postgres
from services.programs.allocating.operations import Allocator
from services.programs.database import Model
from services.programs.markets.domain import Change
from services.programs.markets.operations import note_changes
from services.programs.matching.domain import Claim, Rule
from services.programs.matching.engine.market import Market
from services.programs.matching.models import Allocation, Pledge
from services.programs.matching.operations import end, lock_allocations, note_allocations
from services.programs.needs.models import Need
from services.programs.registry.models import Household
from shared import clock
from shared.ids import new_id
from shared.migrations import upgrade
from shared.vocabulary import RUPIAH

EVENTS = 1_000
_AT_ONCE = 5_000


class Live:
    """A market in a database, and the worker that settles it."""

    def __init__(self, now: Market, sessions: sessionmaker[Session], seed: int) -> None:
        self._market = now
        self._sessions = sessions
        self._chance = random.Random(seed)
        self._allocator = Allocator()
        self.took: dict[str, list[float]] = defaultdict(list)

    def fill(self) -> None:
        """Put all of the market into the database."""
        now = self._market
        needs = [
            self._need(now.claims[claim], int(wanted), place)
            for place, (claim, wanted) in enumerate(zip(now.claim_of, now.wanted, strict=True))
        ]
        pledges = [
            self._pledge(now.rules[rule], int(pledged))
            for rule, pledged in zip(now.rule_of, now.pledged, strict=True)
        ]
        self._add(Household, [household for household, _ in needs])
        self._add(Need, [need for _, need in needs])
        self._add(Pledge, pledges)
        with self._sessions.begin() as session:
            note_changes(session, [Change(RUPIAH)])

    def settle(self) -> int:
        """Settle until nothing is left to do; return in how many turns."""
        turns = 0
        while self._turn():
            turns += 1
        return turns

    def go_on(self, events: int) -> None:
        """Let so many things happen, each settled before the next."""
        steps: tuple[Callable[[Session], bool], ...] = (
            self._new_need,
            self._new_pledge,
            self._pay,
            self._veto,
        )
        for _ in range(events):
            (step,) = self._chance.choices(steps, (50, 15, 25, 10))
            with self._sessions.begin() as session:
                happened = step(session)
            if happened:
                began = time.perf_counter()
                self.settle()
                self.took[step.__name__.strip("_").replace("_", " ")].append(
                    1000 * (time.perf_counter() - began)
                )

    def _turn(self) -> bool:
        with self._sessions.begin() as session:
            return self._allocator.settle_next(session)

    def _new_need(self, session: Session) -> bool:
        like = self._chance.randrange(len(self._market.claim_of))
        claim = self._market.claims[self._market.claim_of[like]]
        household, need = self._need(claim, int(self._market.wanted[like]), like)
        session.execute(insert(Household), [household])
        session.execute(insert(Need), [need])
        note_changes(session, [Change(RUPIAH, need=need["id"])])
        return True

    def _new_pledge(self, session: Session) -> bool:
        like = self._chance.randrange(len(self._market.rule_of))
        rule = self._market.rules[self._market.rule_of[like]]
        pledge = self._pledge(rule, int(self._market.pledged[like]))
        session.execute(insert(Pledge), [pledge])
        note_changes(session, [Change(RUPIAH, pledge=pledge["id"])])
        return True

    def _pay(self, session: Session) -> bool:
        for one in lock_allocations(session, self._some_allocation(session)):
            one.allocation.contributed, one.allocation.stage = one.allocation.quantity, "reserved"
            note_allocations(session, [one])
            return True
        return False

    def _veto(self, session: Session) -> bool:
        for one in lock_allocations(session, self._some_allocation(session)):
            end(one, "vetoed", "person")
            note_allocations(session, [one])
            return True
        return False

    def _some_allocation(self, session: Session) -> list[UUID]:
        # The ids begin with their time: a moment between the first and now leads to one of that time.
        after = select(Allocation.id).where(Allocation.stage == "proposed", Allocation.contributed == 0)
        return list(
            session.scalars(after.order_by(Allocation.id).offset(self._chance.randrange(500)).limit(1))
        )

    def _need(self, claim: Claim, wanted: int, place: int) -> tuple[dict[str, Any], dict[str, Any]]:
        now, household = clock.now(), new_id()
        people = {"under_5": 0, "from_5_to_17": 1, "from_18_to_59": 2, "from_60": 0}
        # Who stands higher in the market that was made has waited longer.
        verified = now - timedelta(days=30) + timedelta(seconds=place)
        return {
            "id": household,
            "desa": claim.desa,
            "status": "verified",
            "decile": claim.decile,
            "decile_source": "DTSEN",
            "decile_vintage": "2025",
            "score": 500,
            "score_version": "v1",
            "score_parts": {},
            "attributes": sorted(claim.attributes),
            "people": 3,
            "ages": people,
            "housing": {},
            "address": b"-",
            "verified_at": verified,
            "valid_until": clock.today() + timedelta(days=365),
            "registered_by": "bench",
            "fingerprint": b"-",
            "created_at": now,
            "updated_at": now,
        }, {
            "id": new_id(),
            "household_id": household,
            "desa": claim.desa,
            "category": claim.category,
            "unit": RUPIAH,
            "market": RUPIAH,
            "quantity": wanted,
            "value_idr": wanted,
            "urgency": 3,
            "indivisible": False,
            "recorded_by": "bench",
            "created_at": now,
        }

    def _pledge(self, rule: Rule, pledged: int) -> dict[str, Any]:
        return {
            "id": new_id(),
            "version": 1,
            "status": "open",
            "stakeholder": new_id(),
            "stakeholder_kind": "philanthropy",
            "kind": "cash",
            "unit": RUPIAH,
            "market": RUPIAH,
            "quantity": pledged,
            "fund": "zis",
            "zakat": rule.zakat,
            "strategy": "reduce_burden",
            "areas": sorted(rule.areas),
            "categories": sorted(rule.categories),
            "attributes": sorted(rule.attributes),
            "max_decile": rule.max_decile,
            "opens_on": clock.today(),
        }

    def _add(self, model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
        for few in _in_parts(rows):
            with self._sessions.begin() as session:
                session.execute(insert(model), few)


def _in_parts(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]


def main(needs: int, supply: float) -> None:
    """Settle the market, let things happen in it, and tell what it took."""
    with tempfile.TemporaryDirectory(prefix="helix-bench-") as folder:
        postgres = Postgres(Path(folder) / "postgres")
        try:
            url = postgres.ensure_database("programs")
            upgrade(url, Path(str(services.programs.__file__)).parent / "migrations")
            live = Live(market(needs, supply), sessions_of(url), seed=11)
            live.fill()
            began = time.perf_counter()
            turns = live.settle()
            first = time.perf_counter() - began
            live.go_on(EVENTS)
        finally:
            postgres.stop()
    told: dict[str, Any] = {
        "needs": needs,
        "supply": supply,
        "first_seconds": first,
        "first_turns": turns,
        "megabytes": peak_megabytes(),
    }
    took = live.took | {"all": [each for several in live.took.values() for each in several]}
    for name, several in took.items():
        p50, p99 = np.percentile(several, (50, 99))
        told[name] = {"p50": p50, "p99": p99, "max": max(several), "events": len(several)}
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
