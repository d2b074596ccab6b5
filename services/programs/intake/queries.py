"""What the registry already holds of the families at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.programs.intake.domain import Given
from services.programs.registry.domain import Family, Person
from services.programs.registry.models import FamilyCard, Household, Member
from services.programs.vault import Vault
from shared import areas


@dataclass(frozen=True, slots=True)
class Known:
    """People and current cards by their blind index, and the households they belong to."""

    people: dict[bytes, Member]
    cards: dict[bytes, FamilyCard]
    households: dict[UUID, Household]
    members: dict[UUID, list[Member]]

    def card_of(self, vault: Vault, family: Family) -> FamilyCard | None:
        """Return the family's card if some household has it now."""
        return self.cards.get(vault.index("kk", family.kk_number))

    def current_card(self, household: Household) -> FamilyCard:
        """Return the card a household has now."""
        return next(card for card in self.cards.values() if card.household_id == household.id)

    def lives_elsewhere(self, vault: Vault, person: Person, home: Household | None) -> bool:
        """Tell whether a person is in the registry in another household."""
        member = self.people.get(vault.index("nik", person.nik))
        return member is not None and (home is None or member.household_id != home.id)

    def home_of(self, vault: Vault, family: Family) -> Household | None:
        """Return the household that a family is: by its card, or where its card is new, by its people.

        A card changes when a family moves or its head dies: it is the same household where the head
        is the same, or more than half of its people are. A child who left home is not.
        """
        card = self.card_of(vault, family)
        if card is not None:
            return self.households[card.household_id]
        present: set[UUID] = set()
        for person in family.members:
            member = self.people.get(vault.index("nik", person.nik))
            if member is not None and member.relation == "head" == person.relation:
                return self.households[member.household_id]
            present |= {member.id} if member is not None else set()
        for household, members in self.members.items():
            if 2 * sum(member.id in present for member in members) > len(members):
                return self.households[household]
        return None

    def outside(self, vault: Vault, family: Family, area: str) -> set[UUID]:
        """Return the households outside an area that have the family's card or one of its people."""
        card = self.card_of(vault, family)
        people = (self.people.get(vault.index("nik", person.nik)) for person in family.members)
        held_by = {member.household_id for member in people if member is not None}
        held_by |= {card.household_id} if card is not None else set()
        return {one for one in held_by if not areas.contains(area, self.households[one].desa)}

    def within(self, area: str) -> "Known":
        """Return what is known as if the registry ended at the border of an area."""
        inside = {
            key: household
            for key, household in self.households.items()
            if areas.contains(area, household.desa)
        }
        return Known(
            people={key: member for key, member in self.people.items() if member.household_id in inside},
            cards={key: card for key, card in self.cards.items() if card.household_id in inside},
            households=inside,
            members={key: members for key, members in self.members.items() if key in inside},
        )


def look_up(session: Session, vault: Vault, families: Sequence[Given]) -> Known:
    """Find people and cards by their indexes, and lock the households they belong to."""
    niks = [vault.index("nik", person.nik) for given in families for person in given.family.members]
    numbers = [vault.index("kk", given.family.kk_number) for given in families]
    now = FamilyCard.replaced_at.is_(None)
    ids = set(session.scalars(select(Member.household_id).where(Member.nik_index.in_(niks))))
    ids |= set(
        session.scalars(select(FamilyCard.household_id).where(FamilyCard.number_index.in_(numbers), now))
    )
    # Locked in one order, so that neither another import nor an officer's change crosses this one.
    locked = select(Household).where(Household.id.in_(ids)).order_by(Household.id).with_for_update()
    households = {household.id: household for household in session.scalars(locked)}
    everyone = session.scalars(
        select(Member)
        .where(or_(Member.household_id.in_(ids), Member.nik_index.in_(niks)))
        .order_by(Member.id)
    ).all()
    members: dict[UUID, list[Member]] = {household: [] for household in households}
    for member in everyone:
        members.setdefault(member.household_id, []).append(member)
    cards = session.scalars(select(FamilyCard).where(FamilyCard.household_id.in_(ids), now))
    return Known(
        people={member.nik_index: member for member in everyone},
        cards={card.number_index: card for card in cards},
        households=households,
        members=members,
    )
