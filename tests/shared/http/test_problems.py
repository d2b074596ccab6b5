"""Whatever goes wrong is told as problem+json, with every fault, and gives nothing away."""

import io
import logging
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url
from werkzeug.test import TestResponse

from helix.local.postgres import Postgres
from shared.ids import new_id
from tests.databases import drop_database

Probe = Callable[..., Flask]
Bearer = Callable[..., dict[str, str]]


def test_an_address_with_two_slashes_leads_nowhere_else(client: FlaskClient) -> None:
    response = client.get("/v1//things", headers={"Host": "elsewhere.example"})
    check_problem(response, 404, "not_found")


def check_problem(response: TestResponse, status: int, code: str) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    body: dict[str, object] = response.get_json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == f"urn:helix:problem:{code}"
    assert body["request_id"] == response.headers["X-Request-Id"]
    assert {"title", "detail"} <= body.keys()
    return body


def test_a_problem_names_its_address_only_where_that_is_ours_and_holds_no_more_than_ids(
    client: FlaskClient, donor: dict[str, str]
) -> None:
    ours = f"/v1/gifts/{new_id()}"
    assert client.patch(ours, json={"name": "a"}, headers=donor).get_json()["instance"] == ours
    for path in ("/v1/3517014708530417", "/schemas/3517014708530417"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "3517014708530417" not in answer.text


def test_a_fault_does_not_repeat_a_number_that_was_sent_as_a_name(
    client: FlaskClient, donor: dict[str, str]
) -> None:
    answer = client.post("/v1/gifts", json={"name": "a", "3517014708530417": 1}, headers=donor)
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["/…"]
    assert "3517014708530417" not in answer.text


@pytest.fixture
def app(probe: Probe) -> Flask:
    return probe()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def donor(app: Flask, bearer: Bearer) -> dict[str, str]:
    return bearer(app, "donor", stakeholder=new_id())


def test_tells_every_fault_of_an_input_at_once(client: FlaskClient, donor: dict[str, str]) -> None:
    body = {"name": " ", "quantity": "12", "village": "35.17.01", "parts": [1, 0, True], "extra/field": 1}
    problem = check_problem(client.post("/v1/gifts", json=body, headers=donor), 422, "invalid")
    found = {fault["pointer"]: fault["detail"] for fault in problem["errors"]}  # type: ignore[attr-defined]
    assert found.keys() == {"/name", "/quantity", "/village", "/parts/1", "/parts/2", "/extra~1field"}


@pytest.mark.parametrize(
    "name", ["nul \x00", "bell \x07", "\x9b31m", "\u202eevil", "\u2066a", "\ud800", "x" * 21, 5, None, ["a"]]
)
def test_refuses_text_that_is_none(client: FlaskClient, donor: dict[str, str], name: object) -> None:
    check_problem(client.post("/v1/gifts", json={"name": name}, headers=donor), 422, "invalid")


def test_an_answer_does_not_outgrow_a_faulty_input(client: FlaskClient, donor: dict[str, str]) -> None:
    many = client.post("/v1/gifts", json={f"unknown {n}": n for n in range(5000)}, headers=donor)
    assert len(many.get_json()["errors"]) == 100
    long = client.post("/v1/gifts", json={"name": "a", "unknown" * 9000: 1}, headers=donor)
    assert len(long.text) < 2000


@pytest.mark.parametrize("quantity", [0, -1, 10**15 + 1, 1.5, "1", True, 10**30])
def test_refuses_quantities_that_are_not_whole_and_positive(
    client: FlaskClient, donor: dict[str, str], quantity: object
) -> None:
    answer = client.post("/v1/gifts", json={"name": "a", "quantity": quantity}, headers=donor)
    check_problem(answer, 422, "invalid")


def test_refuses_what_is_not_json(client: FlaskClient, donor: dict[str, str]) -> None:
    headers = donor | {"Content-Type": "application/json"}
    check_problem(client.post("/v1/gifts", data=b'{"name": ', headers=headers), 400, "unreadable")
    check_problem(client.post("/v1/gifts", data=b"\xff\xfe", headers=headers), 400, "unreadable")
    form = donor | {"Content-Type": "application/x-www-form-urlencoded"}
    check_problem(client.post("/v1/gifts", data="name=a", headers=form), 415, "unsupported_media_type")
    check_problem(client.post("/v1/gifts", json=[1], headers=donor), 422, "invalid")


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", ""])
def test_what_comes_in_chunks_or_parts_is_not_passed_over(
    client: FlaskClient, donor: dict[str, str], kind: str
) -> None:
    answer = client.post(
        "/v1/gifts",
        headers=donor | {"Transfer-Encoding": "chunked"},
        input_stream=io.BytesIO(b'{"name": "a"}'),
        content_type=kind,
        environ_base={"wsgi.input_terminated": True},
    )
    check_problem(answer, 415, "unsupported_media_type")


def test_a_body_in_chunks_that_is_too_large_is_told_so(client: FlaskClient, donor: dict[str, str]) -> None:
    answer = client.post(
        "/v1/gifts",
        headers=donor | {"Transfer-Encoding": "chunked"},
        input_stream=io.BytesIO(b'{"name": "' + b"a" * (1024 * 1024) + b'"}'),
        content_type="application/json",
        environ_base={"wsgi.input_terminated": True},
    )
    check_problem(answer, 413, "content_too_large")


@pytest.mark.parametrize("body", ['{"name": "a", "name": "b"}', '{"name": "a", "more": [{"x": 1, "x": 1}]}'])
def test_refuses_a_name_that_stands_twice(client: FlaskClient, donor: dict[str, str], body: str) -> None:
    answer = client.post("/v1/gifts", data=body, headers=donor | {"Content-Type": "application/json"})
    check_problem(answer, 422, "invalid")
    assert [fault["detail"] for fault in answer.get_json()["errors"]] == [
        "Must not have the same name twice in one object."
    ]


def test_refuses_a_query_it_does_not_know(client: FlaskClient, donor: dict[str, str]) -> None:
    check_problem(client.get("/v1/gifts?colour=red", headers=donor), 422, "invalid")
    check_problem(client.get("/v1/gifts?limit=1000", headers=donor), 422, "invalid")
    check_problem(client.get("/v1/gifts?starting_after=first", headers=donor), 422, "invalid")


def test_tells_wrong_addresses_methods_and_sizes(client: FlaskClient, donor: dict[str, str]) -> None:
    assert client.put("/.well-known/jwks.json").status_code == 405
    check_problem(client.get("/v1/nothing", headers=donor), 404, "not_found")
    check_problem(client.delete("/v1/gifts", headers=donor), 405, "method_not_allowed")
    check_problem(client.put("/v1/gifts", data=b"x", headers=donor), 405, "method_not_allowed")
    big = {"name": "a" * (1024 * 1024 + 10)}
    check_problem(client.post("/v1/gifts", json=big, headers=donor), 413, "content_too_large")


def test_a_bug_gives_nothing_away(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/v1/houses/broken")
    check_problem(answer, 500, "internal_error")
    told = answer.text + caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert "SELECT" not in answer.text
    assert "3517010101900001" not in told


def test_a_rate_that_is_exceeded_is_told_with_how_long_to_wait(probe: Probe, bearer: Bearer) -> None:
    app = probe(HELIX_RATE_LIMIT="2 per minute")
    headers = bearer(app, "planner")
    client = app.test_client()
    first = client.get("/v1/gifts", headers=headers)
    assert first.headers["RateLimit"].startswith('"default";r=1;t=')
    assert first.headers["RateLimit-Policy"] == '"default";q=2;w=60'
    client.get("/v1/gifts", headers=headers)
    refused = client.get("/v1/gifts", headers=headers)
    check_problem(refused, 429, "too_many_requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert client.get("/healthz").status_code == 200


def test_a_database_that_is_away_is_told_as_unavailable(
    probe: Probe, bearer: Bearer, postgres: Postgres
) -> None:
    app = probe()
    headers = bearer(app, "planner")
    drop_database(postgres, str(make_url(app.config["HELIX"].database_url).database))
    client = app.test_client()
    answer = client.get("/v1/gifts", headers=headers)
    check_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "2"
    unready = client.get("/readyz")
    assert (unready.status_code, unready.json) == (503, {"status": "unavailable", "database": "away"})
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"name": "\\ud800"}', 422),
        (b'{"name": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400),
        (b'{"name": "a", "quantity": ' + b"9" * 6_000 + b"}", 400),
    ],
)
def test_json_that_no_column_can_hold_is_refused(
    client: FlaskClient, donor: dict[str, str], body: bytes, status: int
) -> None:
    headers = donor | {"Content-Type": "application/json"}
    answer = client.post("/v1/gifts", data=body, headers=headers)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_what_was_answered_to_somebody_is_not_stored(client: FlaskClient, donor: dict[str, str]) -> None:
    assert client.get("/v1/gifts", headers=donor).headers["Cache-Control"] == "no-store"


def test_refused_requests_count_against_the_rate(probe: Probe, bearer: Bearer) -> None:
    app = probe(HELIX_RATE_LIMIT="3 per minute")
    client = app.test_client()
    assert [client.get("/v1/gifts").status_code for _ in range(4)] == [401, 401, 401, 429]
