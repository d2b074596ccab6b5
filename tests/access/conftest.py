"""One world for all tests of who sees what: it is told once, and each test leaves it as it found it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from argon2 import PasswordHasher
from flask import Flask

from helix.local.postgres import Postgres
from shared.auth import accounts
from shared.settings import SERVICES
from tests.access.browsers import Browsers
from tests.access.callers import AREAS, everybody
from tests.access.joined import Joined, Keys, close, listening, make_apps
from tests.access.kept import Kept
from tests.access.policy import POLICY
from tests.access.without_b import leave_alone
from tests.access.world import World, tell_story
from tests.databases import copy_database, drop_database


@pytest.fixture(scope="session")
def quick_hashes() -> Iterator[None]:
    """Check passwords at little cost: wrong ones are tried by everybody."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        accounts._nobody.cache_clear()
        yield
    accounts._nobody.cache_clear()


@pytest.fixture(scope="session")
def both_worlds(
    postgres: Postgres, template_of: Callable[[str], str], quick_hashes: None
) -> Iterator[tuple[World, dict[str, Flask]]]:
    """The world, and the apps of a copy of it in which there is no B."""
    databases = {s: copy_database(postgres, template_of(s), f"access_{s}") for s in SERVICES}
    with listening() as (urls, served):
        keys = Keys()
        served |= make_apps(urls, keys, databases)
        told = tell_story(Joined(served))
        begin_visits(told)
        # A database that is copied must be left alone meanwhile.
        close(served)
        copies = {s: copy_database(postgres, f"access_{s}", f"access_alone_{s}") for s in SERVICES}
        for service, url in copies.items():
            leave_alone(url, service, told.things["B"])
        alone = make_apps(urls, keys, copies)
        yield told, {service: alone[service] for service in ("donations", "programs")}
        close(alone)
        close(served)
    for service in SERVICES:
        drop_database(postgres, f"access_{service}")
        drop_database(postgres, f"access_alone_{service}")


@pytest.fixture(scope="session")
def kept(both_worlds: tuple[World, dict[str, Flask]]) -> Iterator[dict[str, Kept]]:
    """The databases of the world as they were when it was told."""
    with ExitStack() as cleanup:
        yield {
            service: cleanup.enter_context(Kept(app.config["HELIX"].database_url))
            for service, app in both_worlds[0].joined.apps.items()
        }


@pytest.fixture(scope="session")
def world(both_worlds: tuple[World, dict[str, Flask]], kept: dict[str, Kept]) -> World:
    """Everybody, and everything there is to be seen, in the three services; `kept` before anybody looked."""
    return both_worlds[0]


@pytest.fixture(scope="session")
def alone(both_worlds: tuple[World, dict[str, Flask]]) -> dict[str, Flask]:
    """The apps of the world without B."""
    return both_worlds[1]


def begin_visits(world: World) -> None:
    """Have each social worker begin the visits that are theirs to make."""
    line, browsers = POLICY["programs"]["POST /visits/{visit}"], Browsers(world.joined.apps, world.door)
    for caller in everybody():
        for letter in AREAS:
            if caller.role == "tksk" and caller.sees("area", letter):
                path = f"/visits/{world.things[letter]['visit of begun']}"
                assert browsers.send(line, caller, path, {}).status_code == 303
