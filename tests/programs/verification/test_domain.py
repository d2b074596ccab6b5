"""Which decisions are open, by what is known of a household and of who decides."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.programs.verification.domain import Facts, Ruling, decisions_open, reject_code

TODAY = date(2026, 11, 22)
VISITED = Facts(
    status="registered",
    registered_by="verifier",
    decider="approver",
    decider_visited=False,
    decider_recorded_need=False,
    outcome="found",
    visited_on=TODAY,
    open_needs=0,
    today=TODAY,
)


@pytest.mark.parametrize(
    ("changed", "offered"),
    [
        ({}, ("verify", "reject")),
        ({"status": "verified"}, ("verify", "reject", "graduate")),
        ({"status": "lapsed"}, ("verify", "reject", "graduate")),
        ({"status": "verified", "open_needs": 1}, ("verify", "reject")),
        ({"status": "verified", "visited_on": TODAY - timedelta(days=91)}, ("verify", "reject")),
        ({"status": "verified", "outcome": "moved"}, ("reject",)),
        ({"outcome": None}, ()),
        ({"decider_visited": True}, ()),
        ({"decider_recorded_need": True}, ()),
        ({"decider": "verifier"}, ()),
    ],
)
def test_only_what_may_be_decided_is_open(changed: dict[str, object], offered: tuple[str, ...]) -> None:
    assert decisions_open(replace(VISITED, **changed)) == offered  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ruling", "outcome", "code"),
    [
        (Ruling("reject", "They live in the city now.", code="moved"), "found", "moved"),
        (Ruling("reject", "duplicate"), "found", "duplicate"),
        (Ruling("reject", "free text"), "deceased", "deceased"),
        (Ruling("reject", "free text"), "found", "other"),
    ],
)
def test_a_rejection_has_one_code(ruling: Ruling, outcome: str, code: str) -> None:
    assert reject_code(ruling, outcome) == code
