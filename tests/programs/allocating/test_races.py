"""What happens when two things happen at once: every constraint holds, and a person wins."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.programs.allocating import operations
from services.programs.database import db, lock_rows
from services.programs.matching.operations import follow_hold
from services.programs.proposing import operations as proposing
from services.programs.registry.models import Household
from shared import clock
from shared.events.donations import PledgeAmended
from shared.events.programs import AllocationProposed
from tests.programs.heard import opened
from tests.programs.scene import OTHER_VILLAGE, VILLAGE, Scene

Bearer = Callable[..., dict[str, str]]


def together(*works: Callable[[], Any]) -> list[Any]:
    """Do things at once, each in its own thread; return what came of each."""
    found: list[Any] = [None] * len(works)
    start = threading.Barrier(len(works))

    def do(place: int) -> None:
        start.wait()
        found[place] = works[place]()

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def post(scene: Scene, path: str, who: dict[str, str], body: dict[str, Any]) -> Callable[[], TestResponse]:
    return lambda: scene.app.test_client().post(path, json=body, headers=who)


def test_two_deliveries_at_once_hand_over_no_more_than_is_paid(scene: Scene, bearer: Bearer) -> None:
    scene.need(scene.household(), 100)
    scene.pledge(100)
    scene.settle()
    allocation = scene.only_allocation()
    scene.pay(allocation)
    tksk = bearer(scene.app, "tksk", area="35.17.01")
    body = {
        "allocation": str(allocation.id),
        "quantity": 70,
        "handed_over_at": clock.now().isoformat(),
        "outcome": "delivered",
    }
    answers = together(
        *(post(scene, "/v1/deliveries", tksk, body | {"client_id": f"phone-{n}"}) for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    twice = together(
        *(post(scene, "/v1/deliveries", tksk, body | {"client_id": "x", "quantity": 10}) for _ in range(4))
    )
    assert {answer.status_code for answer in twice} == {201}
    assert len({answer.get_json()["id"] for answer in twice}) == 1
    assert scene.only_allocation().delivered == 80
    scene.check_books()


def test_one_person_who_approves_twice_at_once_is_still_one_person(scene: Scene, bearer: Bearer) -> None:
    scene.need(scene.household(), 20_000_000)
    scene.pledge(20_000_000)
    scene.settle()
    path = f"/v1/allocations/{scene.only_allocation().id}/approve"
    approver = bearer(scene.app, "approver")
    answers = together(*(post(scene, path, approver, {}) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert scene.only_allocation().approvals == 1


def test_the_same_need_from_two_people_at_once_is_one(scene: Scene, bearer: Bearer) -> None:
    path = f"/v1/households/{scene.household()}/needs"
    body = {"category": "food", "quantity": 100, "unit": "IDR"}
    answers = together(*(post(scene, path, bearer(scene.app, "verifier"), body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


def test_a_hold_while_the_match_runs_leaves_nothing_that_goes_on(scene: Scene) -> None:
    households = [scene.household() for _ in range(10)]
    for household in households:
        scene.need(household, 100)
    scene.pledge(1000)

    def hold() -> None:
        with scene.app.app_context():
            for row in lock_rows(db.session, Household, households).values():
                row.held = True
            follow_hold(db.session, households)
            db.session.commit()

    together(hold, scene.settle)
    assert {row.status for row in scene.allocations()} <= {"held"}
    scene.check_books()


def once_decided(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], Any]) -> None:
    """Let something commit between the allocator's first decision and its locks."""
    left, write = [meanwhile], proposing.write

    def write_later(*given: Any) -> Any:
        if left:
            left.pop()()
        return write(*given)

    monkeypatch.setattr(operations, "write", write_later)


def test_a_pledge_that_asks_for_more_meanwhile_is_proposed_only_by_its_new_rule(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.need(scene.household(), 100)
    admitted = scene.need(scene.household(decile=2, attributes=["elderly"]), 100)
    pledge = scene.pledge(100)
    amended = opened(100, kind=PledgeAmended, pledge=pledge, version=2, attributes=["elderly"])
    once_decided(monkeypatch, lambda: scene.hear(amended))
    scene.settle()
    (told,) = scene.told(AllocationProposed)
    assert (told.need, told.pledge_version) == (admitted, 2)
    assert told.reasons.admitted_by == ["attribute_elderly"]
    assert [row.pledge_version for row in scene.allocations()] == [2]
    scene.check_books()


@pytest.mark.parametrize(
    ("restriction", "changed"),
    [
        ({"zakat": True}, {"decile": 3}),
        ({"max_decile": 2}, {"decile": 3}),
        ({"areas": [VILLAGE]}, {"desa": OTHER_VILLAGE}),
        ({"attributes": ["elderly"]}, {"attributes": ["disability"]}),
    ],
)
def test_a_household_that_changes_meanwhile_is_proposed_nothing_by_what_it_was(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, restriction: dict[str, Any], changed: dict[str, Any]
) -> None:
    household = scene.household(attributes=["elderly"])
    need = scene.need(household, 100)
    scene.pledge(100, **restriction)
    once_decided(monkeypatch, lambda: scene.change(household, **changed))
    scene.settle()
    assert scene.allocations() == []
    scene.pledge(100)
    scene.settle()
    assert (scene.only_allocation().need_id, scene.find_need(need).covered) == (need, 100)
    assert scene.only_allocation().reasons["decile"] == changed.get("decile", 1)


def test_a_need_whose_place_changes_meanwhile_is_ranked_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = scene.household(), scene.household(decile=2)
    needs = [scene.need(household, 100) for household in (first, second)]
    scene.pledge(200)
    once_decided(monkeypatch, lambda: scene.change(first, decile=3))
    scene.settle()
    assert {row.need_id: row.reasons["decile"] for row in scene.allocations()} == {needs[0]: 3, needs[1]: 2}
