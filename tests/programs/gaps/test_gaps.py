"""What is short, for everyone to see."""

from tests.programs.scene import OTHER_VILLAGE, Scene


def gaps(scene: Scene, query: str = "") -> list[dict[str, object]]:
    answer = scene.app.test_client().get(f"/v1/gaps{query}")
    assert answer.status_code == 200, answer.get_json()
    found: list[dict[str, object]] = answer.get_json()["data"]
    return found


def test_shows_what_verified_households_lack_first_what_no_pledge_reaches(scene: Scene) -> None:
    for urgency in (3, 5, 4, 3, 3, 3, 3, 3, 3, 3):
        scene.need(scene.household(), 100, urgency=urgency)
    for _ in range(10):
        scene.need(scene.household(decile=2), 50, category="education")
    scene.need(scene.household(status="registered"), 100)
    scene.pledge(300, categories=["food"])
    scene.settle()
    school, food = gaps(scene)
    assert (school["area"], school["area_name"], school["category"]) == ("35.17.01", "Perak", "education")
    assert (school["open"], school["unreached"], school["needs"], school["next"]) == (
        500,
        500,
        10,
        {"decile": 2, "urgency": 3},
    )
    # Three of the ten are covered: seven are too few to be counted in one sub-district.
    assert (food["area"], food["open"], food["unreached"]) == ("35.17", 700, 0)
    assert (food["needs"], food["suppressed"], food["next"]) == (None, True, None)


def test_few_needs_are_not_shown_for_one_sub_district(scene: Scene) -> None:
    scene.need(scene.household(), 1, category="disability_aid", item="wheelchair", unit="piece")
    scene.need(
        scene.household(desa=OTHER_VILLAGE), 1, category="disability_aid", item="wheelchair", unit="piece"
    )
    (merged,) = gaps(scene)
    assert (merged["area"], merged["open"], merged["needs"]) == ("35.17", 2, None)
    (alone,) = gaps(scene, "?area=35.17.01")
    assert (alone["open"], alone["value_idr"], alone["unreached"], alone["needs"]) == (None, None, None, None)
    assert gaps(scene, "?category=food") == []


def test_refuses_a_village_and_an_unknown_category(scene: Scene) -> None:
    answer = scene.app.test_client().get("/v1/gaps?area=35.17.01.2001&category=x")
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.get_json()["errors"]} == {"/area", "/category"}
