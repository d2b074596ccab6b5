"""Every part of a page, in a real browser: on a screen and a phone, light and dark."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import WIDTHS, assert_accessible, follow
from tests.shared.web.gallery import make_gallery

pytestmark = pytest.mark.browser

Show = Callable[..., Page]


@pytest.fixture(scope="module")
def app() -> Flask:
    """The gallery, as a planner sees it."""
    return make_gallery()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/", "/form", "/charts", "/pledges", "/sign-in", "/nowhere"])
def test_a_page_can_be_used_by_everyone(
    app: Flask, browser_page: Show, path: str, width: int, dark: bool
) -> None:
    assert_accessible(browser_page(app, path, width=width, dark=dark))


def test_the_faults_of_a_form_are_announced_and_lead_to_their_fields(app: Flask, browser_page: Show) -> None:
    page = browser_page(app, "/form", width=390)
    follow(page, "main form button[type=submit] >> nth=0")
    page.wait_for_selector(".error-summary")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert_accessible(page)
    page.click(".error-summary a >> nth=0")
    assert page.evaluate("location.hash") == "#quantity"


def test_a_form_works_without_scripts(app: Flask, browser_page: Show) -> None:
    page = browser_page(app, "/form", javascript=False)
    page.fill("#quantity", "1.250.000")
    follow(page, "main form button[type=submit] >> nth=0")
    assert page.input_value("#quantity") == "1.250.000"
    expect(page.locator(".error-summary li")).to_have_count(2)


def test_a_number_gets_its_thousands_apart_while_it_is_typed(app: Flask, browser_page: Show) -> None:
    page = browser_page(app, "/form", width=390)
    page.type("#quantity", "1250000")
    assert page.input_value("#quantity") == "1.250.000"
    # The caret stays between the digits where it was.
    for key in ("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "Backspace", "9", "7"):
        page.keyboard.press(key)
    assert page.input_value("#quantity") == "12.597.000"
    page.fill("#quantity", "1,5")
    assert page.input_value("#quantity") == "1,5"


def test_two_clicks_send_a_form_once(app: Flask, browser_page: Show) -> None:
    page = browser_page(app, "/form")
    sent = page.evaluate(
        """() => {
            const form = document.querySelector("main form");
            const offer = () => form.dispatchEvent(new Event("submit", {bubbles: true, cancelable: true}));
            return [offer(), offer()];
        }"""
    )
    assert sent == [True, False]


def test_the_first_tab_leads_past_the_navigation(app: Flask, browser_page: Show) -> None:
    page = browser_page(app, "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Langsung ke isi"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_what_cannot_be_undone_asks_first(app: Flask, browser_page: Show) -> None:
    page = browser_page(app, "/form", width=390)
    assert not page.is_visible("text=Ya, tarik")
    page.click("text=Tarik komitmen")
    assert page.is_visible("text=Ya, tarik")
    assert_accessible(page)


def test_the_table_beside_a_chart_opens(app: Flask, browser_page: Show) -> None:
    page = browser_page(app, "/charts", width=390)
    for summary in page.query_selector_all(".chart-table summary"):
        summary.click()
    assert page.is_visible("text=Bandarkedungmulyo >> nth=-1")
    assert_accessible(page)


def test_every_tile_of_the_map_can_be_reached_by_keyboard(app: Flask, browser_page: Show) -> None:
    page = browser_page(app, "/charts")
    page.focus(".tile-link >> nth=20")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?area=*")


def test_the_navigation_shows_all_of_itself_on_a_phone(app: Flask, browser_page: Show) -> None:
    page = browser_page(app, "/", width=390)
    within = "link => link.getBoundingClientRect().right <= document.documentElement.clientWidth"
    links = page.locator(".navigation a")
    expect(links).to_have_count(3)
    assert all(link.evaluate(within) for link in links.all())


def test_a_choice_that_is_wrong_still_looks_like_a_choice(app: Flask, browser_page: Show) -> None:
    page = browser_page(app, "/form", width=390)
    page.select_option("#fund", "")
    follow(page, "main form button[type=submit] >> nth=0")
    page.wait_for_selector("#fund[aria-invalid=true]")
    assert "url(" in page.evaluate("getComputedStyle(document.querySelector('#fund')).backgroundImage")


@pytest.mark.parametrize("status", [400, 403, 404, 429, 503])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_problem_is_a_page_of_its_own_words(
    app: Flask, browser_page: Show, width: int, status: int
) -> None:
    page = browser_page(app, f"/problem/{status}", width=width)
    assert_accessible(page)
    expect(page.locator(".problem .lead")).to_have_count(1)
