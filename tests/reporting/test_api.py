"""What the public may ask, and what it is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from shared import clock
from shared.events import programs
from tests.reporting.story import VILLAGE, Story, season

ADDRESSES = (
    "/v1/summary",
    "/v1/summary?area=35.17.01",
    "/v1/areas/35.17",
    "/v1/areas/35.17.01",
    f"/v1/areas/{VILLAGE}",
    "/v1/funding?by=fund",
    "/v1/funding?by=strategy",
    "/v1/funding?by=stakeholder_kind",
    "/v1/funding?by=category",
    "/v1/gaps",
    "/v1/gaps?area=35.17.01&category=food",
    "/v1/trend",
    "/v1/trend?measure=delivered",
    "/v1/indicators",
    "/v1/indicators/poverty_line",
)

Fold = Callable[..., None]


def get(app: Flask, address: str) -> Any:
    """Return the JSON at an address."""
    answer = app.test_client().get(address)
    assert answer.status_code == 200, answer.text
    return answer.json


def many(households: int, desa: str = VILLAGE, people: int = 3) -> Story:
    """Return the story of so many households that each got 100 of 150 promised."""
    story = Story()
    for _ in range(households):
        household = story.register(desa, people)
        story.verify(household, desa)
        steps = story.reserve(household, story.need(household, desa), 100, desa)
        story.contribute(steps, 100)
        story.deliver(steps, 100)
        story.pledge(150, categories=["food"])
    return story


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_empty_system_answers(reporting: Flask, address: str) -> None:
    assert get(reporting, address)["object"]


def test_nobody_on_the_list_is_zero_and_not_a_secret(reporting: Flask) -> None:
    summary = get(reporting, "/v1/summary")
    assert summary["headline"] == {
        "people": 0, "households": 0, "rate": 0.0, "population": 1335972, "suppressed": False,
    }  # fmt: skip
    assert summary["as_of"] is None
    assert summary["target"]["rate"] == 0.0


def test_the_summary_adds_up(reporting: Flask, fold: Fold) -> None:
    story = many(12)
    fold(reporting, story.events)
    summary = get(reporting, "/v1/summary")
    assert summary["headline"]["people"] == 36
    assert summary["headline"]["rate"] == pytest.approx(100 * 36 / 1335972, abs=1e-4)
    assert summary["funnel"] == {
        "registered": 12, "verified": 12, "matched": 12, "delivered": 12, "graduated": 0, "suppressed": False,
    }  # fmt: skip
    assert summary["needs"] == {"open": 0, "covered": 0, "delivered": 12, "suppressed": False}
    assert summary["funding"] == {
        "pledged": 1800, "reserved": 0, "contributed": 1200, "delivered": 1200, "suppressed": False,
    }  # fmt: skip
    assert summary["as_of"] == story.events[-1].time.isoformat()


def test_only_graduation_is_progress(reporting: Flask, fold: Fold) -> None:
    story = many(32)
    households = [
        event.data.key for event in story.events if isinstance(event.data, programs.HouseholdRegistered)
    ]
    for household in households[:10]:
        story.decide("graduated", household)
    for household in households[10:22]:
        story.decide("rejected", household)
    fold(reporting, story.events)
    summary = get(reporting, "/v1/summary")
    assert summary["headline"]["people"] == 30
    # All who were ever on the list: no decision moves it.
    assert summary["progress"] == {
        "start": 96,
        "graduated": 10,
        "graduated_people": 30,
        "removed": 12,
        "removed_people": 36,
        "share": 50.0,
        "suppressed": False,
    }
    for measure in ("graduated", "graduated_people", "removed", "removed_people"):
        trend = get(reporting, f"/v1/trend?measure={measure}")
        assert trend["data"][-1]["value"] == summary["progress"][measure]


def test_few_who_graduated_are_not_told_by_how_much_of_the_way_is_done(reporting: Flask, fold: Fold) -> None:
    story = many(30)
    story.decide("graduated", story.events[0].data.key)
    fold(reporting, story.events)
    progress = get(reporting, "/v1/summary")["progress"]
    assert progress["suppressed"]
    assert {progress[name] for name in ("start", "graduated", "graduated_people", "share")} == {None}
    assert progress["removed"] == 0


def test_a_small_number_is_suppressed_in_every_shape(reporting: Flask, fold: Fold) -> None:
    fold(reporting, many(3).events)
    summary = get(reporting, "/v1/summary")
    assert (summary["headline"]["people"], summary["headline"]["suppressed"]) == (None, True)
    assert (summary["funnel"]["delivered"], summary["needs"]["delivered"]) == (None, None)
    assert summary["funding"]["delivered"] == 300
    village = get(reporting, f"/v1/areas/{VILLAGE}")
    assert (village["funding"]["delivered"], village["funding"]["suppressed"]) == (None, True)
    assert all(point["value"] is None for point in get(reporting, "/v1/trend")["data"])
    assert get(reporting, "/v1/indicators/listed_people")["values"][0]["value"] is None


def test_the_areas_of_a_sub_district_stand_beside_each_other(reporting: Flask, fold: Fold) -> None:
    fold(reporting, [*many(12).events, *many(20, "35.17.01.2002").events])
    area = get(reporting, "/v1/areas/35.17.01")
    assert [child["area"] for child in area["children"][:2]] == [VILLAGE, "35.17.01.2002"]
    assert [child["headline"]["households"] for child in area["children"][:3]] == [12, 20, 0]
    assert area["headline"]["households"] == 32
    assert area["waiting_days"] == {"median": 3, "p90": 3, "still_waiting": {"median": None, "p90": None}}
    assert area["coverage"] == {"needs": 100.0, "households": 100.0}


def test_those_still_waiting_wait_a_day_longer_each_day(reporting: Flask, fold: Fold) -> None:
    story = Story(at=clock.now())
    for _ in range(10):
        story.verify(story.register())
    fold(reporting, story.events)
    with clock.shifted(timedelta(days=5)):
        waiting = get(reporting, f"/v1/areas/{VILLAGE}")["waiting_days"]
    assert waiting["still_waiting"] == {"median": 5, "p90": 5}


def test_a_pledge_for_an_area_counts_there_and_above(reporting: Flask, fold: Fold) -> None:
    story = Story()
    story.pledge(500, areas=["35.17.01.2001", "35.17.01.2002"])
    story.pledge(70)
    fold(reporting, story.events)
    pledged = [
        get(reporting, f"/v1/summary?area={area}")["funding"]["pledged"]
        for area in ("35.17", "35.17.01", VILLAGE)
    ]
    assert pledged == [570, 500, 0]


def test_funding_has_four_columns_for_each_word(reporting: Flask, fold: Fold) -> None:
    fold(reporting, many(1).events)
    funds = {row.pop("key"): row for row in get(reporting, "/v1/funding?by=fund")["data"]}
    assert funds["zis"] == {"pledged": 150, "reserved": 0, "contributed": 100, "delivered": 100}
    assert funds["csr"] == {"pledged": 0, "reserved": 0, "contributed": 0, "delivered": 0}
    categories = {row["key"]: row["pledged"] for row in get(reporting, "/v1/funding?by=category")["data"]}
    assert (categories["food"], categories["any"]) == (150, 0)


def test_the_trend_ends_at_the_present_figure(reporting: Flask, fold: Fold) -> None:
    fold(reporting, season(seed=5))
    for measure in ("people", "households", "verified", "pledged", "reserved", "contributed", "delivered"):
        trend = get(reporting, f"/v1/trend?measure={measure}")
        summary = get(reporting, "/v1/summary")
        now = {**summary["funnel"], **summary["headline"], **summary["funding"]}[measure]
        assert trend["data"][-1]["value"] == now
    assert trend["target"] is None


def test_official_statistics_keep_their_source(reporting: Flask) -> None:
    values = get(reporting, "/v1/indicators/extreme_poverty_headcount")["values"]
    assert [(value["period"], value["value"]) for value in values] == [
        ("2023-03-20", 7408),
        ("2024-02-26", 6390),
    ]
    assert all(value["source"] and value["method"] for value in values)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unchanged_answer_is_a_304(reporting: Flask, fold: Fold, address: str) -> None:
    client = reporting.test_client()
    first = client.get(address)
    assert first.headers["Cache-Control"] == "public, max-age=2"
    headers = {"If-None-Match": first.headers["ETag"]}
    again = client.get(address, headers=headers)
    assert (again.status_code, again.data) == (304, b"")
    fold(reporting, many(1).events)
    assert client.get(address, headers=headers).status_code == 200


def test_another_release_is_another_answer(
    reporting: Flask, fold: Fold, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold(reporting, many(1).events)
    client = reporting.test_client()
    headers = {"If-None-Match": client.get("/v1/summary").headers["ETag"]}
    assert client.get("/v1/summary", headers=headers).status_code == 304
    monkeypatch.setattr("shared.http.versions.release", lambda: "another")
    assert client.get("/v1/summary", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/v1/summary?area=99.99", 422),
        ("/v1/summary?colour=red", 422),
        ("/v1/areas/99.99", 404),
        ("/v1/funding?by=moon", 422),
        ("/v1/trend?measure=moon", 422),
        ("/v1/indicators/moon", 404),
        ("/v1/nowhere", 404),
    ],
)
def test_a_refusal_is_a_problem(reporting: Flask, address: str, status: int) -> None:
    answer = reporting.test_client().get(address)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["request_id"]


def test_a_refused_measure_is_answered_with_those_there_are(reporting: Flask) -> None:
    assert "households" in reporting.test_client().get("/v1/trend?measure=moon").text


def test_answers_have_the_shape_the_document_says(reporting: Flask, fold: Fold) -> None:
    fold(reporting, season(seed=8))
    document = reporting.test_client().get("/openapi.json").json
    assert document is not None
    for path, address in (
        ("/v1/summary", "/v1/summary"),
        ("/v1/areas/{code}", "/v1/areas/35.17"),
        ("/v1/funding", "/v1/funding"),
        ("/v1/trend", "/v1/trend"),
        ("/v1/indicators", "/v1/indicators"),
    ):
        shape = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator({**shape, "components": document["components"]}).validate(
            get(reporting, address)
        )


def test_the_sums_hold_any_number_of_the_largest_amounts(reporting: Flask, fold: Fold) -> None:
    story = Story()
    largest, of_all = 10**15, 10**19
    for _ in range(of_all // largest):
        story.pledge(largest)
    fold(reporting, story.events[:5_000], batch=1_000)
    fold(reporting, story.events[5_000:], batch=5_000)
    assert get(reporting, "/v1/summary")["funding"]["pledged"] == of_all
    assert sum(row["pledged"] for row in get(reporting, "/v1/funding?by=fund")["data"]) == of_all
    assert get(reporting, "/v1/trend?measure=pledged")["data"][-1]["value"] == of_all
    assert reporting.test_client().get("/").status_code == 200
