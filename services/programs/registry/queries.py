"""Reading households. What tells a person apart is decrypted here and nowhere else."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select

from services.programs.identity.domain import mask
from services.programs.registry.models import FamilyCard, Household, Member
from services.programs.vault import Vault
from shared.auth.visibility import lies_in
from shared.database import AnySession, get_visible


@dataclass(frozen=True, slots=True)
class Someone:
    """A member, readable."""

    record: Member
    nik: str
    name: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A household, readable. The numbers are masked unless the reader checks them."""

    record: Household
    kk_number: str
    address: str
    members: list[Someone]

    @property
    def head(self) -> Someone:
        """Return the head of the household."""
        return next(member for member in self.members if member.record.relation == "head")


def find_household(session: AnySession, household: UUID, *, lock: bool = False) -> Household:
    """Return a household the caller may see, locked for a change if wanted; raise NotFound."""
    return get_visible(session, Household, household, lock=lock)


def households(
    *,
    desa: str | None = None,
    status: str | None = None,
    held: bool | None = None,
    max_decile: int | None = None,
) -> Select[Household]:
    """Return the households that fit a filter. `desa` is a village or any area around it."""
    wanted = select(Household)
    if desa is not None:
        wanted = wanted.where(lies_in(Household.desa, desa))
    if status is not None:
        wanted = wanted.where(Household.status == status)
    if held is not None:
        wanted = wanted.where(Household.held.is_(held))
    return wanted if max_decile is None else wanted.where(Household.decile <= max_decile)


def open_household(
    session: AnySession, vault: Vault, household: Household, *, reveal: bool = False
) -> Opened:
    """Decrypt a household. Whoever calls this for a person records that it was read."""
    return open_households(session, vault, [household], reveal=reveal)[household.id]


def open_households(
    session: AnySession,
    vault: Vault,
    wanted: list[Household],
    *,
    reveal: bool = False,
) -> dict[UUID, Opened]:
    """Decrypt households in two statements; the same duty as with one."""
    ids = [household.id for household in wanted]
    members: dict[UUID, list[Someone]] = {household: [] for household in ids}
    for member in session.scalars(select(Member).where(Member.household_id.in_(ids)).order_by(Member.id)):
        members[member.household_id].append(_someone(vault, member, reveal=reveal))
    cards = select(FamilyCard).where(FamilyCard.household_id.in_(ids), FamilyCard.replaced_at.is_(None))
    numbers = {card.household_id: card for card in session.scalars(cards)}
    return {
        household.id: Opened(
            record=household,
            kk_number=_number(
                vault, numbers[household.id].id, "number", numbers[household.id].number, reveal
            ),
            address=vault.open(household.id, "address", household.address),
            members=members[household.id],
        )
        for household in wanted
    }


def _someone(vault: Vault, member: Member, *, reveal: bool) -> Someone:
    return Someone(
        record=member,
        nik=_number(vault, member.id, "nik", member.nik, reveal),
        name=vault.open(member.id, "name", member.name),
    )


def _number(vault: Vault, row: UUID, column: str, sealed: bytes, reveal: bool) -> str:
    number = vault.open(row, column, sealed)
    return number if reveal else mask(number)
