"""One allocation has one status word, whichever service is asked."""

from collections.abc import Callable

import pytest

from services.donations.fulfilment.domain import Amounts, status_of
from services.programs.matching.models import Allocation
from tests.programs.scene import Scene

Step = Callable[[Scene, Allocation], None]


def pay(quantity: int) -> Step:
    return lambda scene, allocation: scene.pay(allocation, quantity)


def hand_over(quantity: int) -> Step:
    return lambda scene, allocation: scene.hand_over(allocation, quantity)


def fail(quantity: int, *, paid: int) -> Step:
    def step(scene: Scene, allocation: Allocation) -> None:
        scene.hand_over(allocation, 1, outcome="failed")
        scene.release(allocation, "failed", left=0, quantity=quantity, contributed=paid)

    return step


def withdraw(quantity: int) -> Step:
    return lambda scene, allocation: scene.release(allocation, "withdrawn", left=0, quantity=quantity)


def hold(scene: Scene, allocation: Allocation) -> None:
    scene.change(allocation.household_id, held=True)


def amounts(contributed: int = 0, delivered: int = 0, released: int = 0) -> Amounts:
    return Amounts(100, contributed, delivered, released)


@pytest.mark.parametrize(
    ("steps", "donations", "word"),
    [
        ([], (amounts(), "payable", None), "reserved"),
        ([pay(40)], (amounts(40), "payable", None), "reserved"),
        ([pay(40), hand_over(40)], (amounts(40, 40), "payable", None), "reserved"),
        ([pay(100)], (amounts(100), "payable", None), "contributed"),
        ([pay(100), hand_over(40)], (amounts(100, 40), "payable", None), "contributed"),
        ([pay(100), hand_over(100)], (amounts(100, 100), "payable", None), "delivered"),
        ([pay(100), hold], (amounts(100), "held", None), "held"),
        ([pay(40), withdraw(60)], (amounts(40, 0, 60), "payable", "released"), "contributed"),
        (
            [pay(40), withdraw(60), hand_over(40)],
            (amounts(40, 40, 60), "payable", "released"),
            "delivered",
        ),
        (
            [pay(40), hand_over(40), withdraw(60)],
            (amounts(40, 40, 60), "payable", "released"),
            "delivered",
        ),
        ([withdraw(100)], (amounts(0, 0, 100), "payable", "released"), "released"),
        ([pay(100), fail(100, paid=100)], (amounts(0, 0, 100), "payable", "failed"), "failed"),
        (
            [pay(100), hand_over(40), fail(60, paid=60)],
            (amounts(40, 40, 60), "payable", "failed"),
            "delivered",
        ),
    ],
)
def test_programs_and_donations_say_the_same_of_all_that_is_kept(
    scene: Scene, steps: list[Step], donations: tuple[Amounts, str, str | None], word: str
) -> None:
    scene.need(scene.household(), 100)
    scene.pledge(100)
    scene.settle()
    scene.reserve(scene.only_allocation(), left=0)
    for step in steps:
        step(scene, scene.only_allocation())
    (row,) = scene.allocations()
    assert (row.status, status_of(*donations)) == (word, word)
    scene.check_books()
