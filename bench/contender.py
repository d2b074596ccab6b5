"""One contender in a process of its own: `python -m bench.contender NAME JSON`."""

import json
import logging
import sys
import time
from typing import Any

import psycopg
from kafka import KafkaConsumer  # noqa: TID251 - the bare loop is what ours is compared with
from kafka.structs import TopicPartition  # noqa: TID251

from bench.pledges import HANDLERS
from bench.servers import PARTITIONS, sessions_of, settings_of
from shared.bus.builtin import BuiltinBus
from shared.bus.kafka import KafkaBus
from shared.worker import Worker
from shared.worker.consuming import BATCH


def bare(given: dict[str, Any]) -> None:
    """Poll, decode, COPY, commit: nothing is checked, deduplicated or fenced. Prints its rate."""
    consumer = KafkaConsumer(bootstrap_servers=given["bootstrap"], auto_offset_reset="earliest")
    columns = given["columns"]
    consumer.assign([TopicPartition(topic, part) for topic in given["topics"] for part in range(PARTITIONS)])
    seen, first, began = 0, 0, 0.0
    with psycopg.connect(given["url"]) as connection:
        connection.execute(f"CREATE TABLE bare ({', '.join(f'{name} text' for name in columns)})")
        while seen < given["events"]:
            polled = consumer.poll(timeout_ms=1_000, max_records=BATCH)
            rows = [json.loads(record.value) for records in polled.values() for record in records]
            with connection.cursor().copy("COPY bare FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([row.get(name) for name in columns])
            connection.commit()
            seen += len(rows)
            if not began and rows:
                # What it takes to connect is not measured, of anybody.
                began, first = time.perf_counter(), seen
    print((seen - first) / (time.perf_counter() - began))
    consumer.close()


def worker(given: dict[str, Any]) -> None:
    """Run a real worker until stopped: reporting applies the measured projection, donations only relays."""
    bus = KafkaBus([given["address"]]) if given["bus"] == "kafka" else BuiltinBus(given["address"])
    settings = settings_of(given["service"], given["url"])
    handlers = HANDLERS if given["service"] == "reporting" else ()
    Worker(settings, sessions_of(given["url"]), bus, handlers=handlers).run_until_stopped()
    bus.close()


if __name__ == "__main__":
    logging.basicConfig(level="ERROR")
    {"bare": bare, "worker": worker}[sys.argv[1]](json.loads(sys.argv[2]))
