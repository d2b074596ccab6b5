"""The service as a whole: its description, its commands, its limits."""

import io
from collections.abc import Callable

import pytest
from click.testing import Result

from services.programs.accounts.models import ACCOUNTS
from services.programs.cli import bootstrap
from services.programs.database import db
from tests.programs.people import Office

MEGABYTE = 1024 * 1024


def test_the_api_describes_itself(office: Office) -> None:
    paths = office.client.get("/openapi.json").get_json()["paths"]
    assert {"/v1/households", "/v1/imports/{job}/rows", "/v1/visits/{visit}/result", "/v1/audit"} <= set(
        paths
    )
    assert all(
        "summary" in call for path in paths.values() for call in path.values() if isinstance(call, dict)
    )


def test_only_an_import_may_be_large(office: Office) -> None:
    large = b"x" * (MEGABYTE + 1)
    refused = office.client.post(
        "/v1/households", data=large, headers=office.planner, content_type="application/json"
    )
    assert refused.status_code == 413
    assert refused.mimetype == "application/problem+json"
    # Read through, and refused for what it holds.
    with io.BytesIO(b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n') as head:
        body = head.read() + large + b"\r\n--b--\r\n"
    taken = office.client.post(
        "/v1/imports", data=body, headers=office.planner, content_type="multipart/form-data; boundary=b"
    )
    assert taken.status_code == 422


def test_bootstrap_makes_accounts_once(office: Office) -> None:
    given = {
        "accounts": [
            {"role": "tksk", "username": "tksk", "password": "a long password", "area": "35.17.01"},
            {"role": "verifier", "username": "verifier", "password": "a long password"},
        ]
    }
    for _ in range(2):
        assert bootstrap(office.app, given) == {}
    with office.app.app_context():
        found = ACCOUNTS.check(db.session(), "tksk", "a long password")
        assert found is not None
        assert (found.roles, found.area, found.generation) == (["tksk"], "35.17.01", 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--role", "tksk", "--area", "35.17.02", "--password", "a long password"], "can sign in"),
        (["--role", "tksk", "--password", "a long password"], "has an area"),
        (
            ["--role", "planner", "--area", "99.99", "--password", "a long password"],
            "the official code of an area",
        ),
        (["--role", "planner", "--password", "short"], "at least"),
    ],
)
def test_accounts_are_added_by_command(run: Callable[..., Result], options: list[str], said: str) -> None:
    assert said in run("account", "add", "ayu", *options).output
