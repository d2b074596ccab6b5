"""Local accounts: for a machine without an OpenID Connect provider. Passwords are argon2 hashes."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ARRAY, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from shared import areas
from shared.auth.principal import ROLES, Principal
from shared.errors import Fault, Invalid
from shared.ids import new_id

SHORTEST_PASSWORD = 12

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Return a hash that no password has: checked where the name is unknown, so that the time an
    answer takes does not tell which names exist.
    """
    return _hasher.hash(new_id().hex)


class AccountColumns:
    """The columns of a service's `account` table."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(100), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    area: Mapped[str | None] = mapped_column(String(13))
    stakeholder: Mapped[UUID | None]
    active: Mapped[bool] = mapped_column(default=True)
    generation: Mapped[int] = mapped_column(default=1)

    def principal(self) -> Principal:
        """Return what the account may do."""
        return Principal(
            id=str(self.id),
            roles=frozenset(self.roles),
            area=self.area,
            stakeholder=self.stakeholder,
            display_name=self.display_name,
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """What an account is given: roles, and the area or organisation it is limited to."""

    roles: tuple[str, ...]
    display_name: str = ""
    area: str | None = None
    stakeholder: UUID | None = None


class Accounts:
    """The local accounts of one service, in its own `account` table."""

    def __init__(self, model: type[Any]) -> None:
        self._model = model

    def add(self, session: Session, username: str, password: str, grant: Grant) -> UUID:
        """Make the account, or give the one of that name this password and these rights; return its id."""
        if not grant.roles or not set(grant.roles) <= set(ROLES):
            raise Invalid([Fault("/roles", "Must be among %(roles)s.", roles=ROLES)])
        if grant.area is not None and not areas.exists(grant.area):
            raise Invalid([Fault("/area", "Must be the official code of an area here.")])
        if "tksk" in grant.roles and grant.area is None:
            raise Invalid([Fault("/area", "A social worker has an area.")])
        if len(password) < SHORTEST_PASSWORD:
            raise Invalid(
                [Fault("/password", "Must have at least %(least)s characters.", least=SHORTEST_PASSWORD)]
            )
        account = session.scalar(select(self._model).where(self._model.username == username))
        if account is None:
            account = self._model(id=new_id(), username=username, generation=0)
            session.add(account)
        account.password_hash = _hasher.hash(password)
        account.display_name = grant.display_name or username
        account.roles, account.area, account.stakeholder = list(grant.roles), grant.area, grant.stakeholder
        # A changed account signs out wherever it was signed in.
        account.active, account.generation = True, account.generation + 1
        session.commit()
        found: UUID = account.id
        return found

    def ensure(self, session: Session, username: str, password: str, grant: Grant) -> None:
        """Make the account unless one of that name is there: to change it would sign the person out."""
        if session.scalar(select(self._model.id).where(self._model.username == username)) is None:
            self.add(session, username, password, grant)

    def check(self, session: Session, username: str, password: str) -> Any | None:
        """Return the account that the name and password prove, or None."""
        account = session.scalar(
            select(self._model).where(self._model.username == username, self._model.active)
        )
        try:
            _hasher.verify(account.password_hash if account else _nobody(), password)
        except (VerificationError, InvalidHashError):
            return None
        return account

    def sign_out(self, session: Session, account: str, generation: int | None) -> None:
        """End all sessions and tokens of the account; one that has ended already ends no other."""
        session.execute(
            update(self._model)
            .where(self._model.id == UUID(account), self._model.generation == generation)
            .values(generation=self._model.generation + 1)
        )
        session.commit()

    def find(self, session: Session, account: str, generation: int | None) -> Principal | None:
        """Return what an account may do now; None where it was signed out, changed or closed since."""
        found = session.get(self._model, UUID(account))
        if found is None or not found.active or found.generation != generation:
            return None
        principal: Principal = found.principal()
        return principal
