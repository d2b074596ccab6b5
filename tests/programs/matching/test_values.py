"""An allocation keeps the worth it was made with, whatever becomes of prices."""

from dataclasses import replace

import pytest

from services.programs.matching.models import Allocation
from shared.catalogue import ITEMS
from shared.events.event import Event
from shared.events.programs import AllocationProposed, DeliveryConfirmed, DeliveryFailed
from tests.programs.scene import Scene

RICE = {"item": "rice", "unit": "kg"}


@pytest.fixture
def allocation(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Allocation:
    """Ten kilograms of rice, allocated at 14,000 rupiah; since then rice has become dearer."""
    scene.need(scene.household(), 10, **RICE)
    scene.pledge(10, **RICE)
    scene.settle()
    monkeypatch.setitem(ITEMS, "rice", replace(ITEMS["rice"], reference_price=15_001))
    return scene.only_allocation()


def _values(scene: Scene, *kinds: type[Event]) -> list[int]:
    return [event.value_idr for kind in kinds for event in scene.told(kind)]  # type: ignore[attr-defined]


def test_the_steps_are_worth_what_was_proposed(scene: Scene, allocation: Allocation) -> None:
    scene.reserve(allocation, left=0)
    scene.pay(allocation)
    scene.hand_over(allocation, 3)
    scene.hand_over(allocation, 7, outcome="failed")
    assert _values(scene, AllocationProposed, DeliveryConfirmed, DeliveryFailed) == [
        140_000,
        42_000,
        98_000,
    ]


def test_what_is_left_after_a_withdrawal_keeps_its_price(scene: Scene, allocation: Allocation) -> None:
    scene.reserve(allocation, left=0)
    scene.pay(allocation, 3)
    scene.release(allocation, "withdrawn", left=0, quantity=7)
    assert scene.only_allocation().value_idr == 42_000
    scene.hand_over(allocation, 1)
    scene.hand_over(allocation, 2)
    assert _values(scene, DeliveryConfirmed) == [14_000, 28_000]
    scene.check_books()


def test_what_donations_valued_the_pledge_at_is_what_the_delivery_is_worth(
    scene: Scene, allocation: Allocation
) -> None:
    scene.reserve(allocation, left=0, value_idr=200_000)
    scene.pay(allocation)
    scene.hand_over(allocation, 4)
    scene.hand_over(allocation, 6)
    assert _values(scene, DeliveryConfirmed) == [80_000, 120_000]
