"""The secrets of one machine, made once and kept in the data folder."""

import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from helix.local.folder import DataFolder
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
        "signing_keys": {service: _signing_key() for service in SERVICES},
        "identity_key": secrets.token_hex(32),
        "blind_index_key": secrets.token_hex(32),
        "audit_key": secrets.token_hex(32),
        "portal_key": "hlx_live_" + secrets.token_urlsafe(32),
        "passwords": {role: _password() for role in ROLES},
        "tksk_passwords": {area: _password() for area in areas.subdistricts() if area != HOME_AREA},
    }


def _signing_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _password() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
