"""Access tokens: JWTs signed with EdDSA, checked against the keys of the issuers we trust (RFC 7519, 8037)."""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import OKPAlgorithm
from jwt.exceptions import PyJWTError

from shared import clock
from shared.auth.principal import ROLES, Principal
from shared.settings import Settings

# The service that signed a token asks whether it still holds; another can't, and believes it for so long
# after the person signed out or the account was closed.
LIFETIME = timedelta(minutes=15)
AUDIENCE = "helix"
KEYS_KEPT_SECONDS = 300
REFRESH_SECONDS = 30.0
_ALGORITHMS = ["EdDSA", "RS256"]

# Returns what the account of that id may do now; None unless it is still of that generation.
FindAccount = Callable[[str, int | None], Principal | None]


class _Issuer:
    """The keys of another issuer, fetched when needed; a made-up key id does not fetch them again at once."""

    def __init__(self, url: str) -> None:
        self._client = jwt.PyJWKClient(url, lifespan=KEYS_KEPT_SECONDS, timeout=5)
        self._refreshed = 0.0

    def key(self, key_id: str) -> Any:
        """Return the key of that id; raise KeyError where the issuer has none."""
        found = {one.key_id: one.key for one in self._client.get_signing_keys()}
        if key_id not in found and time.monotonic() - self._refreshed > REFRESH_SECONDS:
            self._refreshed = time.monotonic()
            found = {one.key_id: one.key for one in self._client.get_signing_keys(refresh=True)}
        return found[key_id]


class Tokens:
    """Signs this service's tokens, and believes those of its trusted issuers."""

    def __init__(self, settings: Settings, find_account: FindAccount | None = None) -> None:
        self._settings = settings
        self._find_account = find_account
        self._foreign = {
            issuer: _Issuer(url)
            for issuer, url in (entry.split("=", 1) for entry in settings.trusted_issuers)
        }

    @cached_property
    def _key(self) -> Any:
        return load_pem_private_key(self._settings.signing_key.encode(), password=None)

    @cached_property
    def _key_set(self) -> dict[str, Any]:
        if not self.can_sign:
            return {"keys": []}
        public = json.loads(OKPAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [public | {"kid": _thumbprint(public), "use": "sig", "alg": "EdDSA"}]}

    @property
    def can_sign(self) -> bool:
        """Tell whether this service signs tokens itself, rather than an OpenID Connect provider."""
        return bool(self._settings.signing_key)

    def public_keys(self) -> dict[str, Any]:
        """Return the JWKS by which others check this service's tokens."""
        return self._key_set

    def issue(self, caller: Principal, generation: int) -> str:
        """Sign a token that says what the account may do, while it is of that generation."""
        now = clock.now()
        claims: dict[str, Any] = {
            "iss": self._settings.public_url,
            "aud": AUDIENCE,
            "sub": caller.id,
            "iat": now,
            "exp": now + LIFETIME,
            "roles": sorted(caller.roles),
            "generation": generation,
        }
        if caller.area is not None:
            claims["area"] = caller.area
        if caller.stakeholder is not None:
            claims["stakeholder"] = str(caller.stakeholder)
        return jwt.encode(
            claims, self._key, algorithm="EdDSA", headers={"kid": self._key_set["keys"][0]["kid"]}
        )

    def read(self, token: str) -> Principal | None:
        """Return who a token speaks for; None where it is malformed, expired, ended or not believed.

        The accounts of another issuer are not here to be asked: its token holds until it expires.
        """
        try:
            issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
            claims = jwt.decode(
                token,
                self._key_of(issuer, token),
                algorithms=_ALGORITHMS,
                audience=AUDIENCE,
                issuer=issuer,
                leeway=5,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
            if issuer == self._settings.public_url and self._find_account is not None:
                return self._find_account(claims["sub"], claims.get("generation"))
            return _principal(claims)
        except (PyJWTError, ValueError, KeyError, TypeError):
            return None

    def _key_of(self, issuer: Any, token: str) -> Any:
        if issuer == self._settings.public_url and self.can_sign:
            return self._key.public_key()
        return self._foreign[issuer].key(jwt.get_unverified_header(token)["kid"])


def _thumbprint(key: dict[str, str]) -> str:
    """Return the RFC 7638 thumbprint of an Ed25519 key: another key has another id."""
    members = json.dumps({name: key[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(members.encode()).digest()).rstrip(b"=").decode()


def _principal(claims: dict[str, Any]) -> Principal:
    stakeholder = claims.get("stakeholder")
    return Principal(
        id=str(claims["sub"]),
        roles=frozenset(role for role in claims.get("roles", []) if role in ROLES),
        area=claims.get("area"),
        stakeholder=UUID(stakeholder) if stakeholder else None,
    )
