"""Asking for visits, several at once, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import WIDTHS, assert_accessible, follow
from tests.programs.people import Office

Show = Callable[..., Page]

pytestmark = pytest.mark.browser


def test_a_verifier_asks_for_several_visits_at_once(office: Office, enter: Show) -> None:
    for _ in range(3):
        office.register()
    page = enter("verifier", "/visits/to-assign?lang=en", javascript=False)
    expect(page.get_by_text("Select all that are shown")).to_be_hidden()
    for box in page.locator("input[name=household]").all()[:2]:
        box.check()
    follow(page, page.get_by_role("button", name="Ask for these visits"))
    expect(page.get_by_text("2 visits are asked for.")).to_be_visible()
    expect(page.locator("input[name=household]")).to_have_count(1)
    page.locator("input[name=household]").check()
    follow(page, page.get_by_role("button", name="Ask for these visits"))
    expect(page.get_by_text("1 visit is asked for.")).to_be_visible()
    assert len(office.get("/v1/visits?status=assigned", office.verifier).get_json()["data"]) == 3


@pytest.mark.parametrize("width", WIDTHS)
def test_all_that_are_shown_are_chosen_at_once_and_the_button_stays_in_sight(
    office: Office, enter: Show, width: int
) -> None:
    for _ in range(15):
        office.register()
    page = enter("verifier", "/visits/to-assign", width=width)
    assert_accessible(page)
    chosen, every = page.locator("input[name=household]:checked"), page.get_by_label("Pilih semua")
    every.check()
    expect(chosen).to_have_count(15)
    page.locator("input[name=household]").first.uncheck()
    expect(every).not_to_be_checked()
    every.check()
    expect(page.get_by_role("button", name="Minta kunjungan ini")).to_be_in_viewport(ratio=1)
    # What a keyboard reaches next is not hidden behind the button.
    for box in page.locator("input[name=household]").all():
        box.focus()
        bar, row = page.locator(".action-bar").bounding_box(), box.bounding_box()
        assert bar is not None
        assert row is not None
        assert row["y"] + row["height"] <= bar["y"] or row["y"] >= bar["y"] + bar["height"]
    follow(page, page.get_by_role("button", name="Minta kunjungan ini"))
    expect(page.get_by_text("15 kunjungan diminta.")).to_be_visible()


def test_the_households_that_wait_are_paged_in_their_order_and_lead_to_their_record(
    office: Office, enter: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.programs.assigning.pages.AT_ONCE", 2)
    waiting = {office.register() for _ in range(5)}
    page = enter("verifier", "/visits/to-assign", width=390)
    assert_accessible(page)
    seen: list[str] = []
    for shown in ("2 dari 5 ditampilkan.", "2 dari 5 ditampilkan.", "1 dari 5 ditampilkan."):
        assert shown in page.inner_text("main")
        seen += [str(box.get_attribute("value")) for box in page.locator("input[name=household]").all()]
        if len(seen) < 5:
            follow(page, "a[rel=next]")
    assert (len(seen), set(seen)) == (5, waiting)
    expect(page.locator("td[data-label='TKSK kecamatan']")).to_have_count(1)
    follow(page, "table a")
    assert page.url.endswith(f"/households/{seen[-1]}")
