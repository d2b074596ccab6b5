"""The servers that the exchange is measured on: a PostgreSQL that fsyncs, a single-node Apache Kafka."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from helix.local.kafka import free_ports, start_for
from helix.local.postgres import Postgres
from shared.bus import Bus
from shared.bus.builtin import BuiltinBus
from shared.bus.kafka import KafkaBus
from shared.bus.topics import all_topics
from shared.database import engine_options, sqlalchemy_url
from shared.ids import new_id
from shared.settings import Settings, load
from shared.tables import EXCHANGE, IDEMPOTENCY, WORKER_STATE

PARTITIONS = 2


@dataclass(frozen=True, slots=True)
class Servers:
    """Both servers, with empty topics on both buses."""

    postgres: Postgres
    bootstrap: str
    log_url: str

    def bus(self, kind: str) -> Bus:
        """Return a bus: `kafka` or `builtin`."""
        return KafkaBus([self.bootstrap]) if kind == "kafka" else BuiltinBus(self.log_url)

    def database(self, statements: Sequence[str] = ()) -> str:
        """Make a service's database with the tables of the exchange and what the statements add; return its URL."""
        url = self.postgres.ensure_database(f"bench_{new_id().hex}")
        with sessions_of(url).begin() as session:
            for statement in (*EXCHANGE, *IDEMPOTENCY, *WORKER_STATE, *statements):
                session.execute(text(statement))
        return url

    def worker(self, service: str, url: str, kind: str) -> dict[str, str]:
        """Return what a worker in a process of its own is given."""
        address = self.bootstrap if kind == "kafka" else self.log_url
        return {"service": service, "url": url, "bus": kind, "address": address}


@contextmanager
def servers() -> Iterator[Servers]:
    """Start both in an empty folder, and forget them at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="helix-bench-")))
        postgres = Postgres(folder / "postgres")
        stack.callback(postgres.stop)
        broker = start_for(folder / "kafka", folder, *free_ports())
        stack.callback(broker.stop)
        found = Servers(postgres, broker.bootstrap, postgres.ensure_database("log"))
        for kind in ("kafka", "builtin"):
            bus = found.bus(kind)
            bus.ensure_topics(all_topics(settings_of("reporting")))
            bus.close()
        yield found


def sessions_of(url: str) -> sessionmaker[Session]:
    """Return sessions on a service's database, as its worker has them."""
    return sessionmaker(create_engine(sqlalchemy_url(url), **engine_options()), expire_on_commit=False)


def environment_of(service: str, url: str, **changed: str) -> dict[str, str]:
    """Return the environment of a service that signs nothing and reaches nobody."""
    urls = {f"HELIX_{name}_URL": "http://127.0.0.1" for name in ("DONATIONS", "PROGRAMS", "REPORTING")}
    own = {
        f"HELIX_{service.upper()}_SECRET_KEY": "only for this measurement, nothing is signed",
        f"HELIX_{service.upper()}_DATABASE_URL": url,
        "HELIX_PARTITIONS": str(PARTITIONS),
        "HELIX_BUS": "builtin",
        "HELIX_BUS_DATABASE_URL": "given to the bus",
    }
    return urls | own | changed


def settings_of(service: str, url: str = "given to the engine") -> Settings:
    """Return settings for parts that are put together here."""
    return load(service, environment_of(service, url))
