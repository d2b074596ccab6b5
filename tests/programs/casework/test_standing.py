"""What counts as open on the work queue and in the list of needs."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from services.programs import words
from services.programs.casework.queries import count_open, stands
from services.programs.database import db
from services.programs.needs.models import Need
from services.programs.needs.operations import shut_all
from tests.programs.heard import TODAY
from tests.programs.scene import Scene


def listed(scene: Scene, standing: str) -> set[UUID]:
    with scene.app.app_context():
        return set(db.session.scalars(select(Need.id).where(stands(standing))))


def test_open_is_what_a_pledge_may_cover_now_and_each_need_stands_in_one_way(scene: Scene) -> None:
    open_need = scene.need(scene.household())
    waiting = {
        scene.need(scene.household(status="registered")),
        scene.need(scene.household(status="lapsed")),
        scene.need(scene.household(held=True)),
        scene.need(scene.household(valid_until=TODAY - timedelta(days=1))),
    }
    rice = scene.need(scene.household(), 20, item="rice", unit="kg")
    scene.pledge(20, item="rice", unit="kg")
    scene.settle()
    given = scene.need(scene.household(), 2, category="education", item="school_kit", unit="kit")
    scene.pledge(2, item="school_kit", unit="kit")
    scene.settle()
    (kit,) = scene.allocations(need_id=given)
    scene.pay(kit)
    scene.hand_over(kit)
    rejected = scene.household(status="lapsed")
    shut = scene.need(rejected)
    scene.do(lambda session: shut_all(session, rejected, "household_rejected"))
    assert {standing: listed(scene, standing) for standing in words.NEED_STANDINGS} == {
        "open": {open_need},
        "waiting": waiting,
        "covered": {rice},
        "delivered": {given},
        "closed": {shut},
    }
    with scene.app.app_context():
        assert count_open(db.session()) == 1
