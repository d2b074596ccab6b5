"""What tells a person apart, kept so that a stolen database does not tell it."""

import hmac
import json
import secrets
from datetime import date
from functools import cache
from typing import Literal
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from shared.settings import Settings

# The first byte says how the rest was made, so that keys and ciphers can be changed row by row.
_FORMAT = b"\x01"
_NONCE = 12

NumberKind = Literal["nik", "kk"]


class Vault:
    """Encrypts values of rows (AES-256-GCM), and makes blind indexes of numbers (HMAC-SHA256).

    A value is bound to its row and column: copied to another row, it can't be opened.
    """

    def __init__(self, identity_key: bytes, blind_index_key: bytes) -> None:
        self._cipher = AESGCM(identity_key)
        self._index_key = blind_index_key

    def seal(self, row: UUID, column: str, plain: str) -> bytes:
        """Encrypt a value for its place."""
        nonce = secrets.token_bytes(_NONCE)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, plain.encode(), _place(row, column))

    def open(self, row: UUID, column: str, sealed: bytes) -> str:
        """Decrypt a value of its place; raise InvalidTag where it was made for another or changed."""
        if sealed[:1] != _FORMAT:
            raise ValueError("a sealed value has an unknown format")
        nonce, secret = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        return self._cipher.decrypt(nonce, secret, _place(row, column)).decode()

    def index(self, kind: NumberKind, number: str) -> bytes:
        """Return what a number is found by without being readable from it."""
        return hmac.digest(self._index_key, f"{kind}:{number}".encode(), "sha256")

    def fingerprint(self, *values: object) -> bytes:
        """Return a keyed digest of values, by which a change is noticed without keeping them readable."""
        plain = json.dumps(values, default=_plain, sort_keys=True, ensure_ascii=False)
        return hmac.digest(self._index_key, b"fingerprint:" + plain.encode(), "sha256")


def _place(row: UUID, column: str) -> bytes:
    return f"{row} {column}".encode()


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} has no fingerprint")


@cache
def _vault(identity_key: str, blind_index_key: str) -> Vault:
    return Vault(bytes.fromhex(identity_key), bytes.fromhex(blind_index_key))


def vault_of(settings: Settings) -> Vault:
    """Return the vault with the keys of a process."""
    return _vault(settings.identity_key, settings.blind_index_key)


def current_vault() -> Vault:
    """Return the vault with the keys of the current app."""
    return vault_of(current_app.config["HELIX"])
