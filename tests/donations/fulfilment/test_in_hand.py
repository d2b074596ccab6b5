"""What was paid for an allocation that came to nothing: it pays for the next, and is never asked for twice."""

from collections.abc import Callable
from typing import Any

from shared.events.donations import ContributionMade, PledgeWithdrawn
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import approved, failed, held, payment, proposed, vetoed


def test_what_was_paid_and_given_up_pays_for_the_next_before_the_donor_is_asked(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge(quantity=1000)
    lost = proposed(pledge["id"], 500)
    programs.tell(lost)
    donor.post("/v1/contributions", payment(lost))
    first, second = proposed(pledge["id"], 300), proposed(pledge["id"], 700)
    # In one transaction too, and where the next one is given up in its turn.
    programs.tell(failed(lost), first, vetoed(first), second)
    events = told(ContributionMade)
    assert [(event.allocation, event.quantity, event.carried_over) for event in events] == [
        (lost.allocation, 500, False),
        (first.allocation, 300, True),
        (second.allocation, 500, True),
    ]
    assert donor.get(f"/v1/allocations/{second.allocation}").json["open"] == 200
    refused = donor.post("/v1/contributions", payment(second, 201))
    assert (refused.status_code, refused.json["open"]) == (409, 200)
    assert donor.post("/v1/contributions", payment(second, 200)).status_code == 201
    balance = donor.get(f"/v1/pledges/{pledge['id']}").json["balance"]
    assert (balance["reserved"], balance["contributed"], balance["in_hand"]) == (700, 700, 0)
    rows = donor.get(f"/v1/contributions?pledge={pledge['id']}").json["data"]
    assert [(row["quantity"], row["released"], row["carried_over"]) for row in rows] == [
        (500, 500, False), (300, 300, True), (500, 0, True), (200, 0, False),
    ]  # fmt: skip


def test_what_is_in_hand_pays_for_nothing_that_awaits_an_officers_word(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge(quantity=1000)
    lost = proposed(pledge["id"], 500)
    programs.tell(lost)
    donor.post("/v1/contributions", payment(lost))
    large = proposed(pledge["id"], 700, awaits_approval=True)
    programs.tell(failed(lost), large, held(large))
    assert [event for event in told(ContributionMade) if event.carried_over] == []
    shown = donor.get(f"/v1/allocations/{large.allocation}").json
    assert (shown["status"], shown["contributed"], shown["open"]) == ("reserved", 0, 0)
    programs.tell(approved(large))
    (event,) = told(ContributionMade)
    assert (event.allocation, event.quantity, event.carried_over) == (large.allocation, 500, True)
    assert donor.get(f"/v1/allocations/{large.allocation}").json["open"] == 200
    codes = [row["code"] for row in donor.get(f"/v1/pledges/{pledge['id']}/timeline").json["data"]]
    assert codes[-2:] == ["allocation_approved", "contribution_carried_over"]


def test_what_an_officer_refuses_leaves_to_the_next_what_was_in_hand(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge(quantity=1000)
    lost = proposed(pledge["id"], 500)
    programs.tell(lost)
    donor.post("/v1/contributions", payment(lost))
    large, small = proposed(pledge["id"], 700, awaits_approval=True), proposed(pledge["id"], 300)
    programs.tell(failed(lost), large, small)
    # What was set aside first keeps what is in hand: the donor pays for the other, and never for both.
    assert donor.get(f"/v1/allocations/{small.allocation}").json["open"] == 300
    next_one = proposed(pledge["id"], 600)
    programs.tell(vetoed(large), next_one)
    carried = [(event.allocation, event.quantity) for event in told(ContributionMade) if event.carried_over]
    assert carried == [(next_one.allocation, 500)]


def test_what_awaits_approval_when_its_pledge_ends_leaves_in_hand_what_was_meant_for_it(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge(quantity=1000)
    lost, large = proposed(pledge["id"], 500), proposed(pledge["id"], 700, awaits_approval=True)
    programs.tell(lost)
    donor.post("/v1/contributions", payment(lost))
    programs.tell(failed(lost), large)
    donor.post(f"/v1/pledges/{pledge['id']}/withdraw")
    (state,) = told(PledgeWithdrawn)
    balance = donor.get(f"/v1/pledges/{pledge['id']}").json["balance"]
    assert (state.quantity, balance["reserved"], balance["in_hand"]) == (500, 0, 500)
    entries = donor.get(f"/v1/pledges/{pledge['id']}/timeline").json["data"]
    assert (entries[-1]["code"], entries[-1]["data"]["quantity"]) == ("left_in_hand", 500)


def test_a_pledge_is_never_made_smaller_than_what_is_in_hand(donor: Donor, programs: Programs) -> None:
    pledge = donor.pledge(quantity=1000)
    step = proposed(pledge["id"], 500)
    programs.tell(step)
    donor.post("/v1/contributions", payment(step))
    programs.tell(failed(step))
    path = f"/v1/pledges/{pledge['id']}"
    refused = donor.patch(path, {"quantity": 499}, **{"If-Match": '"1"'})
    assert (refused.status_code, refused.json["in_hand"], refused.json["least"]) == (409, 500, 500)
    assert donor.patch(path, {"quantity": 500}, **{"If-Match": '"1"'}).status_code == 200


def test_what_is_given_up_after_the_end_is_in_hand_and_the_state_is_told_again(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge(quantity=1000)
    paid, kept = proposed(pledge["id"], 500), proposed(pledge["id"], 200)
    programs.tell(paid, kept)
    donor.post("/v1/contributions", payment(paid))
    donor.post("/v1/contributions", payment(kept))
    donor.post(f"/v1/pledges/{pledge['id']}/withdraw")
    programs.tell(vetoed(paid))
    states = told(PledgeWithdrawn)
    assert [(state.version, state.quantity) for state in states] == [(2, 700), (3, 700)]
    balance = donor.get(f"/v1/pledges/{pledge['id']}").json["balance"]
    assert (balance["reserved"], balance["contributed"], balance["in_hand"]) == (200, 700, 500)
    entries = donor.get(f"/v1/pledges/{pledge['id']}/timeline").json["data"]
    assert (entries[-1]["code"], entries[-1]["data"]["quantity"]) == ("left_in_hand", 500)
