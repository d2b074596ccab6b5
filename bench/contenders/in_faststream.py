"""The projection in FastStream: `in_faststream.py JSON`. Offsets are committed after the transaction."""

import asyncio
import json
import sys
import time
from uuid import UUID

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel

GIVEN = json.loads(sys.argv[1])


class Pledge(BaseModel):
    """What is kept of a pledge."""

    pledge: UUID
    version: int
    stakeholder: UUID
    fund: str
    quantity: int
    value_idr: int


broker = KafkaBroker(GIVEN["bootstrap"])
app = FastStream(broker)
pool = AsyncConnectionPool(GIVEN["url"], open=False)
first: list[tuple[float, int]] = []
seen = 0


def count(events: int) -> None:
    """Note how many were kept; with the last one print the rate and end."""
    global seen  # noqa: PLW0603 - a handler is a function here
    seen += events
    if not first:
        first.append((time.perf_counter(), seen))
    if seen >= GIVEN["events"]:
        began, before = first[0]
        print("rate", (seen - before) / (time.perf_counter() - began), flush=True)
        app.exit()


READING = {"group_id": GIVEN["group"], "auto_offset_reset": "earliest", "ack_policy": AckPolicy.NACK_ON_ERROR}


async def keep(pledge: Pledge) -> None:
    """Keep one pledge in a transaction of its own, as the documentation begins."""
    async with pool.connection() as connection:
        await connection.execute(GIVEN["upsert"], list(pledge.model_dump().values()))
    count(1)


async def keep_all(pledges: list[Pledge]) -> None:
    """Keep a batch of pledges in one transaction."""
    async with pool.connection() as connection, connection.cursor() as cursor:
        await cursor.executemany(GIVEN["upsert"], [list(pledge.model_dump().values()) for pledge in pledges])
    count(len(pledges))


if GIVEN["batch"]:
    broker.subscriber(GIVEN["topic"], batch=True, max_records=GIVEN["batch"], **READING)(keep_all)
else:
    broker.subscriber(GIVEN["topic"], **READING)(keep)


async def main() -> None:
    """Run until all are kept."""
    await pool.open()
    await app.run()
    await pool.close()


asyncio.run(main())
