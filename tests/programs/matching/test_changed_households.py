"""What a file or a birthday changes of a household is followed by what was allocated to it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared import clock
from shared.events.donations import PledgeAmended
from shared.events.programs import AllocationCancelled
from tests.programs.files import family, receipts, send, write
from tests.programs.heard import TODAY, opened
from tests.programs.people import Office
from tests.programs.scene import OTHER_VILLAGE, VILLAGE, Scene

BORN = TODAY - timedelta(days=5 * 365 - 20)


class Home:
    """A mother and her son as the registry's file has them, verified, with a need that is covered."""

    def __init__(self, office: Office, **restrictions: Any) -> None:
        self.office, self.scene = office, Scene(office.app)
        mother, son = family()
        self.rows = [mother, son | {"tanggal_lahir": BORN.isoformat()}]
        self.household = UUID(receipts(office, send(office, write(self.rows)))[0]["household"])
        self.scene.change(
            self.household,
            status="verified",
            verified_at=clock.now(),
            valid_until=TODAY + timedelta(days=365),
        )
        self.need = self.scene.need(self.household, 100)
        self.pledge = self.scene.pledge(100, **restrictions)
        self.scene.settle()
        self.scene.reserve(self.scene.only_allocation(), left=0)

    def send(self, **changed: str) -> None:
        """Send the file again, with other words in it."""
        send(self.office, write([row | changed for row in self.rows]))

    def ended(self) -> list[str | None]:
        """Return why each allocation is over, None for one that is not."""
        self.scene.check_books()
        return [row.ended_reason for row in self.scene.allocations()]


@pytest.mark.parametrize(
    ("restriction", "changed"),
    [
        ({"max_decile": 1}, {"desil": "3"}),
        ({"zakat": True}, {"desil": "2"}),
        ({"areas": [VILLAGE]}, {"kode_desa": OTHER_VILLAGE}),
        ({"attributes": ["disability"]}, {"atribut": "chronic_illness"}),
    ],
)
def test_what_is_no_longer_admitted_goes_to_others(
    office: Office, restriction: dict[str, Any], changed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = family()
    if "attributes" in restriction:
        first = [row | {"atribut": "disability"} for row in first]
    monkeypatch.setattr(f"{__name__}.family", lambda: first)
    home = Home(office, **restriction)
    other = home.scene.pledge(100)
    home.scene.settle()
    home.scene.forget_changes()
    home.send(**changed)
    assert home.ended() == ["no_longer_admitted"]
    assert [event.reason for event in home.scene.told(AllocationCancelled)] == ["no_longer_admitted"]
    home.scene.settle()
    assert (home.scene.only_allocation().pledge_id, home.scene.only_allocation().need_id) == (
        other,
        home.need,
    )


def test_what_is_still_admitted_stays(office: Office) -> None:
    home = Home(office, max_decile=2)
    home.send(desil="2")
    assert home.ended() == [None]
    assert home.scene.told(AllocationCancelled) == []


def test_what_is_paid_goes_on(office: Office) -> None:
    home = Home(office, max_decile=1)
    home.scene.pay(home.scene.only_allocation(), 10)
    home.send(desil="3")
    assert home.ended() == [None]


def test_the_rest_goes_to_others_once_what_is_paid_is_handed_over(office: Office) -> None:
    home = Home(office, max_decile=1)
    home.scene.pay(home.scene.only_allocation(), 10)
    home.send(desil="3")
    home.scene.hand_over(home.scene.only_allocation(), 10)
    assert home.ended() == ["no_longer_admitted"]
    assert [event.quantity for event in home.scene.told(AllocationCancelled)] == [90]
    assert home.scene.find_need(home.need).covered == 10


def test_the_rest_goes_to_others_where_the_pledge_has_changed_its_mind(office: Office) -> None:
    home = Home(office, max_decile=3)
    home.scene.pay(home.scene.only_allocation(), 10)
    home.scene.hear(opened(100, kind=PledgeAmended, pledge=home.pledge, version=2, areas=[OTHER_VILLAGE]))
    assert home.ended() == [None]
    home.scene.hand_over(home.scene.only_allocation(), 10)
    assert home.ended() == ["no_longer_admitted"]


def test_a_held_household_is_left_alone_until_it_is_released(office: Office) -> None:
    home = Home(office, max_decile=1)
    home.scene.change(home.household, held=True)
    home.send(desil="3")
    assert home.ended() == [None]
    home.scene.change(home.household, held=False)
    assert home.ended() == ["no_longer_admitted"]


def test_a_birthday_takes_away_what_only_small_children_may_get(office: Office) -> None:
    home = Home(office, attributes=["child_under_5"])
    with clock.shifted(timedelta(days=40)):
        office.work_off("birthdays")
    assert home.ended() == ["no_longer_admitted"]
    assert home.scene.find_need(home.need).covered == 0
