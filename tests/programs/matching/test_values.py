"""An allocation keeps the worth it was made with, whatever becomes of prices."""

from dataclasses import replace

import pytest

from services.programs.delivery.operations import HandingOver, record_delivery
from services.programs.matching.models import Allocation
from shared import clock
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


def _hand_over(scene: Scene, allocation: Allocation, quantity: int, outcome: str = "delivered") -> None:
    said = HandingOver(allocation.id, f"{outcome}-{quantity}", quantity, clock.now(), outcome, "nobody there")
    with scene.app.app_context():
        record_delivery(said, by="tksk")


def _values(scene: Scene, *kinds: type[Event]) -> list[int]:
    return [event.value_idr for kind in kinds for event in scene.told(kind)]  # type: ignore[attr-defined]


def test_the_steps_are_worth_what_was_proposed(scene: Scene, allocation: Allocation) -> None:
    scene.reserve(allocation, left=0)
    scene.pay(allocation)
    _hand_over(scene, allocation, 3)
    _hand_over(scene, allocation, 7, "failed")
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
    _hand_over(scene, allocation, 1)
    _hand_over(scene, allocation, 2)
    assert _values(scene, DeliveryConfirmed) == [14_000, 28_000]
    scene.check_books()
