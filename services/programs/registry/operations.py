"""Changes of the registry."""

from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from services.programs.audit import operations as audit
from services.programs.database import db
from services.programs.identity.domain import nik_warnings
from services.programs.registry.domain import Family, Figures, Life, Person, figures
from services.programs.registry.models import FamilyCard, Household, Member
from services.programs.vault import Vault, current_vault
from shared import areas, clock, outbox
from shared.auth.principal import Principal
from shared.auth.visibility import OF_ALL
from shared.database import AnySession, constraint_of
from shared.errors import Conflict, Fault, Invalid
from shared.events.programs import AgeBands, HouseholdChanged, HouseholdRegistered
from shared.ids import new_id


def register_household(family: Family, *, by: Principal, synthetic: bool = False) -> Household:
    """Take a household into the registry; raise Conflict where a person or card of it is there already."""
    if by.area is not None and not areas.contains(by.area, family.desa):
        raise Invalid([Fault("/desa", "Is outside your area.")])
    vault = current_vault()
    if _is_known(db.session, vault, family):
        raise _refuse_double()
    household = new_household(vault, family, by=by.id, synthetic=synthetic)
    db.session.add(household)
    # The rows that point at the household follow it.
    db.session.flush()
    db.session.add(new_card(vault, household, family.kk_number))
    db.session.add_all(new_member(vault, household, person) for person in family.members)
    try:
        db.session.flush()
    except IntegrityError as error:
        # Somebody else registered one of them since we looked.
        db.session.rollback()
        if not is_double(error):
            raise
        raise _refuse_double() from error
    outbox.record(db.session, registered(household))
    audit.record(db.session, "household.registered", household.id)
    db.session.commit()
    return household


_NUMBERS_ARE_UNIQUE = {"uq_member_nik_index", "uq_family_card_number_index"}


def is_double(error: Exception) -> bool:
    """Tell whether an error says that a person or a card is in the registry already."""
    return isinstance(error, IntegrityError) and constraint_of(error) in _NUMBERS_ARE_UNIQUE


def _refuse_double() -> Conflict:
    # Trying numbers out must not go unnoticed, and the answer must not say whose they are.
    audit.record_now("household.double_refused", None)
    return Conflict("already_registered", "The family card, or a person on it, is in the registry already.")


def _is_known(session: AnySession, vault: Vault, family: Family) -> bool:
    niks = [vault.index("nik", person.nik) for person in family.members]
    card = vault.index("kk", family.kk_number)
    known = select(
        or_(
            select(Member.id).where(Member.nik_index.in_(niks)).exists(),
            select(FamilyCard.id)
            .where(FamilyCard.number_index == card, FamilyCard.replaced_at.is_(None))
            .exists(),
        )
    )
    # Whoever registers must not need to see the other household for it to be in the way.
    return bool(session.scalar(known, execution_options=OF_ALL))


def new_household(vault: Vault, family: Family, *, by: str, synthetic: bool) -> Household:
    """Make the row of a household with all that follows from its members."""
    household = Household(
        id=new_id(),
        status="registered",
        version=1,
        held=False,
        synthetic=synthetic,
        registered_by=by,
        created_at=clock.now(),
    )
    describe(vault, household, family)
    set_figures(household, family_figures(family))
    return household


def describe(vault: Vault, household: Household, family: Family) -> None:
    """Write what a file or a person says of the household itself."""
    household.desa = family.desa
    household.decile = family.decile
    household.decile_source = family.decile_source
    household.decile_vintage = family.decile_vintage
    household.housing = family.housing
    household.address = vault.seal(household.id, "address", family.address)
    household.fingerprint = household_fingerprint(vault, family)
    household.updated_at = clock.now()


def set_figures(household: Household, found: Figures) -> None:
    """Write what follows from the members, the dwelling and the decile."""
    household.people = found.people
    household.ages = found.ages
    household.attributes = found.attributes
    household.score = found.score.value
    household.score_version = found.score.version
    household.score_parts = dict(found.score.parts)


def family_figures(family: Family) -> Figures:
    """Work out the figures of a family as it is given."""
    lives = [Life(p.born_on, p.sex, p.relation, p.given) for p in family.members]
    return figures(lives, housing=family.housing, decile=family.decile, day=clock.today())


def new_card(vault: Vault, household: Household, number: str) -> FamilyCard:
    """Make the row of a family card."""
    card = FamilyCard(
        id=new_id(), household_id=household.id, desa=household.desa, created_at=clock.now(), replaced_at=None
    )
    card.number = vault.seal(card.id, "number", number)
    card.number_index = vault.index("kk", number)
    return card


def new_member(vault: Vault, household: Household, person: Person) -> Member:
    """Make the row of a member."""
    member = Member(id=new_id(), household_id=household.id, desa=household.desa, created_at=clock.now())
    describe_member(vault, member, person, desa=household.desa)
    return member


def describe_member(vault: Vault, member: Member, person: Person, *, desa: str) -> None:
    """Write what a file or a person says of a member."""
    member.nik = vault.seal(member.id, "nik", person.nik)
    member.nik_index = vault.index("nik", person.nik)
    member.name = vault.seal(member.id, "name", person.name)
    member.born_on, member.sex, member.relation = person.born_on, person.sex, person.relation
    member.attributes = person.given
    member.warnings = nik_warnings(person.nik, born_on=person.born_on, sex=person.sex, desa=desa)
    member.fingerprint = member_fingerprint(vault, person)
    member.updated_at = clock.now()


def household_fingerprint(vault: Vault, family: Family) -> bytes:
    """Return by what a change of the household itself is noticed."""
    return vault.fingerprint(
        family.address,
        family.desa,
        family.decile,
        family.decile_source,
        family.decile_vintage,
        family.housing,
    )


def member_fingerprint(vault: Vault, person: Person) -> bytes:
    """Return by what a change of a member is noticed."""
    return vault.fingerprint(
        person.nik, person.name, person.born_on, person.sex, person.relation, person.given
    )


def registered(household: Household) -> HouseholdRegistered:
    """Return the event that a household came into the registry."""
    return HouseholdRegistered(**_state(household))


def changed(household: Household) -> HouseholdChanged:
    """Return the event that a household's record was corrected."""
    return HouseholdChanged(**_state(household))


def _state(household: Household) -> dict[str, Any]:
    return {
        "household": household.id,
        "desa": household.desa,
        "version": household.version,
        "people": household.people,
        "ages": AgeBands(**household.ages),
        "attributes": household.attributes,
        "decile": household.decile,
        "decile_source": household.decile_source,
        "decile_vintage": household.decile_vintage,
        "score": household.score,
        "score_version": household.score_version,
        "synthetic": household.synthetic,
    }


def record_reading(household: UUID, *, why: str) -> None:
    """Record that the caller read a household's record."""
    audit.record(db.session, "household.read", household, why=why)
    db.session.commit()
