"""Why a need was matched, as a portal is told in words."""

import pytest

from tests.donations.conftest import Donor, Programs
from tests.donations.facts import proposed


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("id", "Keluarganya berada di desil 1; tingkat kemendesakannya 5 dari 5."),
        ("en", "Its household is in decile 1; the urgency is 5 of 5."),
    ],
)
def test_reasons_are_told_in_the_language_asked_for(
    donor: Donor, programs: Programs, language: str, said: str
) -> None:
    step = proposed(donor.pledge()["id"], 400_000)
    programs.tell(step)
    headers = donor.headers | {"Accept-Language": language}
    shown, listed = (
        donor.client.get(address, headers=headers).get_json()
        for address in (f"/v1/allocations/{step.allocation}", "/v1/allocations")
    )
    assert said in shown["reasons"]["words"]
    assert said in listed["data"][0]["reasons"]["words"]
