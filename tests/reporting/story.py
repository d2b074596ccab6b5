"""Events as the bus would bring them, for tests of what they fold into."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.catalogue import ITEMS
from shared.events import donations, programs
from shared.events.catalogue import topic_of
from shared.events.envelope import Received
from shared.events.event import Event
from shared.ids import new_id
from tests.told_gaps import counted, lacking

MORNING = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
VILLAGE = "35.17.01.2001"


@dataclass
class Story:
    """Writes events one after the other, a minute apart, as two services would."""

    at: datetime = MORNING
    events: list[Received] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        """Add an event."""
        self.at += timedelta(minutes=1)
        self.events.append(received(event, self.at))

    def register(
        self, desa: str = VILLAGE, people: int = 3, household: UUID | None = None, version: int = 1
    ) -> UUID:
        """Register a household, or change it."""
        household = household or new_id()
        kind = programs.HouseholdRegistered if version == 1 else programs.HouseholdChanged
        self.tell(
            kind(
                household=household,
                desa=desa,
                version=version,
                people=people,
                ages=programs.AgeBands(under_5=0, from_5_to_17=1, from_18_to_59=people - 1, from_60=0),
                attributes=[],
                decile=1,
                decile_source="P3KE",
                decile_vintage="2024",
                score=500,
                score_version="v1",
            )
        )
        return household

    def verify(self, household: UUID, desa: str = VILLAGE, people: int = 3) -> None:
        """Verify a household."""
        self.tell(
            programs.HouseholdVerified(
                household=household, desa=desa, people=people, valid_until=date(2027, 11, 1)
            )
        )

    def decide(self, kind: str, household: UUID, desa: str = VILLAGE) -> None:
        """Reject, lapse, hold, release or graduate a household."""
        if kind == "rejected":
            self.tell(programs.HouseholdRejected(household=household, desa=desa, reason="not_poor"))
        elif kind == "lapsed":
            self.tell(programs.VerificationLapsed(household=household, desa=desa))
        elif kind == "held":
            self.tell(programs.HouseholdHeld(household=household, desa=desa, reason="objection"))
        elif kind == "released":
            self.tell(programs.HouseholdReleased(household=household, desa=desa))
        else:
            self.tell(programs.HouseholdGraduated(household=household, desa=desa, people=3))

    def need(
        self, household: UUID, desa: str = VILLAGE, quantity: int = 100, item: str | None = None
    ) -> UUID:
        """Record a need."""
        need = new_id()
        self.tell(
            programs.NeedRecorded(
                household=household,
                desa=desa,
                need=need,
                category="food",
                strategy="reduce_burden",
                quantity=quantity,
                unit=ITEMS[item].unit if item else "IDR",
                item=item,
                value_idr=quantity * (ITEMS[item].reference_price if item else 1),
                urgency=3,
                indivisible=False,
            )
        )
        return need

    def close(self, household: UUID, need: UUID, desa: str = VILLAGE) -> None:
        """Close a need."""
        self.tell(
            programs.NeedClosed(
                household=household, desa=desa, need=need, category="food", reason="met", delivered=0
            )
        )

    def pledge(
        self,
        value: int = 1000,
        *,
        pledge: UUID | None = None,
        version: int = 1,
        kind: type[Any] | None = None,
        areas: Iterable[str] = (),
        categories: Iterable[Any] = (),
    ) -> UUID:
        """Open a pledge, or change it."""
        pledge = pledge or new_id()
        kind = kind or (donations.PledgeOpened if version == 1 else donations.PledgeAmended)
        self.tell(
            kind(
                pledge=pledge,
                version=version,
                stakeholder=new_id(),
                stakeholder_kind="philanthropy",
                resource=donations.Resource(kind="cash", unit="IDR"),
                quantity=value,
                value_idr=value,
                fund="zis",
                zakat=False,
                strategy="reduce_burden",
                restrictions=donations.Restrictions(areas=list(areas), categories=list(categories)),
                opens_on=date(2026, 11, 1),
                expires_on=None,
            )
        )
        return pledge

    def step(self, kind: type[Any], steps: dict[str, Any], quantity: int, **more: Any) -> None:
        """Tell a step of an allocation."""
        self.tell(kind(**steps, quantity=quantity, value_idr=quantity, **more))

    def reserve(
        self,
        household: UUID,
        need: UUID,
        quantity: int = 100,
        desa: str = VILLAGE,
        pledge: UUID | None = None,
    ) -> dict[str, Any]:
        """Reserve, and return what the next steps of this allocation need."""
        steps: dict[str, Any] = {
            "pledge": pledge or new_id(),
            "allocation": new_id(),
            "need": need,
            "household": household,
            "desa": desa,
            "category": "food",
            "stakeholder_kind": "philanthropy",
            "fund": "zis",
            "strategy": "reduce_burden",
            "unit": "IDR",
        }
        self.step(donations.AllocationReserved, steps, quantity, left=0)
        return steps

    def contribute(self, steps: dict[str, Any], quantity: int, *, carried_over: bool = False) -> None:
        """Pay, anew or from what the pledge has in hand."""
        self.step(
            donations.ContributionMade,
            steps,
            quantity,
            contribution=new_id(),
            paid_on=date(2026, 11, 3),
            carried_over=carried_over,
        )

    def release(self, steps: dict[str, Any], quantity: int, contributed: int = 0) -> None:
        """Give back."""
        self.step(
            donations.AllocationReleased, steps, quantity, why="failed", contributed=contributed, left=0
        )

    def deliver(self, steps: dict[str, Any], quantity: int, day: date = date(2026, 11, 5)) -> None:
        """Hand over."""
        self.step(programs.DeliveryConfirmed, steps, quantity, delivery=new_id(), day=day)


def received(event: Event, at: datetime) -> Received:
    """Return an event as a handler sees it."""
    return Received(
        id=new_id(),
        type=event.type_name(),
        time=at,
        data=event,
        correlation_id=str(event.key),
        causation_id=None,
        traceparent=None,
        topic=topic_of(event.service),
        partition=0,
        offset=0,
    )


def shuffled(events: list[Received], seed: int) -> list[Received]:
    """Return the events in another order that keeps those of one topic and key in theirs."""
    chance = random.Random(seed)
    queues: dict[tuple[str, UUID], list[Received]] = {}
    for event in events:
        queues.setdefault((event.topic, event.data.key), []).append(event)
    waiting = [list(reversed(queue)) for queue in queues.values()]
    return list(_drain(waiting, chance))


def _drain(waiting: list[list[Received]], chance: random.Random) -> Iterator[Received]:
    while waiting:
        queue = chance.choice(waiting)
        yield queue.pop()
        if not queue:
            waiting.remove(queue)


def season(seed: int, households: int = 60) -> list[Received]:
    """Return the events of a whole season, with corrections, refusals and failures in it."""
    chance = random.Random(seed)
    story = Story()
    villages = ["35.17.01.2001", "35.17.01.2002", "35.17.02.2001", "35.17.09.1001"]
    for _ in range(households):
        _live(story, chance, chance.choice(villages), chance.choice(villages))
    for number in range(households // 3):
        pledge = story.pledge(chance.randint(1, 9000), areas=chance.choices(villages, k=chance.randint(0, 2)))
        if number % 2:
            story.pledge(chance.randint(1, 9000), pledge=pledge, version=2)
            story.pledge(0, pledge=pledge, version=3, kind=donations.PledgeWithdrawn)
    food, health = counted(), counted(category="health")
    for told in (food, health, counted(lacking(needs=15), gap=food.gap)):
        story.tell(told)
    return story.events


def _live(story: Story, chance: random.Random, desa: str, elsewhere: str) -> None:
    household = story.register(desa, chance.randint(1, 6))
    if chance.random() < 0.3:
        story.register(elsewhere, chance.randint(1, 6), household, version=2)
    if chance.random() < 0.2:
        story.decide("rejected", household, desa)
        return
    story.verify(household, desa)
    need = story.need(household, desa, 100)
    story.need(household, desa, 10)
    if chance.random() < 0.2:
        story.decide("held", household, desa)
        story.decide(chance.choice(["held", "released"]), household, desa)
    steps = story.reserve(household, need, 100, desa)
    ending = chance.choice(["open", "released", "delivered", "partly", "graduated", "lapsed"])
    story.contribute(steps, 60)
    if ending == "released":
        story.release(steps, 100, 60)
    elif ending in {"delivered", "graduated"}:
        story.deliver(steps, 100, date(2026, 11, chance.randint(1, 28)))
    elif ending == "partly":
        story.deliver(steps, 40)
        story.release(steps, 60, 20)
    if ending in {"graduated", "lapsed"}:
        story.close(household, need, desa)
        story.decide(ending, household, desa)
