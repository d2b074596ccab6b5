"""The history of a match: all that became of it, with amounts and reasons in words."""

from services.programs.database import db
from services.programs.matching.models import Allocation
from services.programs.review.queries import find_allocation, list_entries
from services.programs.review.schemas import course
from tests.programs.scene import Scene


def told(scene: Scene, allocation: Allocation) -> list[tuple[str, str | None]]:
    with scene.app.app_context():
        row = find_allocation(db.session, allocation.id)
        entries = list_entries(db.session, row.id)
    with scene.app.test_request_context("/?lang=en"):
        return [(moment["title"], moment.get("text")) for moment in course(row, entries)]


def matched(scene: Scene) -> Allocation:
    scene.need(scene.household(), 100_000)
    scene.pledge()
    scene.settle()
    return scene.only_allocation()


def test_it_tells_of_every_step_and_of_the_reason_that_the_tksk_wrote(scene: Scene) -> None:
    allocation = matched(scene)
    scene.reserve(allocation, left=900_000)
    scene.pay(allocation)
    scene.hand_over(allocation, 40_000)
    scene.hand_over(allocation, 60_000, outcome="failed")
    scene.release(allocation, "failed", left=900_000, quantity=60_000, contributed=60_000)
    titles = [title for title, _ in told(scene, allocation)]
    assert titles == [
        "Proposed by the match",
        "Set aside from the pledge: Rp100,000",
        "Paid by the donor: Rp100,000",
        "Handed over: Rp40,000",
        "Could not be handed over: Rp60,000",
        "What was paid is with the pledge again: Rp60,000",
    ]
    texts = [text for _, text in told(scene, allocation)]
    assert texts[2] is not None
    assert texts[2].startswith("On ")
    assert texts[4] == "nobody there"


def test_it_tells_in_words_why_it_ended(scene: Scene) -> None:
    allocation = matched(scene)
    scene.refuse(allocation, "restricted", left=1_000_000)
    assert told(scene, allocation)[-1] == (
        "Refused by the pledge: Rp100,000",
        "The pledge's rules do not admit it.",
    )


def test_a_household_that_was_stopped_and_rejected_shows_in_it(scene: Scene) -> None:
    allocation = matched(scene)
    scene.reserve(allocation, left=900_000)
    scene.change(allocation.household_id, held=True)
    scene.change(allocation.household_id, held=False)
    scene.change(allocation.household_id, status="rejected")
    assert told(scene, allocation)[2:] == [
        ("Stopped", "The household was put on hold."),
        ("The household was released, and it goes on", None),
        ("Ended: Rp100,000 may go to another need", "The household was found not eligible."),
    ]
