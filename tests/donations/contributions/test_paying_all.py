"""All that waits of a pledge paid at once: what was looked at, once, and nothing that must wait."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, g

from services.donations.contributions.operations import Payment, pay_all
from shared import clock
from shared.auth.principal import Principal
from shared.errors import Conflict
from shared.events.donations import ContributionMade
from shared.ids import new_id
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import held, payment, proposed


@pytest.fixture
def pay(app: Flask, donor: Donor) -> Callable[..., None]:
    """Return a function that pays all that waits of a pledge, as one of the donor's people."""

    def pay(pledge: dict[str, Any], quantity: int, submission: UUID | None = None) -> None:
        with app.test_request_context():
            g.principal = Principal(
                id=str(new_id()), roles=frozenset({"donor"}), stakeholder=donor.stakeholder
            )
            pay_all(UUID(pledge["id"]), quantity, Payment(clock.today(), "TRF-1", submission or new_id()))

    return pay


def test_all_that_waits_is_paid_with_one_reference(
    donor: Donor, programs: Programs, pay: Callable[..., None], told: Callable[..., list[Any]]
) -> None:
    pledge = donor.pledge()
    first, second = proposed(pledge["id"], 400_000), proposed(pledge["id"], 300_000)
    programs.tell(first, second)
    donor.post("/v1/contributions", payment(first, 150_000))
    told()
    pay(pledge, 550_000)
    assert [(event.allocation, event.quantity) for event in told(ContributionMade)] == [
        (first.allocation, 250_000),
        (second.allocation, 300_000),
    ]
    balance = donor.get(f"/v1/pledges/{pledge['id']}").json["balance"]
    assert (balance["reserved"], balance["contributed"]) == (700_000, 700_000)


def test_what_awaits_a_word_or_is_on_hold_is_not_paid_with_the_rest(
    donor: Donor, programs: Programs, pay: Callable[..., None]
) -> None:
    pledge = donor.pledge()
    open_, stopped = proposed(pledge["id"], 100_000), proposed(pledge["id"], 200_000)
    programs.tell(open_, stopped, held(stopped), proposed(pledge["id"], 300_000, awaits_approval=True))
    pay(pledge, 100_000)
    rows = donor.get(f"/v1/contributions?pledge={pledge['id']}").json["data"]
    assert [row["allocation"] for row in rows] == [str(open_.allocation)]


def test_the_same_form_sent_twice_pays_once(
    donor: Donor, programs: Programs, pay: Callable[..., None]
) -> None:
    pledge, form = donor.pledge(), new_id()
    programs.tell(proposed(pledge["id"], 100_000))
    pay(pledge, 100_000, form)
    programs.tell(proposed(pledge["id"], 100_000))
    pay(pledge, 100_000, form)
    assert len(donor.get(f"/v1/contributions?pledge={pledge['id']}").json["data"]) == 1


def test_what_changed_since_it_was_looked_at_is_not_paid(
    donor: Donor, programs: Programs, pay: Callable[..., None]
) -> None:
    pledge = donor.pledge()
    programs.tell(proposed(pledge["id"], 100_000))
    looked_at = 100_000
    programs.tell(proposed(pledge["id"], 50_000))
    with pytest.raises(Conflict, match="changed meanwhile"):
        pay(pledge, looked_at)
    assert donor.get(f"/v1/contributions?pledge={pledge['id']}").json["data"] == []
