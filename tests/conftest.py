"""What every test may ask for: a real PostgreSQL, and fresh databases on it."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helix.local.postgres import Postgres
from shared.ids import new_id


@pytest.fixture(scope="session")
def postgres(worker_id: str) -> Iterator[Postgres]:
    """One PostgreSQL server for each test process."""
    with tempfile.TemporaryDirectory(prefix=f"helix-pg-{worker_id}-") as folder:
        server = Postgres(Path(folder))
        yield server
        server.stop()


@pytest.fixture
def make_database(postgres: Postgres) -> Iterator[Callable[[], str]]:
    """Return a function that makes an empty database and returns its URL; all are dropped after the test."""
    made: list[str] = []

    def make() -> str:
        name = f"test_{new_id().hex}"
        made.append(name)
        return postgres.ensure_database(name)

    yield make
    for name in made:
        postgres.drop_database(name)
