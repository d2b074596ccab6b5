"""Signing in and out as a person does it, on a real service."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser import WIDTHS, assert_accessible, follow, sign_in

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
    follow(page, "header button")
    page.goto("/mine")
    assert "/sign-in?going=/mine" in page.url


def test_each_service_says_whose_accounts_are_its_own_and_leads_to_the_other(
    make_app: Callable[..., Flask],
) -> None:
    places = {"donations": ("organisasi pemberi", "programs"), "programs": ("petugas", "donations")}
    for service, (whose, other) in places.items():
        text = make_app(service).test_client().get("/sign-in").text
        lead = text.partition('<p class="lead">')[2].partition("</p>")[0]
        assert whose in lead, service
        assert len([place for place in ("petugas", "organisasi pemberi") if place in lead]) == 1
        assert f'href="http://{other}.test/sign-in"' in text
