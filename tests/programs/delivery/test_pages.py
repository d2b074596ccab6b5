"""Handing over at the door, on the phone of the social worker."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services.programs.accounts.models import ACCOUNTS
from services.programs.database import db
from services.programs.delivery import pages
from shared.auth.accounts import Grant
from tests.browser import WIDTHS, assert_accessible, follow, sign_in
from tests.programs.people import Office, member, need
from tests.programs.scene import Scene

PASSWORD = "a password for this test"

PACKS = {"category": "nutrition", "item": "nutrition_pack", "unit": "pack", "quantity": 3, "value_idr": None}

Show = Callable[..., Page]

pytestmark = pytest.mark.browser


@pytest.fixture(name="household")
def with_a_paid_delivery(office: Office) -> str:
    """A household to whom a donor has paid three nutrition packs, and two thousand rupiah for food."""
    identity = office.verified(members=[member(name="Siti Contoh")], address="Dusun Contoh RT 01 RW 02")
    scene = Scene(office.app)
    for stated in (need(**PACKS), need(quantity=2_000, value_idr=2_000)):
        assert office.post(f"/v1/households/{identity}/needs", stated, office.tksk).status_code == 201
    scene.pledge(3, item="nutrition_pack", unit="pack")
    scene.pledge(2_000)
    scene.settle()
    for allocation in scene.allocations():
        scene.reserve(allocation, left=0)
        scene.pay(allocation)
    return identity


@pytest.fixture
def enter(office: Office, browser_page: Show) -> Show:
    """Return a function that signs the social worker in and opens a page."""

    def open_page(path: str, **options: Any) -> Page:
        with office.app.app_context():
            ACCOUNTS.add(db.session(), "tksk", PASSWORD, Grant(("tksk",), area="35.17.01"))
        page = browser_page(office.app, path, **options)
        sign_in(page, "tksk", PASSWORD)
        return page

    return open_page


@pytest.mark.parametrize("width", WIDTHS)
def test_the_list_says_for_whom_and_where_and_each_look_is_recorded(
    office: Office, enter: Show, household: str, width: int
) -> None:
    page = enter("/deliveries", width=width)
    assert_accessible(page)
    assert page.inner_text("h3.card-title") == "Siti Contoh"
    listed = page.inner_text("main .card")
    assert "Dusun Contoh RT 01 RW 02" in listed
    assert "3 paket gizi balita" in listed
    assert "Rp2.000" in listed
    lines = office.get(f"/v1/audit?household={household}", office.auditor).get_json()["data"]
    assert [line["why"] for line in lines].count("deliveries_to_make") == 1


@pytest.mark.usefixtures("household")
def test_nothing_hides_behind_the_first_page(enter: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "AT_ONCE", 1)
    page = enter("/deliveries", width=390)
    first = page.inner_text("main .card")
    follow(page, "a[rel=next]")
    assert page.inner_text("main .card") != first
    assert {("3 paket" in text, "Rp2.000" in text) for text in (first, page.inner_text("main .card"))} == {
        (True, False),
        (False, True),
    }
    expect(page.locator("a[rel=next]")).to_have_count(0)


@pytest.mark.usefixtures("household")
def test_what_happened_is_said_by_the_person_and_one_button_stands_out(enter: Show) -> None:
    page = enter("/deliveries", width=390)
    follow(page, "text=3 paket gizi balita")
    assert_accessible(page)
    expect(page.locator("input[name=outcome]:checked")).to_have_count(0)
    assert page.inner_text(".input .affix") == "paket"
    primary = page.locator(
        "main button:not(.secondary):not(.outline):visible, main [role=button]:not(.outline)"
    )
    assert primary.all_inner_texts() == ["Catat"]
    page.fill("#quantity", "4")
    follow(page, "text=Catat")
    assert page.inner_text("#outcome-error").endswith("Isi bagian ini.")
    page.check("input[value=delivered]")
    follow(page, "text=Catat")
    expect(page.locator("#quantity-error")).to_contain_text(
        "Paling banyak 3 yang sudah dibayar", use_inner_text=True
    )
    assert_accessible(page)
    page.fill("#quantity", "3")
    follow(page, "text=Catat")
    assert page.url.endswith("/deliveries?recorded=1")


@pytest.mark.usefixtures("household")
def test_the_need_can_be_looked_at_from_its_delivery(enter: Show) -> None:
    page = enter("/deliveries", width=390)
    follow(page, "text=3 paket gizi balita")
    follow(page, "text=Lihat kebutuhannya")
    expect(page.locator("h1")).to_contain_text("3 paket gizi balita", use_inner_text=True)


@pytest.mark.usefixtures("household")
def test_a_failure_needs_its_reason_and_the_label_says_so(enter: Show) -> None:
    page = enter("/deliveries", width=390)
    follow(page, "text=3 paket gizi balita")
    expect(page.locator("label[for=reason]")).to_contain_text(
        "perlu diisi bila tidak dapat diserahkan", use_inner_text=True
    )
    page.check("input[value=failed]")
    follow(page, "text=Catat")
    assert page.inner_text("#reason-error").endswith("Isi bagian ini.")


@pytest.mark.usefixtures("household")
def test_a_form_whose_number_was_rewritten_is_recorded_once_all_the_same(enter: Show, office: Office) -> None:
    page = enter("/deliveries", width=390)
    follow(page, "text=3 paket gizi balita")
    page.evaluate("document.querySelector('[name=submission]').value = 'a\\u0000b'")
    page.locator("input[name=outcome][value=delivered]").check()
    follow(page, "text=Catat")
    expect(page.get_by_text("Sudah dicatat. Terima kasih.")).to_be_visible()
