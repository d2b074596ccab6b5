"""The projection in Quix Streams, with the sink it has for PostgreSQL: `in_quix.py JSON`."""

import json
import sys
import time

from quixstreams import Application
from quixstreams.sinks.community.postgresql import PostgreSQLSink

GIVEN = json.loads(sys.argv[1])

first: list[float] = []


def keep(pledge: dict[str, object]) -> dict[str, object]:
    """Return what is kept of a pledge."""
    if not first:
        first.append(time.perf_counter())
    return {name: pledge[name] for name in GIVEN["columns"]}


app = Application(
    broker_address=GIVEN["bootstrap"],
    consumer_group=GIVEN["group"],
    auto_offset_reset="earliest",
    commit_every=GIVEN["batch"],
    loglevel="ERROR",
)
sink = PostgreSQLSink(
    host=GIVEN["host"],
    port=5432,
    dbname=GIVEN["database"],
    user="postgres",
    password="",
    table_name="pledge",
    schema_auto_update=False,
    primary_key_columns=["pledge"],
    upsert_on_primary_key=True,
    include_metadata=False,
)
app.dataframe(app.topic(GIVEN["topic"], value_deserializer="json")).apply(keep).sink(sink)
app.run(count=GIVEN["events"])
print("rate", GIVEN["events"] / (time.perf_counter() - first[0]), flush=True)
