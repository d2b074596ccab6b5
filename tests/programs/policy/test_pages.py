"""The page of the policy, in a real browser: one person drafts, sees whom it helps and costs; another adopts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from services.programs.trying_out import operations
from services.programs.trying_out.operations import work_out
from tests.browser import WIDTHS, assert_accessible
from tests.programs.people import Office
from tests.programs.scene import Scene

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(office: Office) -> Scene:
    """A market in which one need has everything, and a more urgent one nothing."""
    made = Scene(office.app)
    made.need(made.household(decile=1), 100, urgency=1)
    made.need(made.household(decile=3), 100, urgency=5)
    made.pledge(100)
    made.settle()
    return made


def _draft(page: Page) -> None:
    for decile in ("1", "4"):
        page.locator(f"input[name=tiers][value='{decile}']").uncheck()
    page.select_option("#order_1", "urgency")
    page.select_option("#order_3", "decile")
    page.get_by_role("button", name="Simpan rancangan dan coba").click()


def test_one_drafts_and_another_adopts_what_the_page_shows(scene: Scene, enter: Callable[..., Page]) -> None:
    page = enter("planner", "/policy")
    _draft(page)
    expect(page.get_by_text("Sedang dihitung")).to_be_visible()
    assert_accessible(page)
    scene.do(work_out)
    # The page renews itself once it is known, without a click.
    expect(page.get_by_role("heading", name="Menurut tingkat dalam rancangan")).to_be_visible()
    expect(page.get_by_text("Yang menetapkan harus orang lain")).to_be_visible()
    expect(page.get_by_role("button", name="Tetapkan rancangan")).to_have_count(0)
    other = enter("approver", "/policy", width=WIDTHS[1])
    assert_accessible(other)
    other.get_by_role("button", name="Tetapkan rancangan").click()
    other.get_by_role("button", name="Tetapkan", exact=True).click()
    expect(other.get_by_text("Kebijakan versi 2 berlaku sekarang.")).to_be_visible()
    scene.settle()
    assert [row.reasons["urgency"] for row in scene.allocations() if row.is_live] == [5]


def test_it_says_where_the_figures_are_not_exact(
    scene: Scene, enter: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "MOST_ROUNDS", 0)
    page = enter("planner", "/policy")
    _draft(page)
    expect(page.get_by_text("Sedang dihitung")).to_be_visible()
    scene.do(work_out)
    expect(page.get_by_text("angka ini mendekati, belum tepat")).to_be_visible()
    assert_accessible(page)


def test_it_says_whose_needs_a_village_is_measured_by(scene: Scene, enter: Callable[..., Page]) -> None:
    said = "Yang dihitung adalah keluarga terverifikasi"
    page = enter("approver", "/policy")
    expect(page.get_by_text(said)).to_have_count(0)
    scene.adopt(fair_between_villages=True)
    page.reload()
    expect(page.get_by_text(said)).to_have_count(1)
    assert_accessible(page)
    expect(enter("planner", "/policy").get_by_text(said)).to_have_count(2)


def test_every_fault_is_shown_beside_its_field(scene: Scene, enter: Callable[..., Page]) -> None:
    page = enter("planner", "/policy")
    page.select_option("#order_2", "decile")
    page.fill("#approval_threshold_idr", "900")
    page.fill("#second_person_threshold_idr", "100")
    page.get_by_role("button", name="Simpan rancangan dan coba").click()
    # In the words of the page, and not by the codes of the API.
    expect(page.locator("#order_1-error")).to_contain_text("Isi sedikitnya satu urutan", use_inner_text=True)
    expect(page.locator("#second_person_threshold_idr-error")).to_be_visible()
    expect(page.locator("#approval_threshold_idr")).to_have_value("900")
    assert_accessible(page)


def test_a_draft_that_changes_nothing_is_refused(scene: Scene, enter: Callable[..., Page]) -> None:
    page = enter("planner", "/policy")
    page.get_by_role("button", name="Simpan rancangan dan coba").click()
    expect(page.get_by_text("Ini sudah berlaku. Ubah sesuatu.")).to_be_visible()
    assert_accessible(page)


def test_a_draft_that_was_changed_meanwhile_is_not_adopted(scene: Scene, enter: Callable[..., Page]) -> None:
    page = enter("planner", "/policy")
    _draft(page)
    scene.do(work_out)
    other = enter("approver", "/policy")
    page.get_by_role("button", name="Simpan rancangan dan coba").click()
    scene.do(work_out)
    other.get_by_role("button", name="Tetapkan rancangan").click()
    other.get_by_role("button", name="Tetapkan", exact=True).click()
    expect(other.get_by_text("Kebijakan versi 2 berlaku sekarang.")).to_have_count(0)
    expect(other.get_by_role("alert")).to_be_visible()


def test_everyone_reads_what_a_version_says(
    scene: Scene, office: Office, enter: Callable[..., Page], browser_page: Callable[..., Page]
) -> None:
    scene.adopt(household_cap_idr=7_000_000)
    page = browser_page(office.app, "/policy/versions/2", width=WIDTHS[1])
    expect(page.get_by_text("Rp7.000.000")).to_be_visible()
    assert_accessible(page)
    page.goto("/policy/versions/1")
    expect(page.get_by_text("Rp7.000.000")).to_have_count(0)
    page.get_by_role("link", name="versi 2").click()
    expect(page.get_by_role("heading", name="Kebijakan, versi 2")).to_be_visible()
    officer = enter("approver", "/policy")
    officer.get_by_role("table", name="Versi").get_by_role("link", name="1", exact=True).click()
    expect(officer.get_by_role("heading", name="Kebijakan, versi 1")).to_be_visible()
