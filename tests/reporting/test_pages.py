"""The public pages, in a real browser."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from services.reporting.dashboard.queries import days_in_short
from shared import clock
from shared.ids import new_id
from tests.browser import WIDTHS, assert_accessible, picture
from tests.reporting.story import MORNING, VILLAGE, Story, received, season
from tests.told_gaps import counted, lacking

PAGES = ("/", "/areas", "/areas/35.17.01", "/areas/35.17.01.2001", "/gaps", "/method", "/data", "/docs")

OpenPage = Callable[..., Page]
Fold = Callable[..., None]


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_everyone_can_read_the_public_pages(
    make_app: Callable[..., Flask], fold: Fold, browser_page: OpenPage, tmp_path: Path, path: str, width: int
) -> None:
    app = make_app("reporting", HELIX_SYNTHETIC="1")
    fold(app, season(seed=4, households=90))
    for dark in (False, True):
        page = browser_page(app, path, width=width, dark=dark)
        picture(page, tmp_path / f"{'dark' if dark else 'light'}.png")
        expect(page.locator(".problem")).to_have_count(0)
        assert_accessible(page)
        # A home page that nobody looks at any more would go on renewing itself.
        page.close()


@pytest.mark.browser
def test_the_home_page_renews_itself_without_being_loaded_again(
    reporting: Flask, fold: Fold, browser_page: OpenPage
) -> None:
    page = browser_page(reporting, "/")
    assert page.locator(".hero-figure").inner_text() == "–"
    story = Story()
    for _ in range(12):
        story.register(people=3)
    fold(reporting, story.events)
    expect(page.locator(".hero-figure")).to_have_text("36", timeout=20_000)
    assert page.locator(".as-of").get_attribute("data-position") == "1"
    assert "Perubahan ke" not in page.locator(".as-of").inner_text()


@pytest.mark.browser
def test_whoever_reads_a_table_is_not_disturbed(reporting: Flask, fold: Fold, browser_page: OpenPage) -> None:
    page = browser_page(reporting, "/")
    page.locator("details summary").first.click()
    story = Story()
    for _ in range(12):
        story.register(people=3)
    fold(reporting, story.events)
    page.wait_for_timeout(7_000)
    expect(page.locator("details[open]")).to_have_count(1)
    assert page.locator(".hero-figure").inner_text() == "–"


@pytest.mark.browser
def test_the_home_page_says_everything_without_any_script(
    reporting: Flask, fold: Fold, browser_page: OpenPage
) -> None:
    fold(reporting, season(seed=4, households=90))
    page = browser_page(reporting, "/?by=category&trend=rupiah&map=delivered", javascript=False)
    assert page.locator(".choices [aria-current]").all_inner_texts() == [
        "Keluarga terjangkau",
        "Rupiah",
        "Kebutuhan",
    ]
    expect(page.locator("svg.chart-drawing")).to_have_count(5)
    expect(page.locator(".tile-link")).to_have_count(21)


def test_a_page_that_has_not_changed_is_not_sent_again(reporting: Flask, fold: Fold) -> None:
    client = reporting.test_client()
    first = client.get("/live")
    again = client.get("/live", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    english = client.get("/live?lang=en", headers={"If-None-Match": first.headers["ETag"]})
    assert english.status_code == 200
    story = Story()
    story.register()
    fold(reporting, story.events)
    assert client.get("/live", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_small_number_is_on_no_page(reporting: Flask, fold: Fold) -> None:
    story = Story()
    for _ in range(7):
        story.verify(story.register(people=1))
    fold(reporting, story.events)
    for path in ("/", "/areas", "/areas/35.17.01", "/areas/35.17.01.2001"):
        text = reporting.test_client().get(path).text
        assert ">7<" not in text
        assert "∗" in text


def test_what_a_hidden_figure_is_stands_where_one_is_hidden_and_nowhere_else(
    reporting: Flask, fold: Fold
) -> None:
    story = Story()
    for _ in range(20):
        story.register(people=3)
    fold(reporting, story.events)
    client = reporting.test_client()
    for path in ("/", "/areas", "/areas/35.17.01.2001"):
        assert "Disembunyikan untuk" not in client.get(path).text, path
    for _ in range(4):
        story.verify(story.register(people=3))
    fold(reporting, story.events[20:])
    text = client.get("/").text
    signs = text.count("Disembunyikan untuk")
    # The funnel and the trend of the verified hide something; what is on the list by itself does not.
    assert 1 <= signs < 5
    for part in text.split("<article")[1:]:
        assert ("∗ Disembunyikan" in part) == ("∗" in part.replace("∗ Disembunyikan", "")), part[:200]


def test_days_and_percentages_are_written_one_way(reporting: Flask) -> None:
    client = reporting.test_client()
    for path in ("/", "/method"):
        text = client.get(path).text
        assert "26 Februari 2024" in text
        assert "2024-02-26" not in text
        assert "0 %" not in text
    assert "Maret 2025" in client.get("/").text


def test_who_was_removed_is_no_progress_on_the_home_page(reporting: Flask, fold: Fold) -> None:
    story = Story()
    households = [story.register(people=3) for _ in range(40)]
    for household in households[:20]:
        story.decide("rejected", household)
    fold(reporting, story.events)
    text = reporting.test_client().get("/").text
    assert "0,0% perjalanan" in text
    assert "60 jiwa dalam 20 keluarga dikeluarkan setelah kunjungan" in text
    for household in households[20:30]:
        story.decide("graduated", household)
    fold(reporting, story.events[60:])
    assert "50,0% perjalanan" in reporting.test_client().get("/").text


def test_villages_of_which_nothing_may_be_told_have_no_row_of_signs(reporting: Flask, fold: Fold) -> None:
    story = Story()
    for desa, households in ((VILLAGE, 30), ("35.17.01.2002", 5), ("35.17.01.2003", 6)):
        for _ in range(households):
            story.deliver(story.reserve(story.register(desa), new_id(), desa=desa), 100)
    for desa in (VILLAGE, "35.17.01.2002", "35.17.01.2003"):
        story.verify(story.register(desa), desa)
    fold(reporting, story.events)
    text = reporting.test_client().get("/areas/35.17.01").text
    table, _, below = text.partition("Semua angkanya disembunyikan:")
    assert f'href="/areas/{VILLAGE}"' in table
    assert "/areas/35.17.01.2002" not in table
    assert "/areas/35.17.01.2002" in below


def test_an_area_that_is_none_is_a_page_that_says_so(reporting: Flask) -> None:
    answer = reporting.test_client().get("/areas/99.99", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_the_readable_api_names_every_call_and_who_may_make_it(reporting: Flask) -> None:
    text = reporting.test_client().get("/docs").text
    document: Any = reporting.test_client().get("/openapi.json").json
    assert all(path.replace("<", "&lt;") in text for path in document["paths"])
    assert "Siapa pun" in text
    assert "problem+json" in reporting.test_client().get("/openapi.json").text


def test_a_wait_of_no_whole_day_is_less_than_a_day(reporting: Flask, fold: Fold) -> None:
    story = Story(at=clock.now())
    for _ in range(12):
        story.verify(story.register(people=3))
    fold(reporting, story.events)
    client = reporting.test_client()
    for language, less in (("id", "kurang dari sehari"), ("en", "less than a day")):
        assert client.get(f"/areas?lang={language}").text.count(less) == 2
    with clock.shifted(timedelta(days=5)):
        assert client.get("/areas?lang=en").text.count("at most 5 days") == 2
    assert days_in_short(0) == "<1"


def test_what_a_sign_of_the_trend_means_stands_with_the_table_that_has_it(
    reporting: Flask, fold: Fold
) -> None:
    for day, households in ((0, 4), (1, 12)):
        story = Story(at=MORNING + timedelta(days=day))
        for _ in range(households):
            story.verify(story.register(people=3))
        fold(reporting, story.events)
    trend = reporting.test_client().get("/").text.split('id="trend"')[1].split("</article>")[0]
    drawn, table = trend.split("<details")
    assert "∗" not in drawn
    assert "∗</td>" in table
    assert "∗ Disembunyikan" in table.split("</details>")[0]


def test_everyone_sees_what_the_next_gift_would_cover_first_what_nothing_reaches(
    reporting: Flask, fold: Fold
) -> None:
    client = reporting.test_client()
    assert "Belum ada kebutuhan tercatat" in client.get("/gaps").text
    kits = {"category": "education", "item": "school_kit", "unit": "kit", "price_idr": 350_000}
    chairs = {"category": "disability_aid", "item": "wheelchair", "unit": "piece", "price_idr": 1_800_000}
    story = Story()
    story.tell(counted(lacking(unreached=0), lacking("35.17.02", unreached=0)))
    story.tell(counted(lacking(open=40, unreached=1), lacking("35.17.01", open=40, unreached=1), **kits))
    story.tell(counted(lacking(needs=None), **chairs))
    fold(reporting, story.events)
    for path in ("/", "/gaps"):
        table = client.get(f"{path}?lang=en").text.split(
            "What the next rupiah, kilogram or seat would cover"
        )[-1]
        rows = table.split("<tbody")[1].split("</tbody>")[0].split("<tr")[1:]
        assert ["School kit" in row for row in rows] == [True, False], path
        assert "1 kit<" in rows[0]
        assert "nothing" in rows[1]
        assert "Wheelchair" in table.split("Also short, each of fewer than 10 needs:")[1]
        assert "Data as of 2 November 2026" in table
    assert "Rp6" not in client.get("/gaps?lang=en&category=education").text
    here = client.get("/gaps?lang=en&area=35.17.02").text
    assert "Rp6,000,000" in here
    assert "School kit" not in here
    assert '/board">Pledge for what is short</a>' in here
    assert 'href="/gaps?area=35.17.02"' in client.get("/areas/35.17.02").text


def test_what_is_short_is_as_the_last_word_says_it(reporting: Flask, fold: Fold) -> None:
    first = counted()
    for place, told in ((5, counted(lacking(open=70), gap=first.gap)), (4, first)):
        fold(reporting, [replace(received(told, MORNING), offset=place)])
        answer: Any = reporting.test_client().get("/v1/gaps").json
        assert [gap["open"] for gap in answer["data"]] == [70]
