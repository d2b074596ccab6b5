"""The donor of the example organisation, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from services.donations.cli import bootstrap
from tests.browser import follow, sign_in
from tests.donations.conftest import Programs
from tests.told_gaps import counted

PASSWORD = "abcd-efgh-ijkm-npqr"


@pytest.fixture
def enter(app: Flask, browser_page: Callable[..., Page]) -> Callable[..., Page]:
    """Return a function that opens a path as the donor of the example organisation."""
    bootstrap(app, {"accounts": [{"role": "donor", "username": "donor", "password": PASSWORD}]})

    def open_page(path: str, **options: Any) -> Page:
        page = browser_page(app, f"/sign-in?going={path}", **options)
        sign_in(page, "donor", PASSWORD)
        return page

    return open_page


def short_of_cash(programs: Programs) -> None:
    """Let twelve households of Perak lack Rp500,000 for food each, which nothing reaches."""
    programs.tell(counted())


def answer_four_steps(page: Page) -> None:
    """Fill in the form from its first step to the check."""
    page.select_option("#what", "cash")
    page.fill("#quantity", "2.500.000")
    follow(page, "main button:not([value=back])")
    page.check("input[name=areas][value='35.17.01']")
    page.fill("#cap_per_household", "1.000.000")
    follow(page, "main button:not([value=back])")
    page.select_option("#fund", "zis")
    page.check("#zakat")
    page.check("input[name=strategy][value=reduce_burden]")
    page.fill("#reference", "BUKU-7")
    follow(page, "main button:not([value=back])")


def only_pledge(page: Page) -> str:
    page.goto("/pledges")
    return (page.get_attribute("main article.card a", "href") or "").rsplit("/", 1)[-1]


def make_pledge(page: Page) -> str:
    answer_four_steps(page)
    follow(page, "main button")
    return only_pledge(page)
