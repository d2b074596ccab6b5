"""The rules of a promise, without any database."""

from datetime import date
from typing import Any

import pytest

from services.donations.pledges.domain import (
    Balance,
    Waiting,
    find_faults,
    next_steps,
    require_room,
    status_of,
)
from shared.errors import Conflict

TODAY = date(2026, 11, 21)
SOLAR_LAMPS = {"kind": "goods", "item": "solar_lamp", "unit": "piece"}


@pytest.mark.parametrize(
    ("given", "pointers"),
    [
        ({"resource": {"kind": "cash"}}, []),
        ({"resource": {"kind": "cash", "unit": "IDR"}}, []),
        ({"resource": {"kind": "cash", "unit": "kg", "item": "rice"}}, ["/resource/item", "/resource/unit"]),
        ({"resource": {"kind": "goods", "item": "rice", "unit": "kg"}}, []),
        ({"resource": {"kind": "goods", "item": "rice", "unit": "sack"}}, ["/resource/unit"]),
        ({"resource": {"kind": "service", "item": "rice", "unit": "kg"}}, ["/resource/item"]),
        ({"resource": {"kind": "goods"}}, ["/resource/item"]),
        ({"opens_on": date(2026, 12, 2), "expires_on": date(2026, 12, 1)}, ["/expires_on"]),
        ({"opens_on": date(2026, 11, 1), "expires_on": date(2026, 11, 20)}, ["/expires_on"]),
        ({"opens_on": TODAY, "expires_on": TODAY}, []),
        ({"zakat": True, "fund": "csr"}, ["/zakat"]),
        ({"zakat": True, "fund": "zis"}, []),
        ({"quantity": 4, "restrictions": {"minimum_grant": 5}}, ["/restrictions/minimum_grant"]),
        (
            {"restrictions": {"areas": ["35.17.01", "35.17.02.2001"], "attributes": ["elderly"]}},
            ["/restrictions/areas"],
        ),
        ({"restrictions": {"areas": ["35.17.02.2001"]}}, []),
        ({"restrictions": {"areas": ["35.17.01"], "attributes": ["elderly"]}}, []),
        (
            {"restrictions": {"minimum_grant": 5, "cap_per_household": 4}},
            ["/restrictions/minimum_grant"],
        ),
        (
            {
                "resource": {"kind": "goods", "item": "rice", "unit": "kg"},
                "restrictions": {"categories": ["health"]},
            },
            ["/restrictions/categories"],
        ),
        ({"resource": {"kind": "cash"}, "quantity": 10**13}, []),
        ({"resource": {"kind": "cash"}, "quantity": 10**13 + 1}, ["/quantity"]),
        ({"resource": SOLAR_LAMPS, "quantity": 10**13 // 300_000}, []),
        ({"resource": SOLAR_LAMPS, "quantity": 10**13 // 300_000 + 1}, ["/quantity"]),
        ({"resource": SOLAR_LAMPS, "price_idr": 400_000, "quantity": 10**13 // 300_000}, ["/quantity"]),
        ({"resource": {"kind": "goods"}, "quantity": 10**15}, ["/resource/item"]),
        ({"quantity": 10**15}, []),
        ({}, []),
    ],
)
def test_each_fault_of_a_promise_has_its_place(given: dict[str, Any], pointers: list[str]) -> None:
    assert [fault.pointer for fault in find_faults(given, TODAY)] == pointers


def test_nothing_is_free_of_a_promise_that_ended() -> None:
    assert Balance(100, 30, 30, 20).free == 50
    assert Balance(100, 30, 30, 20, ended=True).free == 0


def test_a_promise_is_exhausted_when_all_of_it_is_committed() -> None:
    assert status_of(None, Balance(100, 60, 0, 40)) == "exhausted"
    assert status_of(None, Balance(100, 60, 0, 39)) == "open"
    assert status_of("expired", Balance(100, 0, 0, 0, ended=True)) == "expired"


def test_a_promise_does_not_shrink_below_what_is_committed() -> None:
    require_room(50, Balance(100, 30, 0, 20))
    with pytest.raises(Conflict) as refused:
        require_room(49, Balance(100, 30, 0, 20))
    assert refused.value.extra == {"reserved": 30, "delivered": 20, "in_hand": 0, "least": 50}


def test_what_the_donor_has_to_do_comes_first_of_what_happens_next() -> None:
    balance = Balance(pledged=100, reserved=60, contributed=25, delivered=10, in_hand=5)
    waiting = Waiting(payable=20, awaiting_approval=10, held=20, on_its_way=10)
    assert next_steps(balance, waiting) == [
        ("pay", 20),
        ("use", 5),
        ("approve", 10),
        ("hold", 20),
        ("deliver", 10),
        ("match", 25),
    ]


def test_nothing_happens_next_to_a_promise_that_is_delivered_or_over() -> None:
    assert next_steps(Balance(100, 0, 100, 100), Waiting()) == []
    assert next_steps(Balance(100, 0, 0, 0, ended=True), Waiting()) == []


def test_what_an_ended_promise_has_in_hand_is_to_be_returned() -> None:
    ended = Balance(100, 0, 40, 0, ended=True, in_hand=40)
    assert next_steps(ended, Waiting()) == [("return", 40)]
