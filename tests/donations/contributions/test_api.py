"""Payments: never more than is open, never twice, never for another's allocation."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Flask

from shared import clock
from shared.events.donations import ContributionMade
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import payment, proposed


def test_a_payment_is_recorded_and_told(
    donor: Donor, programs: Programs, told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"], 400_000)
    programs.tell(step)
    made = donor.post("/v1/contributions", payment(step, 150_000))
    assert made.status_code == 201, made.json
    assert donor.get(made.headers["Location"]).json == made.json
    (event,) = told(ContributionMade)
    assert (str(event.contribution), event.quantity, event.household) == (
        made.json["id"], 150_000, step.household,
    )  # fmt: skip
    shown = donor.get(f"/v1/allocations/{step.allocation}").json
    assert (shown["status"], shown["contributed"], shown["open"]) == ("reserved", 150_000, 250_000)
    assert len(donor.get(f"/v1/contributions?allocation={step.allocation}").json["data"]) == 1


def test_more_than_what_is_open_is_refused_and_told_how_much_is(donor: Donor, programs: Programs) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"], 400_000)
    programs.tell(step)
    donor.post("/v1/contributions", payment(step, 150_000))
    refused = donor.post("/v1/contributions", payment(step, 250_001))
    assert (refused.status_code, refused.json["code"], refused.json["open"]) == (
        409,
        "more_than_open",
        250_000,
    )


def test_one_reference_pays_an_allocation_once(donor: Donor, programs: Programs) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"], 400_000)
    programs.tell(step)
    donor.post("/v1/contributions", payment(step, 100, reference="TRF-1"))
    again = donor.post("/v1/contributions", payment(step, 100, reference="TRF-1"))
    assert (again.status_code, again.json["code"]) == (409, "reference_taken")


def test_a_day_in_the_future_or_long_before_the_pledge_is_refused(donor: Donor, programs: Programs) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"])
    programs.tell(step)
    tomorrow = clock.today() + timedelta(days=1)
    for day in (tomorrow, clock.today() - timedelta(days=400), date(1, 1, 1)):
        refused = donor.post("/v1/contributions", payment(step, paid_on=day.isoformat()))
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/paid_on")


def test_nobody_pays_for_anothers_allocation(
    donor: Donor, make_donor: Callable[..., Donor], programs: Programs
) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"])
    programs.tell(step)
    assert make_donor("Lain").post("/v1/contributions", payment(step)).status_code == 404


def test_payments_at_the_same_moment_never_exceed_what_is_open(
    app: Flask, donor: Donor, programs: Programs
) -> None:
    pledge = donor.pledge()
    step = proposed(pledge["id"], 100)
    programs.tell(step)
    answers: list[int] = []
    start = threading.Barrier(6)

    def pay() -> None:
        client = app.test_client()
        start.wait()
        answers.append(
            client.post("/v1/contributions", json=payment(step, 40), headers=donor.headers).status_code
        )

    threads = [threading.Thread(target=pay) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 201, 409, 409, 409, 409]
    assert donor.get(f"/v1/pledges/{pledge['id']}").json["balance"]["contributed"] == 80
