"""The policy over HTTP: read, changed from the version that was read, obeyed by the next match."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from services.programs.database import db
from services.programs.markets.models import MarketChange
from tests.programs.scene import Scene

Bearer = Callable[..., dict[str, str]]

CHANGED = {
    "order": ["urgency", "decile", "score", "verified_at"],
    "approval_threshold_idr": 100,
    "second_person_threshold_idr": 1000,
    "cash_after_days": 30,
}


def test_the_policy_is_read_with_its_version(scene: Scene, bearer: Bearer) -> None:
    answer = scene.app.test_client().get("/v1/policy", headers=bearer(scene.app, "planner"))
    assert answer.headers["ETag"] == '"1"'
    body = answer.get_json()
    assert (body["object"], body["version"]) == ("policy", 1)
    assert body["order"] == ["decile", "score", "urgency", "verified_at"]
    assert (body["approval_threshold_idr"], body["second_person_threshold_idr"]) == (5_000_000, 20_000_000)


def test_a_new_version_rules_the_next_match(scene: Scene, bearer: Bearer) -> None:
    scene.need(scene.household(decile=1), 100, urgency=1)
    urgent = scene.need(scene.household(decile=3), 100, urgency=5)
    scene.pledge(100)
    client, planner = scene.app.test_client(), bearer(scene.app, "planner")
    answer = client.put("/v1/policy", json=CHANGED, headers=planner | {"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"], answer.get_json()["version"]) == (200, '"2"', 2)
    scene.settle()
    allocation = scene.only_allocation()
    assert (allocation.need_id, allocation.policy_version, allocation.approvals_needed) == (urgent, 2, 1)
    body = client.get(f"/v1/needs/{urgent}", headers=planner).get_json()
    assert body["status"] == "covered"


def test_a_new_version_has_every_market_settled(scene: Scene, bearer: Bearer) -> None:
    scene.need(scene.household(), 100)
    scene.forget_changes()
    planner = bearer(scene.app, "planner")
    answer = scene.app.test_client().put("/v1/policy", json=CHANGED, headers=planner | {"If-Match": '"1"'})
    assert answer.status_code == 200
    with scene.app.app_context():
        assert db.session.scalars(select(MarketChange.market)).all() == ["IDR"]


def test_a_change_from_an_old_version_is_refused(scene: Scene, bearer: Bearer) -> None:
    client, planner = scene.app.test_client(), bearer(scene.app, "planner")
    assert client.put("/v1/policy", json=CHANGED, headers=planner).status_code == 428
    stale = client.put("/v1/policy", json=CHANGED, headers=planner | {"If-Match": '"7"'})
    assert (stale.status_code, stale.content_type) == (412, "application/problem+json")


def test_every_fault_of_a_policy_is_told(scene: Scene, bearer: Bearer) -> None:
    client, planner = scene.app.test_client(), bearer(scene.app, "planner")
    wrong = CHANGED | {"order": ["decile", "decile"], "second_person_threshold_idr": 1}
    answer = client.put("/v1/policy", json=wrong, headers=planner | {"If-Match": '"1"'})
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.get_json()["errors"]} == {
        "/order",
        "/second_person_threshold_idr",
    }


@pytest.mark.parametrize("setting", ["rerouted_until", "displaced_until"])
def test_a_setting_that_would_do_nothing_is_refused(scene: Scene, bearer: Bearer, setting: str) -> None:
    """What is allocated is never moved, so there is nothing to set."""
    client, planner = scene.app.test_client(), bearer(scene.app, "planner")
    assert setting not in client.get("/v1/policy", headers=planner).get_json()
    body = CHANGED | {setting: "reserved"}
    answer = client.put("/v1/policy", json=body, headers=planner | {"If-Match": '"1"'})
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, f"/{setting}")


def test_only_the_planner_of_the_whole_regency_changes_it(scene: Scene, bearer: Bearer) -> None:
    client = scene.app.test_client()
    limited = bearer(scene.app, "planner", area="35.17.01") | {"If-Match": '"1"'}
    assert client.put("/v1/policy", json=CHANGED, headers=limited).status_code == 403
    assert client.put("/v1/policy", json=CHANGED, headers=bearer(scene.app, "approver")).status_code == 403
    assert client.get("/v1/policy").status_code == 401
