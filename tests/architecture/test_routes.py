"""Every route says who may call it, and every one that creates may be repeated."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from shared.auth.access import rule_of
from shared.http.openapi import document
from shared.settings import SERVICES


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
