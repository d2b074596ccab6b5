"""What is short, for everyone to see."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.programs.gaps.models import GapTold
from services.programs.gaps.operations import TELL_GAPS
from services.programs.gaps.queries import find_gaps
from shared import areas, clock
from shared.gaps import read_board
from tests.programs.heard import TODAY
from tests.programs.scene import Scene


def tell(scene: Scene) -> None:
    """Run the task that counts what is short, and tells it."""

    def work(session: Session) -> None:
        session.info["settings"] = scene.app.config["HELIX"]
        assert not TELL_GAPS.run(session)

    scene.do(work)


def shown(scene: Scene, query: str = "") -> dict[str, Any]:
    """Return what everyone is shown of what was told."""
    answer = scene.app.test_client().get(f"/v1/gaps{query}")
    assert answer.status_code == 200, answer.get_json()
    assert answer.headers["Cache-Control"] == "public, max-age=5"
    found: dict[str, Any] = answer.get_json()
    return found


def gaps(scene: Scene, query: str = "") -> list[dict[str, object]]:
    """Return what everyone is shown once what is short by now is told."""
    tell(scene)
    found: list[dict[str, object]] = shown(scene, query)["data"]
    return found


def lack(scene: Scene, number: int, subdistrict: str = "35.17.01", **need: Any) -> None:
    """Let so many households of a sub-district need 100 rupiah for food each, or what is said otherwise."""
    decile = need.pop("decile", 1)
    for _ in range(number):
        scene.need(
            scene.household(desa=f"{subdistrict}.2001", decile=decile),
            **{"quantity": 100, "urgency": 3} | need,
        )


def test_shows_what_verified_households_lack_first_what_no_pledge_reaches(scene: Scene) -> None:
    lack(scene, 12, urgency=3)
    lack(scene, 1, urgency=5)
    lack(scene, 10, category="education", decile=2)
    scene.need(scene.household(status="registered"), 100)
    scene.pledge(300, categories=["food"])
    scene.settle()
    school, school_here, food, food_here = gaps(scene)
    assert (school["area"], school["area_name"], school["category"]) == (
        "35.17",
        "Kabupaten Jombang",
        "education",
    )
    assert (school["open"], school["unreached"], school["needs"], school["next"]) == (
        1000,
        1000,
        10,
        {"decile": 2, "urgency": 3},
    )
    assert (school_here["area_name"], school_here["open"]) == ("Perak", 1000)
    assert (food["area"], food["open"], food["unreached"], food["suppressed"]) == ("35.17", 1000, 0, False)
    assert (food_here["needs"], food_here["next"]) == (10, {"decile": 1, "urgency": 3})


def test_what_is_shown_is_what_was_told_and_says_when(scene: Scene) -> None:
    lack(scene, 12)
    before = shown(scene)
    assert (before["data"], before["as_of"]) == ([], None)
    tell(scene)
    told = shown(scene)
    (as_of,) = scene.do(lambda session: session.scalars(select(GapTold.told_at)).all())
    assert ([gap["needs"] for gap in told["data"]], told["as_of"]) == ([12, 12], as_of.isoformat())
    lack(scene, 3)
    lack(scene, 12, category="health")
    assert shown(scene) == told, "whoever asks has nothing counted"
    with clock.shifted(timedelta(seconds=5)):
        tell(scene)
    assert [gap["needs"] for gap in shown(scene)["data"]] == [15, 15, 12, 12]
    assert shown(scene)["as_of"] > told["as_of"]


def test_the_board_is_in_the_order_in_which_it_was_counted(scene: Scene) -> None:
    lack(scene, 12)
    lack(scene, 14, "35.17.02", category="health", decile=2)
    lack(scene, 11, "35.17.03", quantity=2, category="education", item="school_kit", unit="kit")
    scene.pledge(500, max_decile=1)
    tell(scene)
    board = scene.do(lambda session: read_board(session, GapTold))
    counted = scene.do(lambda session: find_gaps(session, "35.17"))
    assert len(counted) == 6
    assert board.gaps == counted


def test_the_next_need_is_the_first_in_the_order_of_the_policy(scene: Scene) -> None:
    lack(scene, 10, urgency=2)
    scene.need(scene.household(score=900), 100, urgency=3)
    scene.need(scene.household(score=100), 100, urgency=5)
    scene.need(scene.household(score=999, decile=2), 100, urgency=4)
    assert gaps(scene)[0]["next"] == {"decile": 1, "urgency": 3}
    scene.adopt(tiers=(), order=["urgency", "decile", "score", "verified_at"])
    assert gaps(scene)[0]["next"] == {"decile": 1, "urgency": 5}
    scene.adopt(tiers=(), order=["score", "urgency", "decile", "verified_at"])
    assert [gap["next"] for gap in gaps(scene)] == [{"decile": 2, "urgency": 4}] * 2


def test_what_is_paid_reaches_nothing_any_more(scene: Scene) -> None:
    lack(scene, 12)
    scene.pledge(200, categories=["food"])
    scene.settle()
    assert gaps(scene)[0]["unreached"] == 0
    for allocation in scene.allocations():
        scene.reserve(allocation, left=0)
        scene.pay(allocation)
    whole, _ = gaps(scene)
    assert (whole["needs"], whole["open"], whole["unreached"]) == (10, 1000, 1000)


def test_a_pledge_that_gives_more_than_a_need_asks_for_does_not_reach_it(scene: Scene) -> None:
    lack(scene, 12)
    lack(scene, 11, "35.17.02", quantity=300)
    scene.pledge(10_000, max_decile=1, minimum_grant=200)
    assert {gap["area"]: gap["unreached"] for gap in gaps(scene)} == {
        "35.17": 1200,
        "35.17.01": 1200,
        "35.17.02": 0,
    }
    scene.pledge(10_000, minimum_grant=100)
    assert [gap["unreached"] for gap in gaps(scene)] == [0, 0, 0]


def test_a_pledge_that_rests_with_its_organisation_reaches_nothing(scene: Scene) -> None:
    lack(scene, 12)
    scene.pledge(100)
    scene.settle()
    scene.refuse(scene.only_allocation(), "suspended", left=100)
    assert gaps(scene)[0]["unreached"] == 1200


def test_a_pledge_that_opens_later_reaches_nothing_until_then(scene: Scene) -> None:
    lack(scene, 12)
    scene.pledge(100, opens_on=TODAY + timedelta(days=1))
    assert gaps(scene)[0]["unreached"] == 1200


def test_few_needs_are_neither_counted_nor_described(scene: Scene) -> None:
    for place in ("35.17.01", "35.17.02"):
        lack(scene, 1, place, quantity=1, category="disability_aid", item="wheelchair", unit="piece")
    (few,) = gaps(scene)
    assert (few["area"], few["category"], few["suppressed"]) == ("35.17", "disability_aid", True)
    hidden = ("open", "value_idr", "unreached", "needs", "next")
    assert [few[name] for name in hidden] == [None] * len(hidden)
    assert gaps(scene, "?category=food") == []


def test_no_filter_tells_where_few_needs_are(scene: Scene) -> None:
    lack(scene, 1, "35.17.02", quantity=1, category="disability_aid", item="wheelchair", unit="piece")
    lack(scene, 12, "35.17.01")
    lack(scene, 3, "35.17.02")
    lack(scene, 14, "35.17.03")
    everything = gaps(scene)
    answers = [gaps(scene, f"?area={area}") for area in areas.subdistricts()]
    assert [gap["area"] for answer in answers for gap in answer] == ["35.17.03"]
    assert gaps(scene, "?area=35.17") == [gap for gap in everything if gap["area"] == "35.17"]
    assert gaps(scene, "?category=food") == [gap for gap in everything if gap["category"] == "food"]


def test_no_subtraction_tells_what_few_households_lack(scene: Scene) -> None:
    lack(scene, 12, "35.17.01")
    lack(scene, 3, "35.17.02", quantity=777)
    lack(scene, 14, "35.17.03")
    whole, part = sorted(gaps(scene), key=lambda gap: str(gap["area"]))
    assert (whole["needs"], part["area"], part["needs"]) == (29, "35.17.03", 14)
    # What is left over is the sum of two sub-districts that nobody can tell apart.
    assert (whole["open"], part["open"]) == (1200 + 3 * 777 + 1400, 1400)


def test_few_that_no_pledge_reaches_are_not_told_from_the_others(scene: Scene) -> None:
    lack(scene, 12)
    lack(scene, 2, decile=3, quantity=55, urgency=5)
    scene.pledge(10, max_decile=1, minimum_grant=10)
    whole, here = gaps(scene)
    assert (whole["needs"], whole["open"], whole["unreached"], whole["suppressed"]) == (14, 1310, None, True)
    assert (here["area"], here["unreached"], here["next"]) == ("35.17.01", None, {"decile": 1, "urgency": 3})


def test_what_the_policy_lets_no_household_have_is_no_gap_whoever_asks(scene: Scene) -> None:
    lack(scene, 12)
    scene.adopt(household_cap_idr=60)
    (whole, _) = gaps(scene)
    assert (whole["needs"], whole["open"]) == (12, 12 * 60)


def test_refuses_a_village_and_an_unknown_category(scene: Scene) -> None:
    answer = scene.app.test_client().get("/v1/gaps?area=35.17.01.2001&category=x")
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.get_json()["errors"]} == {"/area", "/category"}
