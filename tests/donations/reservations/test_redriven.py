"""A step that was put aside and handed back undoes nothing that was told after it."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.errors import Conflict
from shared.events.donations import AllocationReleased, AllocationReserved
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import approved, cancelled, delivered, failed, held, payment, proposed, vetoed


def _shown(donor: Donor, step: Any) -> tuple[str, int]:
    found = donor.get(f"/v1/allocations/{step.allocation}").json
    return found["status"], found["open"]


@pytest.mark.parametrize("end", [vetoed, cancelled, failed])
def test_a_proposal_that_comes_after_its_end_reserves_nothing_and_is_never_payable(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]], end: Callable[..., Any]
) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"])
    programs.tell(end(step), offset=5)
    programs.tell(approved(step), offset=4)
    programs.tell(step, offset=1)
    assert told(AllocationReserved) == []
    assert donor.get(f"/v1/pledges/{pledge['id']}").json["balance"]["reserved"] == 0
    assert donor.get(f"/v1/allocations/{step.allocation}").status_code == 404
    assert donor.post("/v1/contributions", payment(step)).status_code == 404


def test_an_end_in_the_same_batch_before_its_proposal_holds_too(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    step = proposed(donor.pledge()["id"])
    programs.tell(vetoed(step), step)
    assert told(AllocationReserved, AllocationReleased) == []


def test_a_proposal_that_comes_after_its_hold_is_held_until_it_is_approved(
    donor: Donor, programs: Programs
) -> None:
    step = proposed(donor.pledge()["id"])
    programs.tell(held(step), offset=5)
    programs.tell(step, offset=1)
    assert _shown(donor, step) == ("held", 0)
    programs.tell(approved(step), offset=3)
    assert _shown(donor, step) == ("held", 0)
    programs.tell(approved(step), offset=7)
    assert _shown(donor, step) == ("reserved", 400_000)


def test_a_proposal_that_comes_after_its_approval_is_payable(donor: Donor, programs: Programs) -> None:
    step = proposed(donor.pledge()["id"], awaits_approval=True)
    programs.tell(held(step), offset=2)
    programs.tell(approved(step), offset=5)
    programs.tell(held(step), offset=3)
    programs.tell(step, offset=1)
    assert _shown(donor, step) == ("reserved", 400_000)


def test_what_awaits_its_approval_still_does_after_a_hold_that_came_first(
    donor: Donor, programs: Programs
) -> None:
    step = proposed(donor.pledge()["id"], awaits_approval=True)
    programs.tell(held(step), offset=2)
    programs.tell(step, offset=1)
    assert _shown(donor, step) == ("reserved", 0)


def test_an_approval_told_before_a_hold_does_not_lift_it(donor: Donor, programs: Programs) -> None:
    step = proposed(donor.pledge()["id"])
    programs.tell(step, offset=1)
    programs.tell(held(step), offset=5)
    programs.tell(approved(step), offset=4)
    assert _shown(donor, step) == ("held", 0)


def test_a_hold_told_before_an_approval_stops_nothing(donor: Donor, programs: Programs) -> None:
    step = proposed(donor.pledge()["id"])
    programs.tell(step, offset=1)
    programs.tell(approved(step), offset=5)
    programs.tell(held(step), offset=4)
    assert _shown(donor, step) == ("reserved", 400_000)


def test_an_end_handed_back_late_still_gives_everything_back(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    step = proposed(donor.pledge()["id"])
    programs.tell(step, offset=1)
    programs.tell(approved(step), offset=9)
    programs.tell(vetoed(step), offset=5)
    assert _shown(donor, step)[0] == "vetoed"
    (released,) = told(AllocationReleased)
    assert released.quantity == 400_000


def test_a_delivery_without_its_proposal_is_put_aside_until_that_is_handed_back(
    donor: Donor, programs: Programs
) -> None:
    step = proposed(donor.pledge()["id"])
    with pytest.raises(Conflict):
        programs.tell(delivered(step), offset=3)
    programs.tell(step, offset=1)
    programs.tell(delivered(step), offset=3)
    assert _shown(donor, step)[0] == "delivered"


def test_a_delivery_handed_back_after_the_end_still_counts(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    step = proposed(donor.pledge()["id"])
    programs.tell(step, offset=1)
    assert donor.post("/v1/contributions", payment(step)).status_code == 201
    programs.tell(failed(step, 250_000, after=150_000), offset=5)
    (released,) = told(AllocationReleased)
    assert (released.quantity, released.contributed) == (250_000, 250_000)
    programs.tell(delivered(step, 150_000), offset=4)
    assert _shown(donor, step) == ("delivered", 0)
