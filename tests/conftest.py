"""What every test may ask for: a real PostgreSQL, and fresh databases on it."""

import importlib
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask, Response
from sqlalchemy import text
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from helix.local.postgres import Postgres
from shared.auth.principal import Principal
from shared.auth.tokens import Tokens
from shared.bell import bell_of
from shared.ids import new_id
from shared.migrations import upgrade
from shared.settings import Settings, load, passthrough
from tests.browser import browser_page, chromium, serve
from tests.databases import copy_database, drop_database, is_empty
from tests.described import undescribed_answer
from tests.prefixed_bus import PrefixedBus

__all__ = ["browser_page", "chromium", "serve"]

ROOT = Path(__file__).parent.parent

SIGNING_KEY = (
    Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
)


class _TwoHalves(LoadScopeScheduling):  # type: ignore[misc] # xdist is not typed
    """Gives one process all faults and another the rest: within each half tests share a running Helix."""

    def _split_scope(self, nodeid: str) -> str:
        return "faults" if nodeid.startswith("tests/faults/") else "the rest"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _TwoHalves | None:
    """Spread with `--dist loadscope` by halves that take about as long, instead of by file."""
    return _TwoHalves(config, log) if config.getvalue("dist") == "loadscope" else None


@pytest.fixture(scope="session")
def postgres(worker_id: str) -> Iterator[Postgres]:
    """One PostgreSQL server for each test process."""
    with tempfile.TemporaryDirectory(prefix=f"helix-pg-{worker_id}-") as folder:
        server = Postgres(Path(folder))
        # A killed process loses nothing by this; only a machine that loses its power would. Each test
        # has databases of its own, and making and dropping them is mostly waiting for the disk.
        server.set("fsync", "off")
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
        drop_database(postgres, name)


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config) -> Iterator[str]:
    """One Apache Kafka for each test process, or the one that HELIX_TEST_KAFKA names; its host:port."""
    given = passthrough().get("HELIX_TEST_KAFKA")
    if given:
        let_sockets_to(given, pytestconfig)
        yield given
        return
    from helix.local.kafka import free_ports, start_for

    with tempfile.TemporaryDirectory(prefix="helix-kafka-") as folder:
        broker = start_for(Path(folder), Path(folder), *free_ports())
        let_sockets_to(broker.bootstrap, pytestconfig)
        yield broker.bootstrap
        broker.stop()


def let_sockets_to(bootstrap: str, config: pytest.Config) -> None:
    """Pass over sockets to this broker that are found open: kafka-python forgets one it was just opening.

    It happens where a client is closed while it connects, on a busy machine. Any other socket is an error.
    """
    socket = rf"unclosed .socket.*, {bootstrap.rpartition(':')[2]}\)>"
    # For the test that is set up now, and for those after it.
    warnings.filterwarnings("ignore", socket, ResourceWarning)
    config.addinivalue_line("filterwarnings", f"ignore:{socket}:ResourceWarning")


@pytest.fixture(params=["builtin", pytest.param("kafka", marks=pytest.mark.kafka)])
def bus(request: pytest.FixtureRequest, make_database: Callable[[], str]) -> Iterator[PrefixedBus]:
    """A bus of the test's own: once the built-in log, once Apache Kafka."""
    address = make_database() if request.param == "builtin" else request.getfixturevalue("kafka")
    own = PrefixedBus(request.param, address, f"{new_id().hex}.")
    yield own
    own.close()


@pytest.fixture(scope="session")
def template_of(postgres: Postgres) -> Callable[[str], str]:
    """Return a function that gives the name of a service's migrated, empty database, made once."""
    made: dict[str, str] = {}

    def template(service: str) -> str:
        if service not in made:
            name = f"template_{service}"
            upgrade(postgres.ensure_database(name), ROOT / "services" / service / "migrations")
            made[service] = name
        return made[service]

    return template


@pytest.fixture
def database_of(postgres: Postgres, template_of: Callable[[str], str]) -> Iterator[Callable[[str], str]]:
    """Return a function that gives a fresh, migrated database of a service; dropped after the test."""
    made: list[str] = []

    def database(service: str) -> str:
        name = f"test_{service}_{new_id().hex}"
        made.append(name)
        return copy_database(postgres, template_of(service), name)

    yield database
    for name in made:
        drop_database(postgres, name)


def environment_of(service: str, log_url: str) -> dict[str, str]:
    """Return the settings that a service gets in a test, all but the address of its database."""
    return {
        "HELIX_LOCAL": "1",
        "HELIX_BUS": "builtin",
        "HELIX_BUS_DATABASE_URL": log_url,
        "HELIX_DONATIONS_URL": "http://donations.test",
        "HELIX_PROGRAMS_URL": "http://programs.test",
        "HELIX_REPORTING_URL": "http://reporting.test",
        "HELIX_IDENTITY_KEY": "11" * 32,
        "HELIX_BLIND_INDEX_KEY": "22" * 32,
        "HELIX_AUDIT_KEY": "33" * 32,
        "HELIX_RATE_LIMIT": "100000 per minute",
        "HELIX_SIGN_IN_LIMIT": "1000 per minute",
        f"HELIX_{service.upper()}_SECRET_KEY": "a secret of this test only, long enough",
        f"HELIX_{service.upper()}_SIGNING_KEY": SIGNING_KEY,
    }


@pytest.fixture(scope="session")
def unused_logs() -> list[str]:
    """The names of databases that were made for a log, and still hold nothing."""
    return []


@pytest.fixture
def log_database(postgres: Postgres, unused_logs: list[str]) -> Iterator[str]:
    """Give the URL of an empty database for the built-in log; few tests write to it, so it is kept for the next."""
    name = unused_logs.pop() if unused_logs else f"test_log_{new_id().hex}"
    url = postgres.ensure_database(name)
    yield url
    if is_empty(url):
        unused_logs.append(name)
    else:
        drop_database(postgres, name)


@pytest.fixture
def settings_of(database_of: Callable[[str], str], log_database: str) -> Callable[..., Settings]:
    """Return a function that gives the settings of a service on a fresh database."""

    def settings(service: str, **changed: str) -> Settings:
        environment = environment_of(service, log_database)
        url = f"HELIX_{service.upper()}_DATABASE_URL"
        return load(service, environment | ({} if url in changed else {url: database_of(service)}) | changed)

    return settings


@pytest.fixture
def make_app(settings_of: Callable[..., Settings]) -> Iterator[Callable[..., Flask]]:
    """Return a function that makes a service's app on a fresh, migrated database."""
    made: list[Flask] = []
    undescribed: list[str] = []

    def make(service: str, **changed: str) -> Flask:
        module = importlib.import_module(f"services.{service}.app")
        app: Flask = module.create_app(settings_of(service, **changed))
        app.testing = True

        @app.after_request
        def compare(response: Response) -> Response:
            answer = undescribed_answer(service, app, response)
            undescribed.extend([answer] if answer else [])
            return response

        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            app.extensions["helix_session"].remove()
            for engine in app.extensions["sqlalchemy"].engines.values():
                bell_of(engine).close()
                engine.dispose()
    assert undescribed == [], "the OpenAPI document does not name these answers"


def bearer(
    app: Flask, *roles: str, area: str | None = None, stakeholder: UUID | None = None
) -> dict[str, str]:
    """Return the header of a fresh person with these rights, whom the app believes."""
    return bearer_of(
        app, Principal(id=str(new_id()), roles=frozenset(roles), area=area, stakeholder=stakeholder)
    )


def bearer_of(app: Flask, caller: Principal) -> dict[str, str]:
    """Give a person an account, where the app keeps accounts, and return the header of a token of it."""
    if app.extensions["helix_find_account"] is not None:
        with app.app_context(), app.extensions["sqlalchemy"].engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO account (id, username, display_name, password_hash, roles, area, stakeholder,"
                    " active, generation) VALUES (:id, :username, '', '', :roles, :area, :stakeholder, true, 1)"
                ),
                {
                    "id": caller.id,
                    "username": caller.id,
                    "roles": sorted(caller.roles),
                    "area": caller.area,
                    "stakeholder": caller.stakeholder,
                },
            )
    return {"Authorization": f"Bearer {Tokens(app.config['HELIX']).issue(caller, 1)}"}


@pytest.fixture(name="bearer")
def bearer_fixture() -> Callable[..., dict[str, str]]:
    """Return the function `bearer(app, *roles, area=, stakeholder=) -> headers`; each call is another person."""
    return bearer
