"""Every route says who may call it, and every one that creates may be repeated."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from shared.auth.access import rule_of
from shared.http.openapi import document
from shared.ids import new_id
from shared.settings import SERVICES


def _calls(app: Flask) -> Iterator[tuple[str, Any, Any, Any]]:
    """Yield each route of the API: its name, its rule, its view and what the document says of it."""
    described = document(app)
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^<>:]+:)?(\w+)>", r"{\1}", rule.rule)
        if not path.startswith("/v1/"):
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            call = dict(described["paths"][path][method.lower()])
            parameters = [
                described["components"]["parameters"][entry["$ref"].rsplit("/", 1)[-1]]
                if "$ref" in entry
                else entry
                for entry in call.get("parameters", [])
            ]
            call["headers"] = {
                entry["name"]: entry["required"] for entry in parameters if entry["in"] == "header"
            }
            yield f"{method} {path}", rule_of(app, rule.endpoint), app.view_functions[rule.endpoint], call


@pytest.mark.parametrize("service", SERVICES)
def test_the_document_names_the_headers_that_each_call_takes(
    app_of: Callable[[str], Flask], service: str
) -> None:
    for name, _, view, call in _calls(app_of(service)):
        taken = {"Idempotency-Key": False} if getattr(view, "is_idempotent", False) else {}
        taken |= {"If-Match": True} if getattr(view, "is_versioned", False) else {}
        taken |= {"If-None-Match": False} if getattr(view, "is_revalidated", False) else {}
        assert (name, call["headers"]) == (name, taken)
        assert ("428" in call["responses"]) == ("412" in call["responses"]) == ("If-Match" in taken)
        assert ("304" in call["responses"]) == ("If-None-Match" in taken)
        assert {"409", "422"} <= call["responses"].keys() or "Idempotency-Key" not in taken


@pytest.mark.parametrize("service", SERVICES)
def test_the_document_says_who_may_make_each_call(app_of: Callable[[str], Flask], service: str) -> None:
    for name, rule, _, call in _calls(app_of(service)):
        ways = {way for requirement in call["security"] for way in requirement}
        assert (name, ways) == (
            name,
            ({"bearer"} if rule.roles else set()) | ({"api_key"} if rule.scope else set()),
        )
        assert bool(ways) != rule.everyone
        for right in [*rule.roles, *([rule.scope] if rule.scope else [])]:
            assert right in call["description"]


@pytest.mark.parametrize("service", SERVICES)
def test_the_document_names_the_refusals_that_follow_from_what_a_call_is(
    app_of: Callable[[str], Flask], service: str
) -> None:
    for name, rule, _, call in _calls(app_of(service)):
        expected = {"401", "429", "503"}
        expected |= set() if rule.everyone else {"403"}
        expected |= {"404"} if "{" in name else set()
        expected |= {"400", "413", "415", "422"} if "requestBody" in call else set()
        assert (name, expected - call["responses"].keys()) == (name, set())


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_has_a_rule_of_who_may_call_it(app_of: Callable[[str], Flask], service: str) -> None:
    app = app_of(service)
    unruled = {rule.endpoint for rule in app.url_map.iter_rules() if rule_of(app, rule.endpoint) is None}
    assert unruled == set()


@pytest.mark.parametrize("service", SERVICES)
def test_no_open_route_of_the_api_changes_anything_unless_it_is_named_here(
    app_of: Callable[[str], Flask], service: str
) -> None:
    meant_for_everyone = {"tokens.create_token", "stakeholders.register_stakeholder"}
    app = app_of(service)
    opened = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/v1/")
        and (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
        and getattr(rule_of(app, rule.endpoint), "everyone", False)
    }
    assert opened <= meant_for_everyone


@pytest.mark.parametrize("service", SERVICES)
def test_every_post_that_creates_may_be_repeated_under_its_key(
    app_of: Callable[[str], Flask], service: str
) -> None:
    app = app_of(service)
    paths = document(app)["paths"]
    creating = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and {"201", "202"}
        & paths.get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {})
        .get("post", {})
        .get("responses", {})
        .keys()
    }
    repeatable = {name for name, view in app.view_functions.items() if getattr(view, "is_idempotent", False)}
    assert creating or service == "reporting"
    assert creating - repeatable == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_resource_with_an_id_tells_when_it_was_made(
    app_of: Callable[[str], Flask], service: str
) -> None:
    shapes = document(app_of(service))["components"]["schemas"]
    resources = {name: shape.get("properties", {}).keys() for name, shape in shapes.items()}
    kept = {name for name, names in resources.items() if {"object", "id"} <= names}
    assert {name for name in kept if "created_at" not in resources[name]} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_the_document_names_the_header_that_says_what_is_synthetic(
    app_of: Callable[[str], Flask], service: str
) -> None:
    for name, _, _, call in _calls(app_of(service)):
        given = [answer for answer in call["responses"].values() if "$ref" not in answer]
        assert given, name
        assert all("Helix-Data" in answer["headers"] for answer in given), name


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(("synthetic", "said"), [("1", "synthetic"), ("0", None)])
def test_every_answer_of_the_api_says_whether_it_is_synthetic(
    make_app: Callable[..., Flask], service: str, synthetic: str, said: str | None
) -> None:
    app = make_app(service, HELIX_SYNTHETIC=synthetic)
    client = app.test_client()
    asked = 0
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/v1/"):
            continue
        path = re.sub(r"<uuid:\w+>", str(new_id()), rule.rule)
        path = re.sub(r"<(?:\w+:)?\w+>", "35.17", path)
        for method in (rule.methods or set()) - {"OPTIONS"}:
            assert client.open(path, method=method).headers.get("Helix-Data") == said, (method, path)
            asked += 1
    assert asked > 5
    assert client.get("/v1/nowhere").headers.get("Helix-Data") == said
