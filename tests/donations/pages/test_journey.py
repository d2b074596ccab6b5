"""A donor's way through the pages, in a real browser, on a phone and without any script."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import WIDTHS, assert_accessible, follow, picture
from tests.donations.conftest import Programs
from tests.donations.facts import delivered, held, proposed
from tests.donations.pages.conftest import answer_four_steps, make_pledge, short_of_cash
from tests.told_gaps import counted, lacking

pytestmark = pytest.mark.browser


def test_a_pledge_is_made_in_four_steps_without_a_script(
    app: Flask, enter: Callable[..., Page], tmp_path: Path
) -> None:
    page = enter("/pledge?fresh=1", width=390, javascript=False)
    answer_four_steps(page)
    assert page.url.endswith("/pledge/check")
    expect(page.locator("main")).to_contain_text("Rp2.500.000", use_inner_text=True)
    follow(page, "main button")
    assert page.url.endswith("/opened")
    follow(page, "main a[role=button]")
    text = page.inner_text("main")
    assert "Rp2.500.000" in text
    assert "BUKU-7" in text


def test_the_page_of_a_pledge_just_made_says_by_itself_when_it_is_matched(
    enter: Callable[..., Page], programs: Programs
) -> None:
    page = enter("/pledge?fresh=1", width=390)
    answer_four_steps(page)
    follow(page, "main button")
    page.wait_for_url("**/opened")
    expect(page.locator("#how-far")).to_contain_text("masih dicarikan keluarga", use_inner_text=True)
    pledge = page.url.split("/")[-2]
    programs.tell(proposed(pledge, 900_000, fund="zis"))
    expect(page.locator("#how-far")).to_contain_text("Rp900.000: sudah dicocokkan", timeout=20_000)
    expect(page.locator("#how-far")).to_have_count(1)
    assert_accessible(page)


def test_back_keeps_the_answers_even_unfinished_ones(enter: Callable[..., Page]) -> None:
    page = enter("/pledge?fresh=1", javascript=False)
    page.select_option("#what", "rice")
    page.fill("#quantity", "120")
    follow(page, "main button:not([value=back])")
    assert page.locator(".affix").all_inner_texts() == ["kg", "kg"]
    page.fill("#cap_per_household", "abc")
    follow(page, "main button[value=back]")
    assert (page.input_value("#what"), page.input_value("#quantity")) == ("rice", "120")
    follow(page, "main button:not([value=back])")
    assert page.input_value("#cap_per_household") == "abc"


def test_every_fault_of_a_step_is_shown_beside_its_question(enter: Callable[..., Page]) -> None:
    page = enter("/pledge?fresh=1", expected=("422",))
    follow(page, "main button:not([value=back])")
    expect(page.locator(".error-summary li")).to_have_count(2)
    assert_accessible(page)
    page.select_option("#what", "cash")
    page.fill("#quantity", "10.000.000.000.001")
    follow(page, "main button:not([value=back])")
    expect(page.locator("#quantity-error")).to_contain_text("Rp 10.000.000.000.000", use_inner_text=True)
    page.fill("#quantity", "100")
    follow(page, "main button:not([value=back])")
    page.fill("#minimum_grant", "500")
    page.fill("#cap_per_household", "200")
    follow(page, "main button:not([value=back])")
    expect(page.locator("#minimum_grant-error")).to_have_count(1)


def test_answers_that_were_skipped_are_asked_for(enter: Callable[..., Page]) -> None:
    page = enter("/pledge?fresh=1", expected=("422",))
    page.goto("/pledge/check")
    assert "/pledge/what?wrong=1" in page.url
    expect(page.locator(".error-summary")).to_have_count(1)


def test_the_same_form_sent_twice_makes_one_pledge(enter: Callable[..., Page]) -> None:
    page = enter("/pledge?fresh=1", javascript=False)
    answer_four_steps(page)
    names = ("csrf_token", "submission", "seal")
    form: dict[str, str | float | bool] = {
        name: page.get_attribute(f"input[name={name}]", "value") or "" for name in names
    }
    first, second = (page.request.post("/pledge/check", form=form) for _ in range(2))
    assert first.url == second.url
    page.goto("/pledges")
    expect(page.locator("main article.card")).to_have_count(1)


def test_what_is_short_leads_to_a_pledge_for_it(enter: Callable[..., Page], programs: Programs) -> None:
    short_of_cash(programs)
    page = enter("/board", width=390)
    follow(page, "main tr:has-text('Perak') td a")
    assert (page.input_value("#what"), page.input_value("#quantity")) == ("cash", "6.000.000")
    follow(page, "main button:not([value=back])")
    assert page.is_checked("input[name=areas][value='35.17.01']")
    assert page.is_checked("input[name=categories][value=food]")


def test_who_pledges_sees_what_it_would_cover_and_may_choose_it(
    enter: Callable[..., Page], programs: Programs
) -> None:
    rice = {"category": "food", "item": "rice", "unit": "kg", "price_idr": 14_000}
    programs.tell(
        counted(lacking(open=900, unreached=0), lacking("35.17.02", open=900, unreached=0), **rice),
        counted(lacking(), lacking("35.17.01", unreached=4_000_000)),
        counted(lacking(open=10, unreached=0), category="health"),
    )
    page = enter("/pledge?fresh=1", width=390, javascript=False)
    rows = page.locator("main tbody tr")
    # What nothing reaches stands first; the regency as a whole is a choice only where no sub-district is named.
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("Kabupaten Jombang")
    expect(rows.first).to_contain_text("Perak")
    follow(page, rows.nth(1).locator("a"))
    assert (page.input_value("#what"), page.input_value("#quantity")) == ("rice", "900")
    follow(page, "main button:not([value=back])")
    # The item is chosen by now: only that is offered.
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("900 kg")
    page.goto("/pledge")
    follow(page, rows.first.locator("a"))
    assert (page.input_value("#what"), page.input_value("#quantity")) == ("cash", "4.000.000")


def test_a_payment_is_recorded_once_and_ends_in_a_receipt(
    enter: Callable[..., Page], programs: Programs
) -> None:
    page = enter("/pledge?fresh=1", width=390, javascript=False)
    pledge = make_pledge(page)
    step = proposed(pledge, 900_000, fund="zis")
    programs.tell(step)
    page.goto("/")
    follow(page, "main td a")
    assert page.input_value("#quantity") == "900.000"
    page.fill("#reference", "TRF-9")
    form: dict[str, str | float | bool] = {
        name: page.get_attribute(f"main input[name={name}]", "value") or ""
        for name in ("csrf_token", "submission", "quantity", "paid_on")
    }
    form["reference"] = "TRF-9"
    follow(page, "main button")
    assert f"/pledges/{pledge}" in page.url
    again = page.request.post(f"/allocations/{step.allocation}/pay", form=form)
    assert again.url.endswith(f"/pledges/{pledge}")
    programs.tell(delivered(step))
    page.goto("/receipts")
    follow(page, "main td a")
    expect(page.locator("main")).to_contain_text("Rp900.000", use_inner_text=True)
    assert str(step.household) not in page.content()


def test_a_matched_pledge_says_that_it_waits_for_the_donor_until_all_of_it_is_paid(
    enter: Callable[..., Page], programs: Programs
) -> None:
    page = enter("/pledge?fresh=1", width=390, javascript=False)
    pledge = make_pledge(page)
    expect(page.locator("main article.card")).to_contain_text("masih dicarikan keluarga", use_inner_text=True)
    first, second, third = (proposed(pledge, part, fund="zis") for part in (1_000_000, 900_000, 600_000))
    programs.tell(first, second, third)
    page.goto(f"/pledges/{pledge}")
    text = page.inner_text("main")
    assert "Rp2.500.000: sudah dicocokkan, menunggu pembayaran Anda." in text
    assert "Menunggu Anda" in text
    follow(page, "main article.card a[role=button]")
    expect(page.locator("main")).to_contain_text("Rp2.500.000, dalam 3 bagian.", use_inner_text=True)
    page.fill("#reference", "TRF-10")
    follow(page, "main form button")
    text = page.inner_text("main")
    assert "Rp2.500.000: sudah dibayar, sedang disalurkan" in text
    assert "Menunggu Anda" not in text
    programs.tell(delivered(first), delivered(second), delivered(third))
    page.goto("/pledges")
    expect(page.locator("main article.card")).to_contain_text("Tersalurkan seluruhnya", use_inner_text=True)


def test_what_is_too_much_or_on_hold_is_not_taken(enter: Callable[..., Page], programs: Programs) -> None:
    page = enter("/pledge?fresh=1", expected=("409", "422"))
    pledge = make_pledge(page)
    step = proposed(pledge, 900_000, fund="zis")
    programs.tell(step)
    page.goto(f"/allocations/{step.allocation}")
    expect(page.get_by_text("Syarat donatur terpenuhi: kategori kebutuhan.")).to_be_visible()
    version = page.get_by_role("link", name="Baca kebijakan versi 1")
    assert (version.get_attribute("href") or "").endswith("/policy/versions/1")
    page.fill("#quantity", "900.001")
    page.fill("#reference", "TRF-9")
    follow(page, "main button")
    expect(page.locator("#quantity-error")).to_have_count(1)
    programs.tell(held(step))
    page.goto(f"/allocations/{step.allocation}")
    expect(page.locator("main form")).to_have_count(0)


def test_a_pledge_is_changed_and_withdrawn_on_its_page(enter: Callable[..., Page]) -> None:
    page = enter("/pledge?fresh=1", javascript=False)
    pledge = make_pledge(page)
    page.goto(f"/pledges/{pledge}")
    page.click("main details:not(.confirm) summary")
    page.fill("#quantity", "3.000.000")
    follow(page, "main details:not(.confirm) button")
    expect(page.locator("h1")).to_contain_text("Rp3.000.000", use_inner_text=True)
    page.click("main .confirm summary")
    follow(page, "main .confirm button")
    expect(page.locator("main .confirm")).to_have_count(0)


def test_an_organisation_registers_and_is_told_what_is_wrong(
    app: Flask, browser_page: Callable[..., Page]
) -> None:
    page = browser_page(app, "/register", width=390, expected=("422",))
    page.fill("#name", "Radio Contoh")
    page.fill("#contact_email", "radio")
    follow(page, "main button")
    expect(page.locator(".error-summary li")).to_have_count(2)
    assert_accessible(page)
    page.check("input[name=kind][value=media]")
    page.fill("#contact_email", "radio@contoh.id")
    follow(page, "main button")
    assert page.url.endswith("/register/thanks")
    # Nothing here writes e-mail, so nothing may promise one.
    expect(page.locator("main")).to_contain_text("Helix tidak mengirim surel", use_inner_text=True)


def test_donors_are_told_whom_to_ask_as_the_regency_says_it(make_app: Callable[..., Flask]) -> None:
    thanks = "/register/thanks"
    told = make_app("donations", HELIX_CONTACT="Bappeda, Jl. Contoh 1; 0321-000000").test_client().get(thanks)
    assert "Bappeda, Jl. Contoh 1; 0321-000000" in told.text
    untold = make_app("donations").test_client().get(thanks)
    assert "dijawab oleh Bappeda" in untold.text


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_every_page_can_be_read_by_everyone(
    enter: Callable[..., Page], programs: Programs, tmp_path: Path, width: int, dark: bool
) -> None:
    short_of_cash(programs)
    page = enter("/pledge?fresh=1", width=width, dark=dark)
    pledge = make_pledge(page)
    paid, open_ = proposed(pledge, 900_000, fund="zis"), proposed(pledge, 400_000, fund="zis")
    programs.tell(paid, open_, delivered(paid, 500_000))
    page.goto("/receipts")
    receipt = page.get_attribute("main td a", "href") or ""
    paths = [
        "/", "/board", "/pledges", f"/pledges/{pledge}", f"/pledges/{pledge}/pay",
        f"/allocations/{open_.allocation}", "/receipts", receipt,
        f"/pledge/{pledge}/opened", "/pledge?what=cash&fresh=1", "/pledge/whom", "/pledge/when", "/register",
        "/register/thanks",
    ]  # fmt: skip
    for number, path in enumerate(paths):
        page.goto(path)
        picture(page, tmp_path / f"{number:02}.png")
        assert_accessible(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_page_says_what_this_is_to_everyone(
    app: Flask, browser_page: Callable[..., Page], programs: Programs, tmp_path: Path, width: int
) -> None:
    short_of_cash(programs)
    page = browser_page(app, "/", width=width)
    assert_accessible(page)
    picture(page, tmp_path / "welcome.png")
    page.goto("/?lang=en")
    expect(page.locator("h1")).to_contain_text("A pledge finds", use_inner_text=True)
