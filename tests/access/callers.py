"""Everybody who may call: each role in each area, organisations, keys, and those who prove nothing."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from helix.signing_key import new_signing_key
from shared import clock
from shared.auth.principal import OFFICERS, Principal
from shared.auth.tokens import Tokens
from shared.ids import new_id
from tests.conftest import bearer_of

REGENCY = "35.17"
AREAS = {"A": "35.17.01", "B": "35.17.02"}
# What a key's scope is called in the policy.
SCOPES = {"pledges:read": "read", "pledges:write": "write", "contributions:write": "pay"}


@dataclass(frozen=True)
class Caller:
    """Somebody. `owner` is the letter of an organisation, `area` an official code; None is no limit."""

    name: str
    role: str | None = None
    owner: str | None = None
    area: str | None = None
    scope: str | None = None
    broken: str | None = None
    # What they show: a token to the API and a cookie to the pages, or one of the two to both.
    shows: str = "both"

    def standing(self, service: str, *, is_page: bool) -> str:
        """Return what a service makes of the caller: `nobody`, `known`, or `refused` for a proof that fails."""
        ended_here = self.broken in {"ended", "closed"} and service == self.home
        if is_page:
            has_account = self.role and self.shows != "token" and service != "reporting"
            return "known" if has_account and not ended_here else "nobody"
        if self.shows == "cookie" or not (self.role or self.scope):
            return "nobody"
        # Another service can't look up whether a token was ended: it believes it until it expires.
        fails = ended_here if self.broken in {"ended", "closed"} else bool(self.broken)
        return "refused" if fails or (self.scope and service != "donations") else "known"

    @property
    def home(self) -> str:
        """Return the service where the person signs in."""
        return "donations" if self.role == "donor" or self.scope else "programs"

    @property
    def rights(self) -> frozenset[str]:
        """Return as what the policy knows the caller. Who may write something may read it."""
        if self.scope:
            return frozenset({SCOPES[self.scope]} | ({"read"} if self.scope == "pledges:write" else set()))
        return frozenset({self.role} if self.role else ())

    def sees(self, whose: str, letter: str) -> bool:
        """Tell whether what belongs to an organisation, and lies in an area, is the caller's business."""
        if whose == "-" or letter == "missing":
            return whose == "-"
        if self.role == "donor" or self.scope:
            return self.owner == letter and whose != "area"
        if self.role == "tksk" or whose in {"area", "own+area"}:
            return self._is_in(letter)
        return self.area is None

    def _is_in(self, letter: str) -> bool:
        if self.area is None:
            return self.role in OFFICERS
        return letter in AREAS and f"{AREAS[letter]}.".startswith(f"{self.area}.")


def everybody() -> list[Caller]:
    """Return all of them."""
    places = {"": None, " of the regency": REGENCY, " of A": AREAS["A"], " of B": AREAS["B"]}
    people = [
        Caller(f"{role}{where}", role, area=area)
        for role in (*OFFICERS, "tksk")
        for where, area in places.items()
    ]
    donors = [Caller(f"donor of {letter}", "donor", letter) for letter in ("A", "B", "S", "P")]
    keys = [
        Caller(f"key of {letter}, {scope}", owner=letter, scope=scope) for letter in "ABS" for scope in SCOPES
    ]
    proofless = [
        Caller(f"one whose token is {broken}", "planner", broken=broken)
        for broken in ("expired", "ended", "closed", "of a stranger", "forged", "garbage")
    ] + [Caller("a key that was revoked", owner="A", scope="pledges:write", broken="revoked")]
    halves = [
        Caller(f"{role} with no more than a {what}", role, owner, shows=what)
        for role, owner in (("planner", None), ("donor", "A"))
        for what in ("cookie", "token")
    ]
    nobody = [Caller("nobody"), Caller("donor of nobody", "donor")]
    return [*nobody, *people, *donors, *keys, *proofless, *halves]


class Door:
    """Lets callers in: a token of their own service for the API, a session cookie for the pages."""

    def __init__(self, apps: dict[str, Flask], owners: dict[str, UUID], keys: dict[str, str]) -> None:
        self._apps, self._owners, self._keys = apps, owners, keys
        self._headers: dict[str, dict[str, str]] = {}
        self._cookies: dict[str, str] = {}

    def admit(self, caller: Caller) -> None:
        """Give somebody an account in both services that have any, and a token or a key."""
        if caller.scope:
            secret = self._keys[caller.name]
            self._headers[caller.name] = {"Authorization": f"Bearer {secret}"}
        elif caller.role:
            self._headers[caller.name] = self._token(caller)

    def header(self, caller: Caller) -> dict[str, str]:
        """Return what proves to the API who calls."""
        return {} if caller.shows == "cookie" else self._headers.get(caller.name, {})

    def account(self, caller: Caller) -> str | None:
        """Return whose session cookie the caller shows; None for no cookie."""
        return None if caller.shows == "token" else self._cookies.get(caller.name)

    def _token(self, caller: Caller) -> dict[str, str]:
        rights = frozenset({caller.role}) if caller.role else frozenset()
        owner = self._owners.get(caller.owner or "")
        person = Principal(str(new_id()), rights, area=caller.area, stakeholder=owner)
        home = self._apps[caller.home]
        headers = {service: bearer_of(self._apps[service], person) for service in ("donations", "programs")}
        self._cookies[caller.name] = person.id
        return _break(home, person, caller.broken) or headers[caller.home]


def _break(app: Flask, person: Principal, how: str | None) -> dict[str, str] | None:
    """Return a token that does not hold, or None where it is to hold."""
    if how is None:
        return None
    settings: Any = app.config["HELIX"]
    if how in {"ended", "closed"}:
        end = "generation = generation + 1" if how == "ended" else "active = false"
        with app.app_context(), app.extensions["sqlalchemy"].engine.begin() as connection:
            connection.execute(text(f"UPDATE account SET {end} WHERE id = :id"), {"id": person.id})  # noqa: S608
        return {"Authorization": f"Bearer {Tokens(settings).issue(person, 1)}"}
    if how == "expired":
        with clock.shifted(-timedelta(hours=1)):
            return {"Authorization": f"Bearer {Tokens(settings).issue(person, 1)}"}
    if how == "garbage":
        return {"Authorization": "Bearer not.a.token"}
    return {"Authorization": f"Bearer {_foreign(settings, person, forged=how == 'forged')}"}


def _foreign(settings: Any, person: Principal, *, forged: bool) -> str:
    """Sign with a key that nobody here trusts: as another issuer, or in the name of this one."""
    name = settings.public_url if forged else "https://stranger.example"
    theirs = replace(settings, signing_key=new_signing_key(), public_url=name)
    return Tokens(theirs).issue(person, 1)


__all__ = ["AREAS", "Caller", "Door", "everybody"]
