"""The secrets of one machine, made once and kept in the data folder."""

import secrets
from typing import Any

from helix.local.folder import DataFolder
from helix.signing_key import new_signing_key
from shared import areas
from shared.auth.principal import ROLES
from shared.settings import SERVICES

FILE = "secrets.json"
HOME_AREA = "35.17.01"

# Without letters and digits that look alike: people type these.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def keep_secrets(folder: DataFolder) -> dict[str, Any]:
    """Return the secrets of the folder; make them at its first use."""
    kept: dict[str, Any] | None = folder.read(FILE)
    if kept is None:
        kept = _make()
        folder.write_private(FILE, kept)
    return kept


def _make() -> dict[str, Any]:
    return {
        "secret_keys": {service: secrets.token_hex(32) for service in SERVICES},
        "signing_keys": {service: new_signing_key() for service in SERVICES},
        "identity_key": secrets.token_hex(32),
        "blind_index_key": secrets.token_hex(32),
        "audit_key": secrets.token_hex(32),
        "portal_key": "hlx_live_" + secrets.token_urlsafe(32),
        "passwords": {role: _password() for role in ROLES},
        "tksk_passwords": {area: _password() for area in areas.subdistricts() if area != HOME_AREA},
    }


def _password() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
