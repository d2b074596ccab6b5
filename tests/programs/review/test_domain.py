"""What an officer may say to a match, by how it stands."""

from dataclasses import replace

import pytest

from services.programs.review.domain import Situation, decisions_open

PLAIN = Situation(
    live=True,
    held=False,
    household_held=False,
    approvals=0,
    approvals_needed=0,
    recorded_by_officer=False,
    approved_by_officer=False,
)


@pytest.mark.parametrize(
    ("changed", "offered"),
    [
        ({}, ("hold", "veto")),
        ({"live": False}, ()),
        ({"held": True}, ("approve", "veto")),
        ({"approvals_needed": 1}, ("approve", "hold", "veto")),
        ({"approvals_needed": 1, "approvals": 1}, ("hold", "veto")),
        ({"approvals_needed": 1, "recorded_by_officer": True}, ("hold", "veto")),
        ({"approvals_needed": 2, "approvals": 1, "approved_by_officer": True}, ("hold", "veto")),
        ({"approvals_needed": 1, "household_held": True}, ("hold", "veto")),
        ({"held": True, "recorded_by_officer": True}, ("veto",)),
        (
            {"held": True, "approvals_needed": 1, "approvals": 1, "approved_by_officer": True},
            ("approve", "veto"),
        ),
    ],
)
def test_offers_what_would_do_something_now(changed: dict[str, int], offered: tuple[str, ...]) -> None:
    assert decisions_open(replace(PLAIN, **changed)) == offered  # type: ignore[arg-type]
