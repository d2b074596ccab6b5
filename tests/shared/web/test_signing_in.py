"""Signing in and out as a person does it, on a real service."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser import WIDTHS, assert_accessible, sign_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", WIDTHS)
def test_a_person_signs_in_where_they_were_going_and_out_again(
    probe: Callable[..., Flask], browser_page: Callable[..., Page], width: int
) -> None:
    page = browser_page(probe(), "/mine", width=width)
    sign_in(page, "dana", "wrong")
    assert page.inner_text(".error-summary li") == "Nama pengguna atau kata sandi salah."
    assert page.input_value("#username") == "dana"
    assert_accessible(page)
    sign_in(page, "dana", "correct horse battery")
    assert page.inner_text("body") == "page of Dana"
    page.goto("/sign-in")
    with page.expect_navigation():
        page.click("header button")
    page.goto("/mine")
    assert "/sign-in?going=/mine" in page.url
