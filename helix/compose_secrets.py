"""Fresh secrets for docker-compose.yml, as the lines of an .env file."""

import base64
import secrets
from collections.abc import Iterator

from helix.signing_key import new_signing_key

_RANDOM = (
    "POSTGRES_PASSWORD",
    "DONATIONS_DB_PASSWORD",
    "PROGRAMS_DB_PASSWORD",
    "REPORTING_DB_PASSWORD",
    "HELIX_DONATIONS_SECRET_KEY",
    "HELIX_PROGRAMS_SECRET_KEY",
    "HELIX_REPORTING_SECRET_KEY",
    "HELIX_IDENTITY_KEY",
    "HELIX_BLIND_INDEX_KEY",
    "HELIX_AUDIT_KEY",
)
_SIGNING = ("HELIX_DONATIONS_SIGNING_KEY", "HELIX_PROGRAMS_SIGNING_KEY")


def lines(public_url: str) -> Iterator[str]:
    """Yield one line for each variable that docker-compose.yml asks for."""
    yield f"HELIX_PUBLIC_URL={public_url}"
    # Without TLS in front, a cookie that asks for it would never come back.
    yield f"HELIX_LOCAL={0 if public_url.startswith('https:') else 1}"
    yield f"KAFKA_CLUSTER_ID={base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip('=')}"
    yield from (f"{name}={secrets.token_hex(32)}" for name in _RANDOM)
    yield from (f'{name}="{_in_one_line(new_signing_key())}"' for name in _SIGNING)


def _in_one_line(key: str) -> str:
    return key.strip().replace("\n", "\\n")
