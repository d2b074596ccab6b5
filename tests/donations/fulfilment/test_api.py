"""Listing allocations while more of them arrive."""

from shared.ids import new_id
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import proposed


def test_an_allocation_that_arrives_later_with_a_smaller_id_is_not_skipped(
    donor: Donor, programs: Programs
) -> None:
    pledge = donor.pledge()
    late = proposed(pledge["id"], 10)
    first, second = proposed(pledge["id"], 10), proposed(pledge["id"], 10)
    programs.tell(first, second)
    (seen,) = donor.get("/v1/allocations?limit=1").json["data"]
    programs.tell(late)
    rest = donor.get(f"/v1/allocations?starting_after={seen['id']}").json["data"]
    assert seen["id"] == str(first.allocation)
    assert [row["id"] for row in rest] == [str(second.allocation), str(late.allocation)]


def test_a_cursor_that_is_no_allocation_of_ones_own_is_refused(donor: Donor) -> None:
    answer = donor.get(f"/v1/allocations?starting_after={new_id()}")
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["/starting_after"]
