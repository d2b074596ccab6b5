"""An officer of one area sees at donations what lies there, and decides nothing for the whole regency."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from services.donations.contributions.models import Contribution
from services.donations.database import Model, db
from services.donations.fulfilment.models import Allocation
from services.donations.pledges.models import Pledge
from services.donations.receipts.models import Receipt
from services.donations.stakeholders.models import ApiKey
from services.donations.timeline.models import TimelineEntry
from shared.auth.principal import OFFICERS
from shared.auth.visibility import InArea, OwnedByStakeholder
from tests.conftest import bearer
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import delivered, payment, proposed

HERE, ELSEWHERE = "35.17.01.2001", "35.17.02.2001"
# The area an officer is limited to, and how many of the two allocations lie in it.
AREAS = [(None, 2), ("35.17", 2), ("35.17.01", 1), (HERE, 1), ("35.17.03", 0), ("35.17.0", 0)]
IN_AN_AREA = (Allocation, Receipt)
NOWHERE = (Pledge, Contribution, TimelineEntry, ApiKey)


@dataclass
class Scene:
    """Two allocations of one pledge, in two sub-districts, both paid and delivered."""

    pledge: str
    stakeholder: UUID
    key: str
    allocations: dict[str, str]
    receipts: dict[str, str]
    contributions: list[str]


@pytest.fixture
def scene(donor: Donor, programs: Programs) -> Scene:
    pledge = donor.pledge()["id"]
    steps = [proposed(pledge, desa=desa) for desa in (HERE, ELSEWHERE)]
    programs.tell(*steps)
    paid = [donor.post("/v1/contributions", payment(step)).json["id"] for step in steps]
    programs.tell(*(delivered(step) for step in steps))
    given = {row["allocation"]: row["id"] for row in donor.get("/v1/receipts").json["data"]}
    key = donor.post(f"/v1/stakeholders/{donor.stakeholder}/keys", {"name": "a", "scopes": ["pledges:read"]})
    return Scene(
        pledge,
        donor.stakeholder,
        key.json["id"],
        {step.desa: str(step.allocation) for step in steps},
        {step.desa: given[str(step.allocation)] for step in steps},
        paid,
    )


def lies_in(desa: str, area: str | None) -> bool:
    return area is None or desa == area or desa.startswith(f"{area}.")


def of_area(app: Flask, role: str, area: str | None) -> Donor:
    return Donor(UUID(int=0), bearer(app, role, area=area), app.test_client())


@pytest.mark.parametrize("role", OFFICERS)
def test_an_officer_sees_what_lies_in_the_area_and_nothing_that_lies_nowhere(
    app: Flask, scene: Scene, role: str
) -> None:
    for area, rows in AREAS:
        officer = of_area(app, role, area)
        listed = {path: officer.get(f"/v1/{path}").json["data"] for path in ("allocations", "receipts")}
        assert {path: len(found) for path, found in listed.items()} == {"allocations": rows, "receipts": rows}
        for desa in (HERE, ELSEWHERE):
            seen = 200 if lies_in(desa, area) else 404
            assert officer.get(f"/v1/allocations/{scene.allocations[desa]}").status_code == seen
            assert officer.get(f"/v1/receipts/{scene.receipts[desa]}").status_code == seen
        everything = area is None
        assert bool(officer.get("/v1/pledges").json["data"]) is everything
        assert bool(officer.get("/v1/contributions").json["data"]) is everything
        seen = 200 if everything else 404
        for path in (
            f"pledges/{scene.pledge}",
            f"pledges/{scene.pledge}/timeline",
            *(f"contributions/{one}" for one in scene.contributions),
        ):
            assert officer.get(f"/v1/{path}").status_code == seen


@pytest.mark.parametrize("role", OFFICERS)
def test_counts_obey_as_lists_do(app: Flask, scene: Scene, role: str) -> None:
    for area, rows in AREAS:
        with app.test_request_context("/v1/pledges", headers=bearer(app, role, area=area)):
            app.preprocess_request()
            expected = dict.fromkeys(IN_AN_AREA, rows) | dict.fromkeys(NOWHERE, 0)
            counted = {
                model: db.session.scalar(select(func.count()).select_from(model)) for model in expected
            }
        if area is None:
            assert all(counted.values())
            assert {model: counted[model] for model in IN_AN_AREA} == dict.fromkeys(IN_AN_AREA, rows)
        else:
            assert counted == expected


def test_a_donor_sees_his_own_wherever_it_lies_and_another_donor_none_of_it(
    donor: Donor, scene: Scene, make_donor: Callable[..., Donor]
) -> None:
    other = make_donor("Koperasi Contoh")
    for path, rows in (("allocations", 2), ("receipts", 2), ("contributions", 2), ("pledges", 1)):
        assert len(donor.get(f"/v1/{path}").json["data"]) == rows
        assert other.get(f"/v1/{path}").json["data"] == []
    for desa in (HERE, ELSEWHERE):
        assert donor.get(f"/v1/allocations/{scene.allocations[desa]}").status_code == 200
        assert other.get(f"/v1/allocations/{scene.allocations[desa]}").status_code == 404


@pytest.mark.parametrize("role", ["planner", "admin"])
def test_only_an_officer_without_an_area_decides_who_takes_part(app: Flask, scene: Scene, role: str) -> None:
    organisation = f"/v1/stakeholders/{scene.stakeholder}"
    new_key = {"name": "b", "scopes": ["pledges:read"]}
    for area in ("35.17", "35.17.01", HERE):
        officer = of_area(app, role, area)
        answers = [
            officer.get("/v1/stakeholders"),
            officer.get(organisation),
            officer.get(f"{organisation}/keys"),
            officer.post(f"{organisation}/keys", new_key),
            officer.post(f"{organisation}/approve"),
            officer.post(f"{organisation}/suspend", {"reason": "Laporan terlambat"}),
            officer.delete(f"/v1/keys/{scene.key}"),
        ]
        assert [answer.status_code for answer in answers] == [403] * 7
    whole = of_area(app, role, None)
    assert whole.get(organisation).json["status"] == "approved"
    assert whole.post(f"{organisation}/approve").status_code == 200


def test_an_admin_of_the_whole_regency_makes_and_revokes_keys(app: Flask, scene: Scene) -> None:
    admin = of_area(app, "admin", None)
    keys = f"/v1/stakeholders/{scene.stakeholder}/keys"
    assert len(admin.get(keys).json["data"]) == 1
    assert admin.post(keys, {"name": "b", "scopes": ["pledges:read"]}).status_code == 201
    assert admin.delete(f"/v1/keys/{scene.key}").status_code == 204


def test_what_belongs_to_somebody_and_lies_in_a_village_says_both_at_once() -> None:
    columns = {mapper.class_: set(mapper.columns.keys()) for mapper in Model.registry.mappers}
    assert Allocation in columns
    for model, names in columns.items():
        assert not issubclass(model, OwnedByStakeholder) or "desa" not in names, model
        assert not issubclass(model, InArea) or "stakeholder_id" not in names, model
