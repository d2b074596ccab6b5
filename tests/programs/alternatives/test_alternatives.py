"""Which other pledges could give something in place of a match: what officers weigh a veto against."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.programs.alternatives.queries import list_alternatives
from services.programs.casework.operations import close_need
from services.programs.database import db
from services.programs.matching.domain import Claimed
from services.programs.matching.models import Allocation, Pledge
from services.programs.matching.queries import may_admit
from services.programs.review import operations as review
from services.programs.review.queries import find_allocation
from shared import clock
from tests.programs.scene import Scene

Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def match(scene: Scene) -> Allocation:
    """A need that has all of the only pledge."""
    scene.need(scene.household(), 100)
    scene.pledge(100)
    scene.settle()
    return scene.only_allocation()


def _others(scene: Scene, match: Allocation) -> list[UUID]:
    with scene.app.app_context():
        found = list_alternatives(db.session, find_allocation(db.session, match.id))
        return [pledge.id for pledge, _ in found.shown]


def test_they_are_those_that_the_match_could_propose_now(scene: Scene, match: Allocation) -> None:
    usable = scene.pledge(100)
    scene.pledge(100, opens_on=clock.today() + timedelta(days=1))
    scene.pledge(100, categories=["education"])
    assert _others(scene, match) == [usable]


def test_the_first_to_end_come_first(scene: Scene, match: Allocation) -> None:
    endless = scene.pledge(100)
    soon, later = (scene.pledge(100, expires_on=clock.today() + timedelta(days=days)) for days in (9, 30))
    assert _others(scene, match) == [soon, later, endless]


def test_a_pledge_in_which_the_household_is_at_its_cap_is_none(scene: Scene) -> None:
    household = scene.household()
    capped = scene.pledge(1000, cap_per_household=20)
    scene.need(household, 20, urgency=5)
    scene.need(household, 10, category="health")
    scene.settle()
    rest = scene.pledge(10)
    scene.settle()
    (row,) = scene.allocations(pledge_id=rest)
    roomy = scene.pledge(1000, cap_per_household=1)
    assert scene.find_pledge(capped).free == 980
    assert _others(scene, row) == [roomy]


def test_a_pledge_that_would_give_less_than_it_gives_at_least_is_none(
    scene: Scene, match: Allocation
) -> None:
    scene.pledge(1000, minimum_grant=101)
    just = scene.pledge(1000, minimum_grant=100)
    scene.pledge(99, minimum_grant=100)
    assert _others(scene, match) == [just]


def test_what_else_covers_the_need_leaves_less_to_give(scene: Scene) -> None:
    scene.need(scene.household(), 100)
    first, second = scene.pledge(60), scene.pledge(40)
    scene.settle()
    some = scene.pledge(1000, minimum_grant=50)
    (larger,) = scene.allocations(pledge_id=first)
    (smaller,) = scene.allocations(pledge_id=second)
    scene.pay(smaller, 10)
    assert (_others(scene, larger), _others(scene, smaller)) == ([some], [])


def test_what_the_need_has_already_or_was_refused_is_none(scene: Scene, match: Allocation) -> None:
    refused = scene.pledge(300)
    scene.do(lambda _: review.veto(match.id, "Not from this one.", by="approver"))
    scene.settle()
    now = scene.only_allocation()
    assert now.pledge_id == refused
    assert _others(scene, now) == [], "the one that was vetoed has 100 free"
    assert _others(scene, match) == [], "the need has the other one"


@pytest.mark.parametrize(
    "end",
    [
        lambda scene, match: scene.change(match.household_id, status="lapsed"),
        lambda scene, match: scene.change(match.household_id, held=True),
        lambda scene, match: scene.change(match.household_id, valid_until=clock.today() - timedelta(days=1)),
        lambda _scene, match: close_need(match.need_id, "Met otherwise.", by="officer"),
    ],
    ids=["lapsed", "held", "past its validity", "closed"],
)
def test_there_are_none_where_nothing_can_be_given(
    scene: Scene, match: Allocation, end: Callable[[Scene, Allocation], None]
) -> None:
    scene.pledge(100)
    with scene.app.app_context():
        end(scene, match)
    assert _others(scene, match) == []


def test_what_the_database_leaves_out_no_rule_admits(scene: Scene) -> None:
    restricted: dict[str, list[Any]] = {
        "areas": [[], ["35.17"], ["35.17.01"], ["35.17.02.2001", "35.17.01.2002"]],
        "categories": [[], ["food", "health"]],
        "attributes": [[], ["elderly", "pregnant"]],
        "max_decile": [None, 3],
        "zakat": [False, True],
    }
    for values in product(*restricted.values()):
        scene.pledge(**dict(zip(restricted, values, strict=True)))
    claims = product(
        ("food", "education"),
        ("35.17.01.2001", "35.17.02.2001"),
        (1, 3, 4),
        (frozenset(), frozenset({"elderly"})),
    )
    with scene.app.app_context():
        pledges = db.session.scalars(select(Pledge)).all()
        for claim in (Claimed(*each) for each in claims):
            found = set(db.session.scalars(select(Pledge.id).where(may_admit(claim))))
            assert found == {pledge.id for pledge in pledges if pledge.rule().admits(claim)}


def test_officers_are_told_of_the_first_of_them(scene: Scene, bearer: Bearer, match: Allocation) -> None:
    for _ in range(21):
        scene.pledge(100)
    first = scene.pledge(70, max_decile=2, expires_on=clock.today() + timedelta(days=5))
    client, path = scene.app.test_client(), f"/v1/allocations/{match.id}"
    officer = bearer(scene.app, "auditor") | {"Accept-Language": "en"}
    body = client.get(path, headers=officer).get_json()["alternatives"]
    assert (len(body["data"]), body["of"]) == (20, 22)
    assert body["data"][0] == {
        "pledge": str(first),
        "stakeholder_kind": scene.find_pledge(first).stakeholder_kind,
        "fund": "zis",
        "free": 70,
        "expires_on": (clock.today() + timedelta(days=5)).isoformat(),
        "admitted_by": ["max_decile"],
        "words": ["the welfare decile"],
    }
    listed = client.get("/v1/allocations", headers=officer).get_json()["data"]
    tksk = client.get(path, headers=bearer(scene.app, "tksk", area="35.17.01")).get_json()
    assert [name for shown in (*listed, tksk) for name in shown if name == "alternatives"] == []
