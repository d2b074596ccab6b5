"""Those who take part, what they give and what is found at the door."""

from datetime import date
from random import Random

import pytest

from demo.cast import CAST, Organisation, make_pledge
from demo.door import answer_form, find_needs
from shared import areas
from shared.catalogue import ITEMS, reference_price
from shared.vocabulary import ATTRIBUTES, FUNDS, NEED_CATEGORIES, STAKEHOLDER_KINDS, STRATEGIES


def test_all_six_kinds_of_stakeholders_take_part_and_say_that_they_are_examples() -> None:
    assert {organisation.kind for organisation in CAST} == set(STAKEHOLDER_KINDS)
    assert all("Contoh" in organisation.name for organisation in CAST)


@pytest.mark.parametrize("organisation", CAST, ids=lambda organisation: organisation.kind)
def test_a_pledge_uses_the_words_of_the_api(organisation: Organisation) -> None:
    random = Random(1)
    for number in range(50):
        pledge = make_pledge(organisation, random, number=number, today=date(2026, 11, 21))
        resource, restrictions = pledge["resource"], pledge["restrictions"]
        assert pledge["quantity"] > 0
        assert pledge["fund"] in FUNDS
        assert pledge["strategy"] in STRATEGIES
        assert pledge["fund"] == "zis" or not pledge["zakat"]
        assert pledge["opens_on"] < pledge["expires_on"]
        assert set(restrictions.get("categories", [])) <= set(NEED_CATEGORIES)
        assert set(restrictions["attributes"]) <= set(ATTRIBUTES)
        assert all(areas.exists(area) for area in restrictions.get("areas", []))
        if resource["kind"] != "cash":
            assert ITEMS[resource["item"]].kind == resource["kind"]
            assert ITEMS[resource["item"]].unit == resource["unit"]


def test_the_form_is_answered_in_whole_numbers() -> None:
    answers = answer_form(Random(1), 2)
    assert answers["people"] == 2
    assert 0 <= answers["earners"] <= 2
    assert answers["monthly_spending_idr"] % 1000 == 0


def test_a_household_lacks_one_to_three_things_each_in_its_own_market() -> None:
    random = Random(1)
    for _ in range(500):
        needs = find_needs(random, random.sample(ATTRIBUTES, random.randint(0, 4)))
        assert 1 <= len(needs) <= 3
        assert len({(need["category"], need.get("item")) for need in needs}) == len(needs)
        for need in needs:
            item = need.get("item")
            assert need["value_idr"] == need["quantity"] * reference_price(item)
            assert 1 <= need["urgency"] <= 5
            assert need["category"] == (ITEMS[item].category if item else need["category"])
            assert need["unit"] == (ITEMS[item].unit if item else "IDR")
