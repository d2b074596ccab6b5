"""The page of a need, in a real browser: officers look after it, and a social worker tells its family why it is open."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import assert_accessible, follow
from tests.programs.people import Office, member, need
from tests.programs.scene import Scene

Show = Callable[..., Page]

pytestmark = pytest.mark.browser


def test_a_tksk_goes_from_the_door_to_why_a_need_is_open_and_no_further(office: Office, enter: Show) -> None:
    household = office.verified(members=[member(name="Siti Contoh")])
    assert office.post(f"/v1/households/{household}/needs", need(), office.tksk).status_code == 201
    scene = Scene(office.app)
    scene.pledge(1_000)
    scene.settle()
    office.assign(household)
    page = enter("tksk", "/visits", width=390)
    follow(page, "text=Siti Contoh")
    assert_accessible(page)
    follow(page, "main .card a")
    assert_accessible(page)
    expect(page.locator(".notice")).to_have_count(1)
    expect(page.locator("main table")).to_have_count(1)
    # Neither the record of the household, nor the matches, nor the officers' list is his to open.
    expect(page.locator("main form")).to_have_count(0)
    links = page.locator("main a").evaluate_all("links => links.map(link => new URL(link.href).pathname)")
    assert links == ["/"]
