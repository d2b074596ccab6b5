"""The policy over HTTP: read, drafted from the version that was read, adopted by another person, obeyed."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from services.programs.database import db
from services.programs.markets.models import MarketChange
from services.programs.policy import operations
from services.programs.policy.domain import Rules
from tests.programs.policy.office import CHANGED, PolicyOffice
from tests.programs.scene import Scene

Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def office(scene: Scene, bearer: Bearer) -> PolicyOffice:
    """Two planners and an approver."""
    return PolicyOffice(scene, bearer)


def test_the_policy_is_read_with_its_version(office: PolicyOffice) -> None:
    answer = office.ask("GET")
    assert answer.headers["ETag"] == '"1"'
    body = answer.get_json()
    assert (body["object"], body["version"]) == ("policy", 1)
    assert body["order"] == ["decile", "score", "urgency", "waiting", "verified_at"]
    assert (body["tiers"], body["fair_between_villages"]) == ([1, 4], False)
    assert (body["rerouted_until"], body["displaced_until"]) == ("contributed", "told")
    assert (body["approval_threshold_idr"], body["second_person_threshold_idr"]) == (5_000_000, 20_000_000)


def test_a_draft_changes_nothing_until_another_person_adopts_it(office: PolicyOffice, scene: Scene) -> None:
    scene.need(scene.household(decile=1), 100, urgency=1)
    urgent = scene.need(scene.household(decile=3), 100, urgency=5)
    scene.pledge(100)
    drafted = office.draft(tiers=[])
    assert (drafted.status_code, drafted.get_json()["object"]) == (200, "policy_draft")
    assert office.ask("GET").get_json()["version"] == 1
    office.try_out()
    adopted = office.adopt()
    assert (adopted.status_code, adopted.headers["ETag"], adopted.get_json()["version"]) == (200, '"2"', 2)
    assert adopted.get_json()["drafted_by"] != adopted.get_json()["adopted_by"]
    assert office.ask("GET", "/draft").status_code == 404
    scene.settle()
    allocation = scene.only_allocation()
    assert (allocation.need_id, allocation.policy_version, allocation.approvals_needed) == (urgent, 2, 1)


def test_who_drafted_it_may_not_adopt_it(office: PolicyOffice) -> None:
    office.draft()
    office.try_out()
    refused = office.adopt(who=office.planner)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "second_person_needed")
    assert office.adopt(who=office.approver).status_code == 200


def test_nobody_adopts_what_was_not_tried_out(office: PolicyOffice) -> None:
    office.draft()
    refused = office.adopt()
    assert (refused.status_code, refused.get_json()["code"]) == (409, "not_worked_out")


def test_another_draft_than_the_one_that_was_read_is_not_adopted(office: PolicyOffice) -> None:
    read = office.draft().headers["ETag"]
    office.draft(cash_after_days=60)
    office.try_out()
    refused = office.adopt(tag=read)
    assert (refused.status_code, refused.get_json()["code"]) == (412, "changed_meanwhile")


def test_somebody_elses_draft_is_not_overwritten(office: PolicyOffice) -> None:
    office.draft()
    refused = office.draft(who=office.other)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "draft_there")
    assert office.withdraw(who=office.other).status_code == 204
    assert office.draft(who=office.other).status_code == 200


def test_a_draft_that_came_meanwhile_is_not_called_somebody_elses(
    office: PolicyOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who presses twice finds a draft of their own."""
    office.draft()
    monkeypatch.setattr(operations, "peek_draft", lambda _session, *, lock: None)
    refused = office.draft()
    assert (refused.status_code, refused.get_json()["code"]) == (409, "draft_there")
    assert refused.get_json()["detail"] == "A draft is there by now. Look at it first."


def test_only_another_draft_is_taken_for_one(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "policy_faults", lambda _rules: [])
    with pytest.raises(IntegrityError, match="ck_policy_draft_cash_after_days"):
        scene.do(lambda _: operations.draft_policy(1, Rules(cash_after_days=0), by="somebody"))


def test_a_new_version_has_every_market_settled(office: PolicyOffice, scene: Scene) -> None:
    scene.need(scene.household(), 100)
    office.draft()
    office.try_out()
    scene.forget_changes()
    assert office.adopt().status_code == 200
    with scene.app.app_context():
        assert db.session.scalars(select(MarketChange.market)).all() == ["IDR"]


def test_a_draft_from_an_old_version_is_refused(office: PolicyOffice) -> None:
    assert office.ask("PUT", json=CHANGED).status_code == 428
    stale = office.draft(tag='"7"')
    assert (stale.status_code, stale.content_type) == (412, "application/problem+json")


def test_what_is_drafted_while_another_draft_is_adopted_is_refused(
    office: PolicyOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.draft()
    office.try_out()
    meanwhile: list[Future[TestResponse]] = []

    with ThreadPoolExecutor(1) as pool:

        def draft_before_it_commits(*_changes: Any) -> None:
            meanwhile.append(pool.submit(office.draft, tag='"1"', cash_after_days=60))
            assert not wait(meanwhile, timeout=1).done, "it waits for the adoption"

        monkeypatch.setattr(operations, "note_changes", draft_before_it_commits)
        assert office.adopt().status_code == 200
        refused = meanwhile[0].result()
    assert (refused.status_code, refused.get_json()["code"]) == (412, "changed_meanwhile")
    assert office.ask("GET", "/draft").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "pointers"),
    [
        (
            {"order": ["decile", "decile"], "second_person_threshold_idr": 1},
            {"/order", "/second_person_threshold_idr"},
        ),
        ({"order": [], "tiers": [4, 1]}, {"/order", "/tiers"}),
        ({"tiers": [0]}, {"/tiers"}),
        ({"tiers": [10]}, {"/tiers"}),
        ({"tiers": [2, 2]}, {"/tiers"}),
        (
            {"rerouted_until": "told", "displaced_until": "contributed"},
            {"/rerouted_until", "/displaced_until"},
        ),
        (
            {"cash_after_days": 0, "fair_between_villages": 1},
            {"/cash_after_days", "/fair_between_villages"},
        ),
    ],
)
def test_every_fault_of_a_policy_is_told(
    office: PolicyOffice, wrong: dict[str, Any], pointers: set[str]
) -> None:
    answer = office.draft(**wrong)
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.get_json()["errors"]} == pointers


def test_a_draft_that_changes_nothing_is_refused(office: PolicyOffice, scene: Scene) -> None:
    scene.adopt(**CHANGED | {"tiers": (1, 4), "order": tuple(CHANGED["order"])})
    same = office.draft()
    assert same.status_code == 422
    assert [(fault["pointer"], fault["detail"]) for fault in same.get_json()["errors"]] == [
        ("", "It is what holds already. Change something.")
    ]
    assert office.ask("GET", "/draft").status_code == 404
    assert office.draft(cash_after_days=None).status_code == 200


def test_only_the_whole_regencys_planner_drafts_it(
    office: PolicyOffice, scene: Scene, bearer: Bearer
) -> None:
    assert office.draft(who=bearer(scene.app, "planner", area="35.17.01")).status_code == 403
    assert office.draft(who=office.approver).status_code == 403
    assert office.draft(who={}).status_code == 401
    assert office.ask("GET", who={}).status_code == 200
