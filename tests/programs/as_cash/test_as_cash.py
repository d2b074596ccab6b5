"""Needs in goods that become needs in rupiah."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from services.programs.as_cash.operations import move_old_needs
from services.programs.database import db, lock_rows
from services.programs.policy.models import PolicyVersion
from services.programs.registry.models import Household
from shared import clock
from shared.events.programs import NeedClosed, NeedRecorded
from tests.programs.scene import Scene

Bearer = Callable[..., dict[str, str]]


def test_an_open_need_in_goods_moves_into_rupiah(scene: Scene, bearer: Bearer) -> None:
    need = scene.need(scene.household(), 10, item="rice", unit="kg", urgency=5)
    scene.told(NeedRecorded)
    client, verifier = scene.app.test_client(), bearer(scene.app, "verifier")
    answer = client.post(f"/v1/needs/{need}/as-cash", headers=verifier)
    assert answer.status_code == 201
    body = answer.get_json()
    assert (body["unit"], body["quantity"], body["category"], body["urgency"]) == ("IDR", 140_000, "food", 5)
    assert body["moved_from"] == str(need)
    assert scene.find_need(need).closed_reason == "moved_to_cash"
    assert [event.reason for event in scene.told(NeedClosed)] == ["moved_to_cash"]
    assert [str(event.need) for event in scene.told(NeedRecorded)] == [body["id"]]
    again = client.post(f"/v1/needs/{body['id']}/as-cash", headers=verifier)
    assert (again.status_code, again.get_json()["code"]) == (409, "already_cash")


def test_what_is_covered_stays_in_goods(scene: Scene, bearer: Bearer) -> None:
    need = scene.need(scene.household(), 10, item="rice", unit="kg")
    scene.pledge(4, item="rice", unit="kg")
    scene.settle()
    scene.told(NeedRecorded)
    answer = scene.app.test_client().post(f"/v1/needs/{need}/as-cash", headers=bearer(scene.app, "verifier"))
    assert answer.get_json()["quantity"] == 6 * 14_000
    rest = scene.find_need(need)
    assert (rest.quantity, rest.covered, rest.status, rest.value_idr) == (4, 4, "covered", 56_000)
    assert [(event.need, event.quantity) for event in scene.told(NeedRecorded)] == [
        (need, 4),
        (UUID(answer.get_json()["id"]), 84_000),
    ]
    scene.check_books()


def test_refuses_where_the_household_has_such_a_need_in_rupiah(scene: Scene, bearer: Bearer) -> None:
    household = scene.household()
    scene.need(household, 100)
    need = scene.need(household, 10, item="rice", unit="kg")
    answer = scene.app.test_client().post(f"/v1/needs/{need}/as-cash", headers=bearer(scene.app, "verifier"))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "already_open")


def test_the_policy_moves_what_has_waited_too_long(scene: Scene) -> None:
    household = scene.household()
    need = scene.need(household, 10, item="rice", unit="kg")
    parcel = scene.need(household, 1, item="food_parcel", unit="parcel")
    with scene.app.app_context():
        assert move_old_needs(db.session()) is False
        db.session.get_one(PolicyVersion, 1).cash_after_days = 30
        db.session.commit()
        with clock.shifted(timedelta(days=31)):
            move_old_needs(db.session())
            db.session.commit()
            move_old_needs(db.session())
            db.session.commit()
    assert scene.find_need(need).closed_reason == "moved_to_cash"
    # The household now has a need for food in rupiah: the second waits until that one is closed.
    assert scene.find_need(parcel).status == "open"


@pytest.mark.parametrize("meanwhile", [False, True])
def test_the_policy_moves_nothing_of_a_household_on_hold(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, meanwhile: bool
) -> None:
    household = scene.household()
    need = scene.need(household, 10, item="rice", unit="kg")

    def hold(*, held: bool) -> None:
        with db.engine.begin() as connection:
            connection.execute(update(Household).values(held=held))

    def lock_after_a_hold(session: Session, model: Any, ids: Any) -> Any:
        if model is Household and meanwhile:
            hold(held=True)
        return lock_rows(session, model, ids)

    def move() -> None:
        move_old_needs(db.session())
        db.session.commit()

    with scene.app.app_context():
        db.session.get_one(PolicyVersion, 1).cash_after_days = 30
        db.session.commit()
        hold(held=not meanwhile)
        with clock.shifted(timedelta(days=31)):
            with monkeypatch.context() as patched:
                patched.setattr("services.programs.as_cash.operations.lock_rows", lock_after_a_hold)
                move()
            assert scene.find_need(need).status == "open"
            hold(held=False)
            move()
    assert scene.find_need(need).closed_reason == "moved_to_cash"
