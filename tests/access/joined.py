"""The three services in one process: each on its own database, each believing the others' tokens."""

import importlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.serving import ThreadedWSGIServer

from helix.signing_key import new_signing_key
from shared import clock
from shared.bell import bell_of
from shared.events.catalogue import BY_TYPE
from shared.events.envelope import Received
from shared.settings import SERVICES, load
from tests.conftest import environment_of

_TAKE = text("DELETE FROM outbox RETURNING seq, id, topic, type, value")


@dataclass
class Joined:
    """The apps by the name of their service, and where the events of each have come to."""

    apps: dict[str, Flask]
    offset: int = 0

    def __getitem__(self, service: str) -> Flask:
        return self.apps[service]

    def exchange(self) -> list[Received]:
        """Carry events to and fro, and let programs match, until nothing more follows; return them all."""
        carried: list[Received] = []
        while True:
            self.run_tasks("programs")
            told = [event for service in SERVICES for event in self._take(service)]
            if not told:
                return carried
            carried += told
            for service in SERVICES:
                self._hear(service, told)

    def run_tasks(self, service: str) -> None:
        """Do what the service's worker does from time to time, until there is nothing left to do."""
        app = self.apps[service]
        for task in _service(service).tasks:
            with app.app_context(), Session(_engine(app), info={"settings": app.config["HELIX"]}) as session:
                while task.run(session):
                    session.commit()
                session.commit()

    def _take(self, service: str) -> list[Received]:
        with _engine(self.apps[service]).begin() as connection:
            rows = sorted(connection.execute(_TAKE).all(), key=lambda row: row.seq)
        events = []
        for row in rows:
            self.offset += 1
            event = msgspec.json.decode(bytes(row.value), type=BY_TYPE[row.type])
            events.append(
                Received(row.id, row.type, clock.now(), event, "-", None, None, row.topic, 0, self.offset)
            )
        return events

    def _hear(self, service: str, told: list[Received]) -> None:
        app = self.apps[service]
        with app.app_context(), Session(_engine(app), info={"settings": app.config["HELIX"]}) as session:
            for handler in _service(service).handlers:
                mine = [event for event in told if isinstance(event.data, handler.events)]
                if mine:
                    handler.apply(session, mine)
            session.commit()


def _service(name: str) -> Any:
    return importlib.import_module(f"services.{name}.app").SERVICE


def _engine(app: Flask) -> Any:
    with app.app_context():
        return app.extensions["sqlalchemy"].engine


@contextmanager
def listening() -> Iterator[tuple[dict[str, str], dict[str, Flask]]]:
    """Give each service an address that answers with whatever app is put in its place; all keep one key each."""
    apps: dict[str, Flask] = {}
    with ExitStack() as cleanup:
        urls = {service: cleanup.enter_context(_listening(service, apps)) for service in SERVICES}
        yield urls, apps


@contextmanager
def _listening(service: str, apps: dict[str, Flask]) -> Iterator[str]:
    def answer(environ: Any, start_response: Callable[..., Any]) -> Any:
        return apps[service](environ, start_response)

    server = ThreadedWSGIServer("127.0.0.1", 0, answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Keys(dict[str, str]):
    """A signing key for each service, made when it is first asked for."""

    def __missing__(self, service: str) -> str:
        return self.setdefault(service, new_signing_key())


def make_apps(
    urls: dict[str, str], keys: Keys, databases: dict[str, str], **changed: str
) -> dict[str, Flask]:
    """Make the three apps on these databases. Apps of the same keys believe each other's sessions too."""
    made = {}
    for service in SERVICES:
        name = service.upper()
        addresses = {f"HELIX_{other.upper()}_URL": url for other, url in urls.items()}
        environment = (
            environment_of(service, "postgresql:///nowhere")
            | addresses
            | {
                f"HELIX_{name}_DATABASE_URL": databases[service],
                f"HELIX_{name}_SIGNING_KEY": keys[service],
                "HELIX_RATE_LIMIT": "1000000 per minute",
                "HELIX_SIGN_IN_LIMIT": "1000000 per minute",
                "HELIX_TRUSTED_ISSUERS": ",".join(
                    f"{url}={url}/.well-known/jwks.json" for url in urls.values()
                ),
            }
        )
        app: Flask = importlib.import_module(f"services.{service}.app").create_app(
            load(service, environment | changed)
        )
        app.testing = True
        made[service] = app
    return made


def close(apps: dict[str, Flask]) -> None:
    """Let go of the databases."""
    for app in apps.values():
        with app.app_context():
            app.extensions["helix_session"].remove()
            for engine in app.extensions["sqlalchemy"].engines.values():
                bell_of(engine).close()
                engine.dispose()


def answer_of(response: Any) -> Any:
    """Return what a program was answered; fail where it was refused."""
    assert response.status_code < 300, response.text
    return json.loads(response.text)
