"""What every test of programs may ask for."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.programs.people import Office, open_office
from tests.programs.scene import Scene


@pytest.fixture
def office(make_app: Callable[..., Flask], bearer: Callable[..., dict[str, str]]) -> Office:
    """The service on a fresh database, with one person of each role."""
    return open_office(make_app("programs"), bearer)


@pytest.fixture
def scene(make_app: Callable[..., Flask]) -> Scene:
    """Return an empty programs service to match in."""
    return Scene(make_app("programs"))
