"""How fast events travel: beside a bare loop over the same bus, on both buses."""

import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import msgspec
import psycopg
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from helix.local.kafka import free_ports, start_for
from helix.local.postgres import Postgres
from shared import outbox
from shared.bell import connection_url
from shared.bus import Bus
from shared.bus.builtin import BuiltinBus
from shared.bus.kafka import KafkaBus
from shared.bus.topics import all_topics
from shared.database import engine_options, sqlalchemy_url
from shared.events.donations import PledgeOpened, Resource, Restrictions
from shared.events.envelope import Received
from shared.ids import new_id
from shared.settings import Settings, load
from shared.tables import EXCHANGE, IDEMPOTENCY
from shared.worker import Handler, Worker
from shared.worker.consuming import BATCH, Consuming
from shared.worker.watchdog import Watchdog

EVENTS = 30_000
HOPS = 100
TOPIC = "helix.donations"

_KEEP = text("""
    INSERT INTO pledge SELECT * FROM json_populate_recordset(NULL::pledge, CAST(:rows AS json))
    ON CONFLICT (pledge) DO UPDATE SET quantity = excluded.quantity
""")


def measure() -> None:
    """Measure each bus and print a line for each."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = Postgres(folder / "postgres")
        stack.callback(postgres.stop)
        _measure("built-in log", postgres, BuiltinBus(postgres.ensure_database("log")), "b")
        broker = start_for(folder / "kafka", folder, *free_ports())
        stack.callback(broker.stop)
        _measure("Apache Kafka", postgres, KafkaBus([broker.bootstrap]), "k")


def _measure(name: str, postgres: Postgres, bus: Bus, prefix: str) -> None:
    tells = _Side(postgres, bus, "donations", prefix)
    hears = _Side(postgres, bus, "reporting", prefix)
    bus.ensure_topics(all_topics(tells.settings))
    with tells.sessions.begin() as session:
        outbox.record_all(session, [_pledge() for _ in range(EVENTS)])
    relayed = _rate(tells.worker.parts.relay().publish_all)
    bare = _rate(lambda: _bare_loop(bus, hears))
    applied = _rate(lambda: _consume(bus, hears))
    p50, p99 = _latency(tells, hears)
    print(
        f"{name}: relay {relayed:,.0f}/s; bare loop {bare:,.0f}/s; worker {applied:,.0f}/s"
        f" ({applied / bare:.2f} of bare); commit to projection p50 {p50:.1f} ms, p99 {p99:.1f} ms"
    )
    bus.close()


class _Side:
    def __init__(self, postgres: Postgres, bus: Bus, service: str, prefix: str) -> None:
        engine = create_engine(sqlalchemy_url(postgres.ensure_database(prefix + service)), **engine_options())
        self.url = connection_url(engine)
        self.sessions = sessionmaker(engine)
        with self.sessions.begin() as session:
            for statement in (
                *EXCHANGE,
                *IDEMPOTENCY,
                "CREATE TABLE pledge (pledge uuid PRIMARY KEY, quantity bigint)",
            ):
                session.execute(text(statement))
        self.settings = _settings(service)
        handlers = [Handler((PledgeOpened,), _keep)] if service == "reporting" else []
        self.worker = Worker(self.settings, self.sessions, bus, handlers=handlers)


def _keep(session: Session, events: list[Received]) -> None:
    latest = {event.data.key: event.data for event in events if isinstance(event.data, PledgeOpened)}
    rows = [{"pledge": key, "quantity": data.quantity} for key, data in latest.items()]
    session.execute(_KEEP, {"rows": msgspec.json.encode(rows).decode()})


def _bare_loop(bus: Bus, side: _Side) -> None:
    """Poll, decode, COPY, commit: nothing is guarded."""
    reader = bus.consumer(None, [TOPIC], lambda parts: dict.fromkeys(parts, 0))
    seen = 0
    with psycopg.connect(side.url) as connection:
        connection.execute("CREATE TABLE bare (pledge uuid, quantity bigint)")
        while seen < EVENTS:
            records = reader.poll(1.0, BATCH)
            rows = [msgspec.json.decode(record.value or b"") for record in records]
            with connection.cursor().copy("COPY bare FROM STDIN") as copy:
                for row in rows:
                    copy.write_row((row["pledge"], row["quantity"]))
            connection.commit()
            seen += len(records)
    reader.close()


def _consume(bus: Bus, side: _Side) -> None:
    parts = side.worker.parts
    consuming = Consuming(
        "reporting",
        parts.intake(),
        parts.applier(),
        Watchdog(60),
        lambda locate: bus.consumer(None, parts.topics, locate),
    )
    while _count(side) < EVENTS:
        for _ in range(5):
            consuming.step()
    consuming.close()


def _latency(tells: _Side, hears: _Side) -> tuple[float, float]:
    workers = [tells.worker, hears.worker]
    threads = [threading.Thread(target=worker.run_until_stopped) for worker in workers]
    for thread in threads:
        thread.start()
    time.sleep(5)
    taken = []
    with psycopg.connect(hears.url, autocommit=True) as connection:
        for _ in range(HOPS):
            event = _pledge()
            with tells.sessions.begin() as session:
                outbox.record(session, event)
            started = time.perf_counter()
            while not connection.execute(
                "SELECT 1 FROM pledge WHERE pledge = %s", (event.pledge,)
            ).fetchone():
                time.sleep(0.0005)
            taken.append((time.perf_counter() - started) * 1000)
            time.sleep(0.02)
    for worker in workers:
        worker.stop()
    for thread in threads:
        thread.join()
    return statistics.median(taken), sorted(taken)[int(HOPS * 0.99) - 1]


def _count(side: _Side) -> int:
    with side.sessions() as session:
        return int(session.execute(text("SELECT count(*) FROM pledge")).scalar_one())


def _rate(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return EVENTS / (time.perf_counter() - started)


def _pledge() -> PledgeOpened:
    return PledgeOpened(
        pledge=new_id(),
        version=1,
        stakeholder=new_id(),
        stakeholder_kind="philanthropy",
        resource=Resource(kind="cash", unit="IDR"),
        quantity=25_000_000,
        value_idr=25_000_000,
        fund="zis",
        zakat=True,
        strategy="reduce_burden",
        restrictions=Restrictions(areas=["35.17.01"], categories=["food"]),
        opens_on=date(2026, 11, 21),
        expires_on=None,
    )


def _settings(service: str) -> Settings:
    urls = {f"HELIX_{name}_URL": "http://127.0.0.1" for name in ("DONATIONS", "PROGRAMS", "REPORTING")}
    own = {
        f"HELIX_{service.upper()}_SECRET_KEY": "only for this measurement, nothing is signed",
        f"HELIX_{service.upper()}_DATABASE_URL": "given to the engine",
    }
    return load(service, urls | own | {"HELIX_BUS": "builtin", "HELIX_BUS_DATABASE_URL": "given to the bus"})
