"""The page of a need, in a real browser: for officers, and for who tells its family at the door why it is open."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from services.programs.matching.models import Allocation
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
    # Neither the record of the household, nor the matches, nor the officers' list is his to open: only the policy.
    expect(page.locator("main form")).to_have_count(0)
    links = page.locator("main a").evaluate_all("links => links.map(link => new URL(link.href).pathname)")
    assert links == ["/", "/policy/versions/1"]


def test_the_limit_of_a_household_is_told_in_rupiah_where_it_is_why(office: Office, enter: Show) -> None:
    scene = Scene(office.app)
    scene.adopt(household_cap_idr=300_000)
    household = scene.household()
    lower = scene.need(household, 100_000, category="health", urgency=1)
    scene.pledge(1_000_000)
    scene.settle()
    (ended,) = scene.allocations()
    scene.need(household, 20, item="rice", unit="kg", urgency=5)
    scene.pledge(20, item="rice", unit="kg")
    scene.settle()
    page = enter("verifier", f"/needs/{lower}", width=390)
    said = "paling banyak Rp300.000 secara keseluruhan sejak terverifikasi. Keluarga ini sudah mendapat Rp300.000"
    expect(page.locator(".notice")).to_contain_text(said, use_inner_text=True)
    assert_accessible(page)
    assert scene.do(lambda session: session.get_one(Allocation, ended.id).ended_reason) == "household_limit"
    page.goto(f"/matches/{ended.id}?lang=en")
    expect(page.locator(".notice")).to_contain_text("may have Rp300,000 in all", use_inner_text=True)
    assert_accessible(page)
