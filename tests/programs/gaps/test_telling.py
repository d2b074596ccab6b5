"""The other services are told what is short, as far as everyone may know it."""

from datetime import timedelta

from services.programs.gaps.operations import AGAIN_AFTER
from shared import clock
from shared.events.programs import GapCounted, GapPart, NextNeed
from tests.programs.gaps.test_gaps import lack, tell
from tests.programs.scene import Scene


def told(scene: Scene) -> list[GapCounted]:
    """Run the task; return what it told."""
    tell(scene)
    return scene.told(GapCounted)


def test_what_is_counted_is_told_of_each_kind(scene: Scene) -> None:
    lack(scene, 12, urgency=4)
    lack(scene, 11, "35.17.02", urgency=2)
    lack(scene, 2, "35.17.03", quantity=1, category="disability_aid", item="wheelchair", unit="piece")
    few, food = told(scene)
    assert (few.category, few.item, few.unit, few.price_idr) == (
        "disability_aid",
        "wheelchair",
        "piece",
        1_800_000,
    )
    # Two wheelchairs are two households: they are told to be short, and nothing else.
    assert few.parts == [GapPart(area="35.17", needs=None, open=None, unreached=None, next=None)]
    assert (food.category, food.item, food.unit, food.price_idr) == ("food", None, "IDR", 1)
    first, second = NextNeed(decile=1, urgency=4), NextNeed(decile=1, urgency=2)
    assert food.parts == [
        GapPart(area="35.17", needs=23, open=2300, unreached=2300, next=first),
        GapPart(area="35.17.01", needs=12, open=1200, unreached=1200, next=first),
        GapPart(area="35.17.02", needs=11, open=1100, unreached=1100, next=second),
    ]


def test_it_is_told_again_only_where_it_is_otherwise(scene: Scene) -> None:
    lack(scene, 12)
    lack(scene, 12, category="health")
    food, health = told(scene)
    assert told(scene) == []
    scene.pledge(500, categories=["health"])
    scene.settle()
    (changed,) = told(scene)
    assert (changed.gap, changed.category, changed.parts[0].unreached) == (health.gap, "health", None)
    assert changed.gap != food.gap


def test_that_nothing_is_open_any_more_is_told(scene: Scene) -> None:
    lack(scene, 12)
    (before,) = told(scene)
    scene.pledge(1200)
    scene.settle()
    (after,) = told(scene)
    assert (after.gap, after.parts) == (before.gap, [])
    assert told(scene) == []


def test_who_begins_to_listen_hears_it_within_the_hour(scene: Scene) -> None:
    lack(scene, 12)
    first = told(scene)
    with clock.shifted(AGAIN_AFTER - timedelta(minutes=1)):
        assert told(scene) == []
    with clock.shifted(AGAIN_AFTER + timedelta(minutes=1)):
        assert told(scene) == first
        assert told(scene) == []
