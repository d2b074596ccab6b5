"""Taking families into the registry, many at a time, each only once however often it comes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from services.programs.intake.domain import Given
from services.programs.intake.queries import Known, look_up
from services.programs.matching.operations import check_again
from services.programs.registry.domain import Family, Life, Person, figures
from services.programs.registry.models import Household, Member, life_of
from services.programs.registry.operations import (
    changed,
    describe,
    describe_member,
    household_fingerprint,
    member_fingerprint,
    new_card,
    new_household,
    new_member,
    registered,
    set_figures,
)
from services.programs.vault import Vault
from shared import clock, outbox
from shared.events.event import Event

Stay = Sequence[tuple[UUID, Person]]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a row: an outcome, codes that say why, and the household it is in.

    `outside` are the households beyond the area of `Terms` that the row touched: for the audit log alone.
    """

    row: UUID
    outcome: str
    reasons: tuple[str, ...] = ()
    household: UUID | None = None
    outside: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Terms:
    """How families are taken in: by whom, whether for real, and in which area if not everywhere."""

    vault: Vault
    by: str
    synthetic: bool = False
    dry_run: bool = False
    area: str | None = None


def apply_families(session: Session, terms: Terms, families: Sequence[Given]) -> list[Receipt]:
    """Create or update the households of families; return a receipt for each row. Does not commit.

    What was allocated to a household that changed is checked again.

    A family that touches a household outside the area of the terms is left to an officer of the wider
    area, whole: which of its numbers is known there is not told. Trying out leaves no trace in the
    registry, so there it is not told at all, and a new row says that nobody looked.
    Raises IntegrityError where somebody registered one of the people meanwhile.
    """
    known = look_up(session, terms.vault, families)
    in_sight = known.within(terms.area) if terms.area is not None and terms.dry_run else known
    intake = _Intake(session, terms, in_sight)
    receipts: list[Receipt] = []
    for given in families:
        outside = known.outside(terms.vault, given.family, terms.area) if terms.area is not None else set()
        if outside and not terms.dry_run:
            taken = [Receipt(row, "invalid", ("wider_area_decides",)) for row in given.rows]
        else:
            taken = intake.take(given)
        receipts += [replace(receipt, outside=frozenset(outside)) for receipt in taken]
    if not terms.dry_run:
        intake.write()
    return receipts


class _Intake:
    """One batch of families on its way in."""

    def __init__(self, session: Session, terms: Terms, known: Known) -> None:
        self._session, self._terms, self._known = session, terms, known
        self._unsure = ("outside_not_checked",) if terms.dry_run and terms.area is not None else ()
        self._taken: set[UUID] = set()
        self._events: list[Event] = []
        self._changed: list[UUID] = []
        # Rows that point at a household are written after it.
        self._dependents: list[object] = []

    def take(self, given: Given) -> list[Receipt]:
        """Take one family in; return the receipts of its rows."""
        home = self._known.home_of(self._terms.vault, given.family)
        if home is not None and home.id in self._taken:
            return [Receipt(row, "duplicate", ("household_twice_in_file",)) for row in given.rows]
        here: list[tuple[UUID, Person]] = []
        receipts = []
        for row, person in zip(given.rows, given.family.members, strict=True):
            if self._known.lives_elsewhere(self._terms.vault, person, home):
                receipts.append(Receipt(row, "duplicate", ("nik_in_other_household",)))
            else:
                here.append((row, person))
        if not any(person.relation == "head" for _, person in here):
            return receipts + [Receipt(row, "invalid", ("head_refused",)) for row, _ in here]
        family = replace(given.family, members=[person for _, person in here])
        return receipts + (self._update(home, family, here) if home else self._create(family, here))

    def write(self) -> None:
        """Write what is left, the events of all, and what follows for the match."""
        self._session.flush()
        self._session.add_all(self._dependents)
        self._session.flush()
        outbox.record_all(self._session, self._events)
        if self._changed:
            check_again(self._session, self._changed)

    def _create(self, family: Family, here: Stay) -> list[Receipt]:
        terms = self._terms
        if terms.dry_run:
            return [Receipt(row, "created", self._unsure) for row, _ in here]
        household = new_household(terms.vault, family, by=terms.by, synthetic=terms.synthetic)
        self._session.add(household)
        self._dependents.append(new_card(terms.vault, household, family.kk_number))
        self._dependents += [new_member(terms.vault, household, person) for person in family.members]
        self._events.append(registered(household))
        return [Receipt(row, "created", (), household.id) for row, _ in here]

    def _update(self, home: Household, family: Family, here: Stay) -> list[Receipt]:
        self._taken.add(home.id)
        vault = self._terms.vault
        members = {member.nik_index: member for member in self._known.members[home.id]}
        outcomes: list[tuple[UUID, Person, Member | None, str]] = []
        for row, person in here:
            member = members.get(vault.index("nik", person.nik))
            same = member is not None and member.fingerprint == member_fingerprint(vault, person)
            outcomes.append(
                (row, person, member, "unchanged" if same else "updated" if member else "created")
            )
        new_number = self._known.card_of(vault, family) is None
        differs = new_number or home.fingerprint != household_fingerprint(vault, family)
        if (differs or any(outcome != "unchanged" for *_, outcome in outcomes)) and not self._terms.dry_run:
            self._change(home, family, {person.nik: member for _, person, member, _ in outcomes})
        return [
            # What changed of the household itself stands in the row of its head.
            Receipt(
                row,
                "updated" if differs and person.relation == "head" and outcome == "unchanged" else outcome,
                self._unsure if outcome == "created" else (),
                home.id,
            )
            for row, person, _, outcome in outcomes
        ]

    def _change(self, home: Household, family: Family, present: dict[str, Member | None]) -> None:
        vault = self._terms.vault
        everyone = self._known.members[home.id]
        self._make_way(home, family, present)
        describe(vault, home, family)
        lives = [life_of(member) for member in everyone if member not in present.values()]
        for person in family.members:
            member = present[person.nik]
            if member is None:
                self._dependents.append(new_member(vault, home, person))
            elif member.fingerprint != member_fingerprint(vault, person):
                describe_member(vault, member, person, desa=home.desa)
            lives.append(Life(person.born_on, person.sex, person.relation, person.given))
        set_figures(home, figures(lives, housing=home.housing, decile=home.decile, day=clock.today()))
        home.version += 1
        self._events.append(changed(home))
        self._changed.append(home.id)

    def _make_way(self, home: Household, family: Family, present: dict[str, Member | None]) -> None:
        """Close the old card, and let the old head step back, before the new ones are written."""
        card = self._known.current_card(home)
        if self._known.card_of(self._terms.vault, family) is None:
            card.replaced_at = clock.now()
            self._dependents.append(new_card(self._terms.vault, home, family.kk_number))
        new_head = next(present[person.nik] for person in family.members if person.relation == "head")
        for member in self._known.members[home.id]:
            if member.relation == "head" and member is not new_head:
                member.relation = "other"
                # What is said of the member now is not what the file said before.
                member.fingerprint = b""
        self._session.flush()
