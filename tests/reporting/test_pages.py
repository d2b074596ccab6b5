"""The public pages, in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser import WIDTHS, assert_accessible, picture
from tests.reporting.story import season

PAGES = ("/", "/areas", "/areas/35.17.01", "/areas/35.17.01.2001", "/method", "/data")

OpenPage = Callable[..., Page]
Fold = Callable[..., None]


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_everyone_can_read_the_public_pages(
    make_app: Callable[..., Flask], fold: Fold, browser_page: OpenPage, tmp_path: Path, width: int, dark: bool
) -> None:
    app = make_app("reporting", HELIX_SYNTHETIC="1")
    fold(app, season(seed=4, households=90))
    for path in PAGES:
        page = browser_page(app, path, width=width, dark=dark)
        assert page.locator(".problem").count() == 0
        picture(
            page,
            tmp_path
            / f"{path.strip('/').replace('/', '-') or 'home'}-{width}-{'dark' if dark else 'light'}.png",
        )
        assert_accessible(page)
