"""The pages of the match, in a real browser: queue, matches, needs, and deliveries on a phone."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from services.programs.accounts.models import ACCOUNTS
from services.programs.database import db
from shared import clock
from shared.auth.accounts import Grant
from shared.events.programs import AllocationVetoed, DeliveryConfirmed, DeliveryFailed
from tests.browser import WIDTHS, assert_accessible, follow, sign_in
from tests.programs.people import Office
from tests.programs.scene import Scene

pytestmark = pytest.mark.browser

PASSWORD = "only for this test"

Open = Callable[..., Page]


@pytest.fixture
def stage(office: Office) -> Scene:
    """A verified household whose large need is matched, a small one that is paid, and one that is open."""
    scene = Scene(office.app)
    household = UUID(office.verified())
    scene.need(household, 6_000_000, category="housing_repair", urgency=5)
    scene.need(household, 20, item="rice", unit="kg")
    scene.need(household, 2, category="education", item="school_kit", unit="kit")
    scene.pledge(10_000_000, categories=["housing_repair"], areas=["35.17.01"])
    scene.pledge(9_000_000)
    scene.pledge(20, item="rice", unit="kg")
    scene.settle()
    (rice,) = [row for row in scene.allocations() if row.quantity == 20]
    scene.reserve(rice, left=0)
    scene.pay(rice)
    with office.app.app_context():
        for role, area in (("verifier", None), ("approver", None), ("tksk", "35.17.01")):
            ACCOUNTS.add(db.session(), role, PASSWORD, Grant((role,), area=area))
    return scene


@pytest.fixture
def see(stage: Scene, browser_page: Open) -> Open:
    """Return a function that opens a page as the person of a role."""

    def open_as(role: str, path: str, **how: Any) -> Page:
        page = browser_page(stage.app, path, **how)
        sign_in(page, role, PASSWORD)
        return page

    return open_as


def large(scene: Scene) -> UUID:
    (found,) = [row.id for row in scene.allocations() if row.quantity == 6_000_000]
    return found


@pytest.mark.parametrize("width", WIDTHS)
def test_officers_pages_can_be_read_by_everyone(stage: Scene, see: Open, width: int) -> None:
    page = see("verifier", "/", width=width)
    need = stage.allocations()[0].need_id
    for path in ("/", "/matches", f"/matches/{large(stage)}", "/needs?status=covered", f"/needs/{need}"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        assert_accessible(page)


def test_an_officer_goes_from_the_queue_to_a_match_and_approves_it(stage: Scene, see: Open) -> None:
    page = see("approver", "/?lang=en")
    follow(page, page.get_by_role("link", name="Housing repair"))
    expect(page.get_by_text("The need stood at place")).to_be_visible()
    expect(page.get_by_text("Waits for 1 approval")).to_be_visible()
    follow(page, page.get_by_role("button", name="Approve"))
    expect(page.get_by_text("It is approved and goes on.")).to_be_visible()
    expect(page.get_by_text("Approved by an officer")).to_be_visible()
    # Nothing waits for an approval any more, so none is offered.
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(page.get_by_role("button", name="Hold")).to_be_visible()
    page.goto("/?lang=en")
    expect(page.get_by_text("No match waits for you.")).to_be_visible()


def test_a_veto_asks_for_its_reason_and_works_without_a_script(stage: Scene, see: Open) -> None:
    page = see("verifier", f"/matches/{large(stage)}?lang=en", javascript=False)
    follow(page, page.get_by_role("button", name="Veto"))
    expect(page.get_by_role("link", name="Reason: Fill this in.")).to_be_visible()
    page.locator("#veto_reason").fill("The roof was repaired last month.")
    follow(page, page.get_by_role("button", name="Veto"))
    expect(page.get_by_text("It is vetoed.")).to_be_visible()
    expect(page.get_by_text("Vetoed by an officer")).to_be_visible()
    expect(page.get_by_role("button", name="Veto")).to_have_count(0)
    assert [event.reason for event in stage.told(AllocationVetoed)] == ["person"]


def test_a_match_does_not_count_itself_among_what_covers_its_need_and_one_act_has_one_name(
    stage: Scene, see: Open
) -> None:
    page = see("verifier", f"/matches/{large(stage)}")
    expect(page.locator("main")).not_to_contain_text("di antaranya", use_inner_text=True)
    expect(page.locator("main")).to_contain_text("dari 1.000", use_inner_text=True)
    page.locator("#veto_reason").fill("Atapnya sudah diperbaiki.")
    follow(page, page.get_by_role("button", name="Batalkan"))
    expect(page.get_by_text("Sudah dibatalkan.")).to_be_visible()
    expect(page.get_by_text("Dibatalkan petugas")).to_have_count(2)
    assert "veto" not in page.inner_text("main").lower()


def test_other_pledges_are_listed_with_what_their_donors_ask_for(stage: Scene, see: Open) -> None:
    path = f"/matches/{large(stage)}?lang=en"
    page = see("verifier", path)
    expect(page.get_by_role("cell", name="the pledge is open to all")).to_have_count(1)
    expect(page.get_by_text("These end first")).to_have_count(0)
    for _ in range(20):
        stage.pledge(9_000_000, max_decile=4)
    page.goto(page.url)
    expect(page.get_by_role("cell", name="the welfare decile")).to_have_count(19)
    expect(page.get_by_text("These end first, of 21.")).to_be_visible()
    assert_accessible(page)


def test_only_what_may_be_left_out_is_called_optional(stage: Scene, see: Open) -> None:
    page = see("approver", f"/matches/{large(stage)}?lang=en")
    expect(page.locator("label .optional")).to_have_count(1)
    expect(page.locator("label[for=approve_reason] .optional")).to_have_count(1)


def test_a_hold_is_ended_by_approving_and_its_hint_says_so(stage: Scene, see: Open) -> None:
    (rice,) = [row.id for row in stage.allocations() if row.quantity == 20]
    page = see("approver", f"/matches/{rice}?lang=en")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    page.locator("#hold_reason").fill("The stock is damp.")
    follow(page, page.get_by_role("button", name="Hold"))
    expect(page.get_by_text("It is on hold: no payment")).to_be_visible()
    expect(page.get_by_role("button", name="Hold")).to_have_count(0)
    expect(page.get_by_text("The hold ends, and it goes on.")).to_be_visible()
    follow(page, page.get_by_role("button", name="Approve"))
    expect(page.get_by_text("It is approved and goes on.")).to_be_visible()


def test_a_match_on_hold_that_waits_for_an_approval_fits_on_a_phone(stage: Scene, see: Open) -> None:
    page = see("verifier", f"/matches/{large(stage)}")
    page.locator("#hold_reason").fill("Atapnya dilihat lagi.")
    follow(page, page.get_by_role("button", name="Tahan"))
    page = see("approver", "/matches?status=held", width=390)
    expect(page.locator("tbody .tag")).to_have_count(2)
    assert_accessible(page)
    follow(page, "tbody a")
    assert_accessible(page)


def test_after_a_decision_the_officer_goes_on_to_the_next_match_that_waits(stage: Scene, see: Open) -> None:
    second = stage.need(stage.household(), 20_000_000, category="business_capital")
    stage.pledge(20_000_000, categories=["business_capital"])
    stage.settle()
    page = see("approver", "/matches?lang=en")
    expect(page.get_by_text("Waits for 2 approvals")).to_be_visible()
    page.goto(f"/matches/{large(stage)}")
    follow(page, page.get_by_role("button", name="Approve"))
    follow(page, page.get_by_role("button", name="Next match that waits for you"))
    expect(page.get_by_text("Another person must approve it too before it is paid.")).to_be_visible()
    follow(page, page.get_by_role("button", name="Approve"))
    expect(page.get_by_text("Your approval counts. Another person must approve it too")).to_be_visible()
    expect(page.get_by_text("Waits for 1 approval")).to_be_visible()
    # This officer can do nothing more for it, and the page says why.
    expect(page.get_by_text("You have approved it;")).to_be_visible()
    expect(page.get_by_role("button", name="Next match that waits for you")).to_have_count(0)
    assert stage.find_need(second).covered == 20_000_000


def test_needs_are_filtered_in_the_address_and_closed_with_a_reason(stage: Scene, see: Open) -> None:
    page = see("verifier", "/needs?lang=en")
    page.get_by_label("Category").select_option("education")
    follow(page, page.get_by_role("button", name="Show"))
    assert "category=education" in page.url
    expect(page.locator("tbody tr")).to_have_count(1)
    follow(page, page.locator("tbody a"))
    expect(page.get_by_text("No donor offers what this need asks for now.")).to_be_visible()
    page.get_by_label("Why the need is closed").fill("The school gave them.")
    follow(page, page.get_by_role("button", name="Close the need"))
    expect(page.get_by_role("button", name="Close the need")).to_have_count(0)


def test_the_tksk_hands_over_on_a_phone(stage: Scene, see: Open) -> None:
    page = see("tksk", "/deliveries?lang=en", width=390)
    assert_accessible(page)
    follow(page, page.get_by_role("link", name="20 kg rice"))
    expect(page.get_by_text("Warga Contoh")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Handed over", exact=True).check()
    follow(page, page.get_by_role("button", name="Record"))
    expect(page.get_by_text("It is recorded.")).to_be_visible()
    expect(page.get_by_text("Nothing is to be handed over now.")).to_be_visible()
    assert [event.quantity for event in stage.told(DeliveryConfirmed)] == [20]
    stage.check_books()


def test_a_failure_at_the_door_needs_a_reason(stage: Scene, see: Open) -> None:
    (rice,) = [row.id for row in stage.allocations() if row.quantity == 20]
    page = see("tksk", f"/deliveries/{rice}?lang=en", width=390)
    page.get_by_label("Not handed over").check()
    follow(page, page.get_by_role("button", name="Record"))
    expect(page.get_by_role("link", name="Why not? Fill this in.")).to_be_visible()
    page.get_by_role("textbox", name="Why not?").fill("Nobody at home.")
    follow(page, page.get_by_role("button", name="Record"))
    expect(page.get_by_text("It is recorded.")).to_be_visible()
    assert [event.quantity for event in stage.told(DeliveryFailed)] == [20]


def test_a_match_that_failed_after_a_part_of_it_was_handed_over_is_counted_and_listed(
    stage: Scene, see: Open, office: Office
) -> None:
    (rice,) = [row.id for row in stage.allocations() if row.quantity == 20]
    for quantity, outcome in ((8, "delivered"), (12, "failed")):
        said = {"quantity": quantity, "outcome": outcome, "client_id": outcome, "reason": "Nobody at home."}
        said |= {"allocation": str(rice), "handed_over_at": clock.now().isoformat()}
        assert office.post("/v1/deliveries", said, office.tksk).status_code == 201
    page = see("verifier", "/?lang=en")
    follow(page, page.get_by_role("link", name="Not handed over"))
    expect(page.locator("tbody tr")).to_have_count(1)
    assert page.locator("tbody a").get_attribute("href") == f"/matches/{rice}"


def test_who_may_not_decide_sees_no_form(stage: Scene, see: Open) -> None:
    page = see("tksk", "/", width=390)
    assert_accessible(page)
    assert page.goto(f"/matches/{large(stage)}").status == 403  # type: ignore[union-attr]


def test_reading_a_name_at_the_door_is_recorded(stage: Scene, see: Open, office: Office) -> None:
    (rice,) = [row for row in stage.allocations() if row.quantity == 20]
    see("tksk", f"/deliveries/{rice.id}", width=390)
    with stage.app.app_context():
        rows = db.session.execute(
            db.text("SELECT action, household_id FROM audit_entry ORDER BY seq DESC LIMIT 1")
        ).all()
    assert [tuple(row) for row in rows] == [("household.read", rice.household_id)]
