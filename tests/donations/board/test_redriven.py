"""What was put aside and handed back undoes nothing on the board that was told after it."""

from itertools import permutations

from flask import Flask
from sqlalchemy import text

from services.donations.database import db
from shared.events.programs import HouseholdHeld, NeedClosed, VerificationLapsed
from shared.ids import new_id
from tests.donations.board.test_shortages import need, verified
from tests.donations.conftest import Programs
from tests.donations.facts import VILLAGE


def _board(app: Flask) -> set[tuple[object, ...]]:
    with app.app_context():
        households = db.session.execute(text("SELECT desa, verified, held FROM board_household"))
        needs = db.session.execute(text("SELECT quantity, closed FROM board_need"))
        return {*map(tuple, households), *map(tuple, needs)}


def test_in_whatever_order_they_are_handed_back_the_board_is_the_same(app: Flask, programs: Programs) -> None:
    for order in permutations(range(5)):
        household = new_id()
        lacking = need(household, 500)
        closed = NeedClosed(
            household=household, desa=VILLAGE, need=lacking.need, category="food", reason="met", delivered=0
        )
        told = [
            verified(household),
            lacking,
            VerificationLapsed(household=household, desa=VILLAGE),
            closed,
            HouseholdHeld(household=household, desa="35.17.02.2001", reason="objection"),
        ]
        for place in order:
            programs.tell(told[place], offset=place)
    assert _board(app) == {("35.17.02.2001", False, True), (500, True)}


def test_a_need_recorded_anew_is_open_whenever_its_closing_is_handed_back(
    app: Flask, programs: Programs
) -> None:
    for order in permutations(range(3)):
        household = new_id()
        first = need(household, 500)
        closed = NeedClosed(
            household=household, desa=VILLAGE, need=first.need, category="food", reason="met", delivered=0
        )
        told = [first, closed, need(household, 70, need=first.need)]
        for place in order:
            programs.tell(told[place], offset=place)
    assert _board(app) == {(VILLAGE, False, False), (70, False)}
