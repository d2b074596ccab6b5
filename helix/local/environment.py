"""The settings that one machine's processes get."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.settings import SERVICES, passthrough

LOG_DATABASE = "helix_log"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of one instance are: URLs by service, databases by service, the bus."""

    urls: Mapping[str, str]
    databases: Mapping[str, str]
    bus: str
    log_database: str
    bootstrap: str


def urls_of(port_base: int) -> dict[str, str]:
    """Return where each service is reached: port base + 1, + 2, + 3."""
    return {service: f"http://127.0.0.1:{port_base + 1 + i}" for i, service in enumerate(SERVICES)}


def database_of(bus: str, service: str) -> str:
    """Return the name of a service's database. Each bus has its own: the places in one log mean nothing in another."""
    return f"{'helix_kafka_' if bus == 'kafka' else 'helix_'}{service}"


def environment(
    places: Places, kept: Mapping[str, Any], *, synthetic: bool, program_folder: Path
) -> dict[str, str]:
    """Return the environment of every process of this instance."""
    given = passthrough()
    inherited = {name: value for name, value in given.items() if not name.startswith("HELIX_")}
    return inherited | {
        # The Procfile says `helix`; it is this one, whether or not its environment is activated.
        "PATH": f"{program_folder}:{inherited.get('PATH', '')}",
        # Threads that come and go otherwise leave glibc with many half-empty heaps.
        "MALLOC_ARENA_MAX": "2",
        "HELIX_LOCAL": "1",
        "HELIX_SYNTHETIC": "1" if synthetic else "0",
        "HELIX_CONTACT": given.get("HELIX_CONTACT", ""),
        "HELIX_BUS": places.bus,
        "HELIX_BUS_DATABASE_URL": places.log_database,
        "HELIX_KAFKA_BOOTSTRAP": places.bootstrap,
        "HELIX_TRUSTED_ISSUERS": ",".join(
            f"{url}={url}/.well-known/jwks.json" for url in places.urls.values()
        ),
        "HELIX_IDENTITY_KEY": kept["identity_key"],
        "HELIX_BLIND_INDEX_KEY": kept["blind_index_key"],
        "HELIX_AUDIT_KEY": kept["audit_key"],
        # Every client of this machine has one address; a load test must not meet its own limit.
        "HELIX_RATE_LIMIT": "100000 per minute",
        "HELIX_SIGN_IN_LIMIT": "600 per minute",
        **_per_service(places, kept),
    }


def _per_service(places: Places, kept: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for service in SERVICES:
        name = service.upper()
        found[f"HELIX_{name}_URL"] = places.urls[service]
        found[f"HELIX_{name}_DATABASE_URL"] = places.databases[service]
        found[f"HELIX_{name}_SECRET_KEY"] = kept["secret_keys"][service]
        found[f"HELIX_{name}_SIGNING_KEY"] = kept["signing_keys"][service]
    return found
