"""Donations and programs agree on what may be paid, whatever people say and in whatever order."""

from collections.abc import Callable
from itertools import product
from typing import Any
from uuid import UUID

import msgspec
from flask import Flask
from sqlalchemy import select, text

from services.donations.database import db as donations_db
from services.donations.fulfilment.models import Allocation as Standing
from services.programs.database import db as programs_db
from services.programs.matching.models import Allocation
from services.programs.review.operations import approve, hold
from shared.errors import DomainError
from shared.events.catalogue import BY_TYPE
from tests.donations.conftest import Donor, Programs
from tests.donations.facts import approved, held, payment, proposed
from tests.programs.scene import Scene

WORDS = ("hold", "approve", "hold the household", "release the household")
# None, one or two people must approve these.
AMOUNTS = (1_000_000, 5_000_000, 20_000_000)


def test_what_awaits_its_approval_is_no_longer_held_once_the_hold_ended(
    donor: Donor, programs: Programs
) -> None:
    step = proposed(donor.pledge()["id"], awaits_approval=True)
    programs.tell(step, held(step))
    refused = donor.post("/v1/contributions", payment(step))
    assert (refused.status_code, refused.json["code"]) == (409, "awaiting_approval")
    programs.tell(approved(step))
    assert donor.post("/v1/contributions", payment(step)).status_code == 201


def test_both_services_agree_on_what_is_payable_after_every_sequence(
    donor: Donor, programs: Programs, app: Flask, make_app: Callable[..., Flask]
) -> None:
    scene = Scene(make_app("programs"))
    said = [(amount, words) for amount in AMOUNTS for words in product(WORDS, repeat=3)]
    pledged = sum(amount for amount, _ in said)
    scene.pledge(pledged, pledge=UUID(donor.pledge(quantity=pledged)["id"]))
    needs = {scene.need(scene.household(), amount): words for amount, words in said}
    scene.settle()
    for row in scene.allocations():
        for turn, word in enumerate(needs[row.need_id]):
            _say(scene, row, word, by=f"person-{turn}")
    programs.tell(*_told(scene))
    with app.app_context():
        standing = dict(donations_db.session.execute(select(Standing.id, Standing.standing)).all())
    disagreed = [
        needs[row.need_id]
        for row in scene.allocations()
        if (standing[row.id] == "payable") != (not row.is_stopped and not row.awaits_approval)
        or (standing[row.id] == "awaiting_approval") != row.awaits_approval
    ]
    assert disagreed == []
    assert set(standing.values()) == {"payable", "held", "awaiting_approval"}


def _say(scene: Scene, row: Allocation, word: str, *, by: str) -> None:
    if word.endswith("household"):
        scene.change(row.household_id, held=word.startswith("hold"))
        return
    with scene.app.app_context():
        try:
            approve(row.id, by=by) if word == "approve" else hold(row.id, "doubtful", by=by)
        except DomainError:
            # Refused, so nothing has changed.
            programs_db.session.rollback()


def _told(scene: Scene) -> list[Any]:
    rows = text("SELECT type, value FROM outbox WHERE type LIKE '%.allocation-%' ORDER BY seq")
    with scene.app.app_context():
        return [
            msgspec.json.decode(bytes(value), type=BY_TYPE[kind])
            for kind, value in programs_db.session.execute(rows)
        ]
