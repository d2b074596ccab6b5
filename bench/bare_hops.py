"""The bare counterpart of a pledge's journey: as many hops and commits, and nothing that guards them.

`python -m bench.bare_hops URL HOP BUS...`: read from one topic, insert, commit, publish on the next.
"""

import sys
import threading
from collections.abc import Callable

import psycopg
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from bench.bare_web import db, insert_pledge, make_app
from shared.bus import Bus, Message, Topic
from shared.bus.builtin import BuiltinBus
from shared.bus.kafka import KafkaBus

# donations -> programs, programs -> donations, donations -> reporting.
TOPICS = ("bare.opened", "bare.proposed", "bare.reserved")
# What each hop commits; programs commits what it heard and then what it decided.
_COMMITS = (2, 1, 1)

_TABLES = """
    CREATE TABLE IF NOT EXISTS heard (hop integer, quantity bigint);
    CREATE TABLE IF NOT EXISTS total (reserved bigint);
    INSERT INTO total SELECT 0 WHERE NOT EXISTS (SELECT FROM total);
"""


def prepare(bus: Bus, url: str) -> None:
    """Make the tables and the topics."""
    with psycopg.connect(url) as connection:
        connection.execute(_TABLES)
    with make_app(url).app_context():
        db.create_all()
    bus.ensure_topics([Topic(name, 1) for name in TOPICS])


def make_journey_app(url: str, *bus: str) -> Flask:
    """Return the first hop, which takes pledges, and the last, which shows the sum of what arrived."""
    app = make_app(url)
    producers: list[Callable[[int], None]] = []

    def accept() -> ResponseReturnValue:
        pledge = insert_pledge(request.get_json())
        if not producers:
            producers.append(_publisher(connect(*bus), TOPICS[0]))
        producers[0](pledge.quantity)
        return jsonify(id=pledge.id), 201

    def show() -> ResponseReturnValue:
        reserved = db.session.execute(text("SELECT reserved FROM total")).scalar_one()
        return jsonify(funding={"reserved": reserved})

    app.view_functions["accept"] = accept
    app.add_url_rule("/v1/summary", "show", show)
    return app


def run_hop(url: str, hop: int, *bus: str) -> None:
    """Do one hop's work for ever."""
    connected = connect(*bus)
    reader = connected.consumer(None, [TOPICS[hop]], lambda parts: dict.fromkeys(parts, 0))
    publish = _publisher(connected, TOPICS[hop + 1]) if hop + 1 < len(TOPICS) else None
    with psycopg.connect(url) as connection:
        while True:
            quantities = [int(record.value or b"0") for record in reader.poll(0.5, 2_000)]
            if not quantities:
                continue
            for _ in range(_COMMITS[hop]):
                connection.cursor().executemany(
                    "INSERT INTO heard VALUES (%s, %s)", [(hop, quantity) for quantity in quantities]
                )
                if publish is None:
                    connection.execute("UPDATE total SET reserved = reserved + %s", (sum(quantities),))
                connection.commit()
            if publish is not None:
                for quantity in quantities:
                    publish(quantity)


def connect(kind: str, address: str) -> Bus:
    """Return a bus: `kafka` at host:port, or `builtin` in a database."""
    return KafkaBus([address]) if kind == "kafka" else BuiltinBus(address)


def _publisher(bus: Bus, topic: str) -> Callable[[int], None]:
    producer, turn = bus.producer(), threading.Lock()

    def publish(quantity: int) -> None:
        # A producer is one thread's.
        with turn:
            producer.publish([Message(topic, b"one", (), str(quantity).encode())])

    return publish


if __name__ == "__main__":
    run_hop(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
