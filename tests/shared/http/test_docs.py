"""Every service tells what it can do: to programs by its document, to people by its page."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from shared.settings import SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_the_document_is_valid_and_the_page_shows_every_call(
    make_app: Callable[..., Flask], service: str
) -> None:
    client = make_app(service).test_client()
    document: Any = client.get("/openapi.json").json
    validate(document)
    page = client.get("/docs?lang=en")
    assert page.status_code == 200
    for path, methods in document["paths"].items():
        for method in methods.keys() & {"get", "post", "put", "patch", "delete"}:
            assert f"{method.upper()} {path}" in page.text


@pytest.mark.parametrize("service", SERVICES)
def test_every_error_is_described_as_a_problem(make_app: Callable[..., Flask], service: str) -> None:
    document: Any = make_app(service).test_client().get("/openapi.json").json
    assert "Error" not in document["components"]["schemas"]
    for response in document["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]
