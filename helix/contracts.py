"""The contracts that others build on, as documents: the events' schemas, and each service's OpenAPI.

Every version that was ever committed is a promise: rewriting or deleting a document takes none back.
"""

import importlib
from pathlib import Path

import msgspec

from helix.committed import committed_versions
from helix.example_settings import example_settings
from shared.events.schemas import breaking_events, stale_events, write_events
from shared.http.compatibility import breaking_changes
from shared.http.openapi import document
from shared.settings import SERVICES

EVENTS = Path("docs/events")
API = Path("docs/api")

_TOLD_BEFORE = "It was always demanded; the document did not say so."
_SECOND_PERSON = (
    "Before the first release: a policy is drafted whole, and holds once a second person adopts it."
)
_FEW = "Before the first release: the last of few needs tells how many there are, which is hidden."
_AS_TOLD = (
    "Before the first release: all services show what was told, and before the first count nothing was."
)

# What breaks those who rely on an earlier version, and why that was accepted.
ACCEPTED = {
    "donations: GET /v1/allocations 200/data/*/reasons/rank may now be null": _FEW,
    "donations: GET /v1/allocations/{allocation_id} 200/reasons/rank may now be null": _FEW,
    "donations: PATCH /v1/pledges/{pledge_id} demands If-Match": _TOLD_BEFORE,
    "programs: GET /v1/gaps 200/as_of may now be null": _AS_TOLD,
    "programs: PUT /v1/policy demands If-Match": _TOLD_BEFORE,
    "programs: PUT /v1/policy 200/adopted_by is no longer told": _SECOND_PERSON,
    "programs: PUT /v1/policy 200/version is no longer told": _SECOND_PERSON,
    "programs: PUT /v1/policy body/displaced_until is demanded": _SECOND_PERSON,
    "programs: PUT /v1/policy body/fair_between_villages is demanded": _SECOND_PERSON,
    "programs: PUT /v1/policy body/household_cap_idr is demanded": _SECOND_PERSON,
    "programs: PUT /v1/policy body/rerouted_until is demanded": _SECOND_PERSON,
    "programs: PUT /v1/policy body/tiers is demanded": _SECOND_PERSON,
}


def write() -> None:
    """Write all documents; raises ValueError where a change would break those who rely on an earlier one."""
    faults = breaking()
    if faults:
        raise ValueError("\n".join(faults))
    write_events(EVENTS)
    API.mkdir(exist_ok=True)
    for service in SERVICES:
        _api_path(service).write_text(_api_text(service), "utf-8")


def check() -> list[str]:
    """Return what is wrong: documents that are not what the code says, and changes that break somebody."""
    stale = [
        f"{_api_path(service)} is not what the code says: run `make contracts`"
        for service in SERVICES
        if not _api_path(service).exists() or _api_path(service).read_text("utf-8") != _api_text(service)
    ]
    return breaking() + stale_events(EVENTS) + stale


def breaking() -> list[str]:
    """Return how the code differs from any version that was committed in a way that nobody accepted."""
    found = breaking_events(committed_versions(EVENTS / "schemas"))
    now = {f"{service}.json": msgspec.json.decode(_api_text(service)) for service in SERVICES}
    for name, content in committed_versions(API):
        changes = breaking_changes(msgspec.json.decode(content), now.get(name, {"paths": {}}))
        found.extend(f"{name.removesuffix('.json')}: {change}" for change in changes)
    return sorted(set(found) - ACCEPTED.keys())


def _api_path(service: str) -> Path:
    return API / f"{service}.json"


def _api_text(service: str) -> str:
    app = importlib.import_module(f"services.{service}.app").create_app(example_settings(service))
    return msgspec.json.format(msgspec.json.encode(document(app)), indent=2).decode() + "\n"
