"""What surrounds every page: language, navigation, headers, forms, problems and files."""

import re
from pathlib import Path

import pytest

from shared.auth.principal import Principal
from shared.errors import Sentence
from shared.web import render_problem
from shared.web.assets import add_assets
from tests.shared.web.gallery import OFFICER, make_gallery

PERSON = {"Accept": "text/html"}


def test_a_page_is_indonesian_first() -> None:
    page = make_gallery().test_client().get("/pledges").text
    assert '<html lang="id">' in page
    assert "Langsung ke isi" in page


def test_the_language_of_a_switch_is_remembered() -> None:
    browser = make_gallery().test_client()
    switched = browser.get("/pledges?lang=en")
    assert '<html lang="en">' in switched.text
    # Nobody may keep it, with its cookie, for another reader.
    assert switched.headers["Cache-Control"] == "no-store"
    assert "Cookie" in switched.headers["Vary"]
    assert "Skip to the content" in browser.get("/pledges").text


def test_a_language_that_does_not_exist_changes_nothing() -> None:
    browser = make_gallery().test_client()
    answer = browser.get("/pledges?lang=xx")
    assert '<html lang="id">' in answer.text
    assert "Set-Cookie" not in answer.headers or "helix_language" not in answer.headers["Set-Cookie"]


def test_the_switch_keeps_the_filters() -> None:
    page = make_gallery().test_client().get("/?area=35.17.01&area=35.17.02&q=a%26b").text
    assert 'href="/?area=35.17.01&amp;area=35.17.02&amp;q=a%26b&amp;lang=en"' in page


def test_a_link_is_shown_only_to_the_roles_it_is_for() -> None:
    admin = Principal(id="2", roles=frozenset({"admin"}))
    assert ">Kunci<" in make_gallery(principal=admin).test_client().get("/pledges").text
    assert ">Kunci<" not in make_gallery(principal=OFFICER).test_client().get("/pledges").text


def test_the_public_sees_where_to_sign_in_and_gets_no_cookie() -> None:
    answer = make_gallery(principal=None).test_client().get("/pledges")
    assert 'href="/sign-in"' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_page_of_synthetic_data_says_so_and_another_does_not() -> None:
    assert "Data sintetis." in make_gallery(synthetic=True).test_client().get("/pledges").text
    assert "Data sintetis." not in make_gallery(synthetic=False).test_client().get("/pledges").text


def test_a_page_with_figures_says_what_they_are_as_of() -> None:
    assert "Data per 21 November 2026, 22.15 WIB" in make_gallery().test_client().get("/").text


def test_no_page_may_load_or_run_anything_from_elsewhere() -> None:
    answer = make_gallery().test_client().get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", answer.text)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Cookie" in answer.headers["Vary"]


def test_a_public_address_is_kept_to_https_and_one_machine_is_not() -> None:
    header = "Strict-Transport-Security"
    assert header in make_gallery(local=False).test_client().get("/pledges").headers
    assert header not in make_gallery(local=True).test_client().get("/pledges").headers


def test_refuses_a_form_that_is_not_ours() -> None:
    answer = make_gallery().test_client().post("/form", data={"quantity": "1"}, headers=PERSON)
    assert answer.status_code == 400
    assert "Formulir ini sudah kedaluwarsa." in answer.text


def test_takes_a_form_that_is_ours() -> None:
    browser = make_gallery().test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/form").text)
    assert token is not None
    answer = browser.post("/form", data={"csrf_token": token[1], "quantity": "x", "submission": "7"})
    assert answer.status_code == 422
    assert 'name="submission" value="7"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_the_api_needs_no_form() -> None:
    assert make_gallery().test_client().post("/v1/things").status_code == 200


@pytest.mark.parametrize(("path", "status", "heading"), [
    ("/nowhere", 404, "Halaman tidak ditemukan"),
    ("/broken", 500, "Terjadi kesalahan di pihak kami"),
])  # fmt: skip
def test_a_problem_is_a_page_for_a_person(path: str, status: int, heading: str) -> None:
    answer = make_gallery().test_client().get(path, headers=PERSON)
    assert answer.status_code == status
    assert f"<h1>{heading}</h1>" in answer.text
    assert "nobody should read this" not in answer.text


def test_a_file_is_kept_for_a_year_under_the_address_of_its_content() -> None:
    browser = make_gallery().test_client()
    address = re.search(r'href="(/static/pages\.css\?v=\w+)"', browser.get("/pledges").text)
    assert address is not None
    answer = browser.get(address[1], headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert browser.get("/static/pages.css").headers["Cache-Control"] == "no-cache"
    again = browser.get("/static/pages.css", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_all_that_a_first_visit_loads_is_small() -> None:
    browser = make_gallery().test_client()
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', browser.get("/charts").text))
    sizes = [len(browser.get(file, headers={"Accept-Encoding": "gzip"}).data) for file in files]
    assert len(files) >= 5
    assert sum(sizes) < 80_000


def test_a_file_that_does_not_exist_is_not_found() -> None:
    assert make_gallery().test_client().get("/static/nothing.css").status_code == 404


def test_a_feature_serves_files_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "visits.js").write_text("1")
    app = make_gallery()
    add_assets(app, tmp_path)
    assert app.test_client().get("/static/visits.js").text == "1"
    with pytest.raises(ValueError, match=r"visits\.js"):
        add_assets(app, tmp_path)


def test_behind_a_prefix_every_address_has_it() -> None:
    page = make_gallery().test_client().get("/pledges", base_url="http://localhost/donasi").text
    addresses = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
    assert [address for address in addresses if not address.startswith("/donasi/")] == ["/"]


def test_a_problem_may_speak_of_percent() -> None:
    app = make_gallery()
    with app.test_request_context("/"):
        answer = render_problem({"status": 409, "detail": Sentence("Only 5 % is left."), "request_id": "r-1"})
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "Only 5 % is left." in page
    assert "r-1" in page
