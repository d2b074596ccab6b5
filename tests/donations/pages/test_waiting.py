"""What a donor is told while a pledge finds nobody, and what stands above every page."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from shared.events.programs import GapCounted
from tests.browser import assert_accessible, follow
from tests.donations.conftest import Programs
from tests.donations.facts import proposed
from tests.donations.pages.conftest import make_pledge, short_of_cash
from tests.told_gaps import counted

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("board", "notices", "why"),
    [
        (None, 0, "Anda tidak perlu berbuat apa-apa"),
        (counted(parts=[]), 1, "Uang tidak membelikan barang"),
        (counted(), 0, "setelah satu menit"),
    ],
    ids=["never told", "nothing short", "short of cash"],
)
def test_a_pledge_that_finds_nobody_says_why(
    enter: Callable[..., Page], programs: Programs, board: GapCounted | None, notices: int, why: str
) -> None:
    if board is not None:
        programs.tell(board)
    page = enter("/", width=390)
    page.goto("/pledge?what=cash&quantity=50")
    follow(page, "main button:not([value=back])")
    expect(page.locator("main .notice")).to_have_count(notices)
    page.goto("/pledge?fresh=1")
    pledge = make_pledge(page)
    for path in (f"/pledge/{pledge}/opened", f"/pledges/{pledge}"):
        page.goto(path)
        expect(page.locator("main article.card").first).to_contain_text(why, use_inner_text=True)
        assert_accessible(page)


def test_a_match_among_few_needs_does_not_say_at_which_place_the_need_stood(
    enter: Callable[..., Page], programs: Programs
) -> None:
    page = enter("/pledge?fresh=1")
    step = proposed(make_pledge(page), 900_000, fund="zis", of=9)
    programs.tell(step)
    page.goto(f"/allocations/{step.allocation}")
    said = "salah satu dari kurang dari 10 kebutuhan rupiah yang dapat dicocokkan, apa pun kategorinya."
    expect(page.locator("main article.card").first).to_contain_text(said, use_inner_text=True)


def test_the_board_says_what_cash_can_reach(app: Flask, programs: Programs) -> None:
    programs.tell(counted(item="school_kit", unit="kit", category="education", price_idr=350_000))
    board = app.test_client().get("/board?lang=en").text
    assert "No need in rupiah may get more now" in board
    short_of_cash(programs)
    # A filter never changes what the board says.
    board = app.test_client().get("/board?lang=en&category=education").text
    assert "Cash goes to what is listed as cash here" in board


def test_the_head_of_a_page_leaves_a_phone_to_the_page(enter: Callable[..., Page]) -> None:
    page = enter("/", width=390)
    for language in ("id", "en"):
        page.goto(f"/?lang={language}")
        box = page.locator(".masthead").bounding_box()
        assert box is not None
        assert box["height"] < 160
