"""The projection in eventsourcing, over the events it keeps in PostgreSQL: `in_eventsourcing.py JSON`."""

import json
import sys
import time
from functools import singledispatchmethod
from typing import Any
from uuid import uuid4  # noqa: TID251 - it stands outside of Helix

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

GIVEN = json.loads(sys.argv[1])
ENVIRONMENT = {
    "PERSISTENCE_MODULE": "eventsourcing.postgres",
    "POSTGRES_DBNAME": GIVEN["database"],
    "POSTGRES_HOST": GIVEN["host"],
    "POSTGRES_PORT": "5432",
    "POSTGRES_USER": "postgres",
    "POSTGRES_PASSWORD": "",
}
_SAVED_AT_ONCE = 500


class Pledge(Aggregate):
    """A pledge."""

    class Opened(Aggregate.Created):
        """A stakeholder promised something."""

        stakeholder: str
        fund: str
        quantity: int
        value_idr: int

    def __init__(self, stakeholder: str, fund: str, quantity: int, value_idr: int) -> None:
        """Be as the event says."""
        self.stakeholder, self.fund, self.quantity, self.value_idr = stakeholder, fund, quantity, value_idr


class Pledging(Application):
    """Where pledges are opened."""


class Kept(PostgresTrackingRecorder):
    """The table, and how far it is."""

    def keep(self, row: list[Any], tracking: Tracking) -> None:
        """Keep a pledge with the place of its event, in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(GIVEN["upsert"], row, prepare=True)
            self._insert_tracking(cursor, tracking)


class Keeping(Projection[Kept]):
    """Keeps each pledge that is opened."""

    @singledispatchmethod
    def process_event(self, _event: Any, tracking: Tracking) -> None:
        """Pass over all else."""
        self.view.insert_tracking(tracking)

    @process_event.register
    def _(self, event: Pledge.Opened, tracking: Tracking) -> None:
        row = [event.originator_id, 1, event.stakeholder, event.fund, event.quantity, event.value_idr]
        self.view.keep(row, tracking)


def main() -> None:
    """Open the pledges, then measure how fast they are kept."""
    app = Pledging(ENVIRONMENT)
    last = 0
    for start in range(0, GIVEN["events"], _SAVED_AT_ONCE):
        some = range(min(_SAVED_AT_ONCE, GIVEN["events"] - start))
        saved = app.save(*(Pledge(str(uuid4()), "zis", 25_000_000, 25_000_000) for _ in some))
        last = saved[-1].notification.id
    began = time.perf_counter()
    with ProjectionRunner(
        application_class=Pledging, projection_class=Keeping, view_class=Kept, env=ENVIRONMENT
    ) as runner:
        runner.wait(last, timeout=300)
    print("rate", GIVEN["events"] / (time.perf_counter() - began), flush=True)
    app.close()


main()
