"""The contracts that others build on, as documents: the events' schemas, and each service's OpenAPI."""

import importlib
from pathlib import Path

import msgspec

from helix.example_settings import example_settings
from shared.events.schemas import check_contracts, write_contracts
from shared.http.openapi import document
from shared.settings import SERVICES

EVENTS = Path("docs/events")
API = Path("docs/api")


def write() -> None:
    """Write all documents; raises ValueError where a change to an event would break a reader."""
    write_contracts(EVENTS)
    API.mkdir(exist_ok=True)
    for service in SERVICES:
        _api_path(service).write_text(_api_text(service), "utf-8")


def check() -> list[str]:
    """Return what is wrong: documents that are not what the code says, and changes that break a reader."""
    stale = [
        f"{_api_path(service)} is not what the code says: run `make contracts`"
        for service in SERVICES
        if not _api_path(service).exists() or _api_path(service).read_text("utf-8") != _api_text(service)
    ]
    return check_contracts(EVENTS) + stale


def _api_path(service: str) -> Path:
    return API / f"{service}.json"


def _api_text(service: str) -> str:
    app = importlib.import_module(f"services.{service}.app").create_app(example_settings(service))
    return msgspec.json.format(msgspec.json.encode(document(app)), indent=2).decode() + "\n"
