"""The board: what the next gift would cover, as programs told it."""

from itertools import permutations
from typing import Any

from flask import Flask

from services.donations.board.queries import find_board
from shared.gaps import Board
from shared.vocabulary import RUPIAH
from tests.donations.conftest import Programs
from tests.told_gaps import REGENCY, counted, lacking


def board(app: Flask) -> Board:
    with app.app_context():
        return find_board()


def gaps(app: Flask, query: str = "") -> list[dict[str, Any]]:
    answer = app.test_client().get(f"/v1/gaps{query}")
    assert answer.status_code == 200, answer.get_json()
    found: list[dict[str, Any]] = answer.get_json()["data"]
    return found


def test_what_nothing_pledged_reaches_stands_first_then_what_is_worth_most(
    app: Flask, programs: Programs
) -> None:
    kits = {"category": "education", "item": "school_kit", "unit": "kit", "price_idr": 350_000}
    chairs = {"category": "disability_aid", "item": "wheelchair", "unit": "piece", "price_idr": 1_800_000}
    programs.tell(
        counted(lacking(open=90_000_000, unreached=0), category="health"),
        counted(lacking(open=100, unreached=70), **kits),
        counted(lacking(open=20_000_000, unreached=2_000_000), lacking("35.17.02", unreached=1_000_000)),
        counted(lacking(needs=None), **chairs),
    )
    assert [(gap.area, gap.kind.category) for gap in board(app).gaps] == [
        # Rp24.5 million worth of kits, 2 and 1 million rupiah; then what a pledge could reach; then what is hidden.
        (REGENCY, "education"),
        (REGENCY, "food"),
        ("35.17.02", "food"),
        (REGENCY, "health"),
        (REGENCY, "disability_aid"),
    ]


def test_what_was_told_last_holds_in_whatever_order_it_comes(app: Flask, programs: Programs) -> None:
    for order in permutations(range(3)):
        first = counted(category="health")
        told = [first, counted(lacking(open=5), category="health", gap=first.gap)]
        told.append(counted(lacking(open=7), category="health", gap=first.gap))
        for place in order:
            programs.tell(told[place], offset=place)
        assert [gap.open for gap in board(app).gaps] == [7]
        programs.tell(counted(category="health", gap=first.gap, parts=[]), offset=3)
        assert board(app).gaps == []


def test_the_board_is_there_for_portals(app: Flask, programs: Programs) -> None:
    assert app.test_client().get("/v1/gaps").get_json()["as_of"] is None
    programs.tell(counted(), counted(lacking("35.17.02", open=9_000_000, unreached=None), category="health"))
    whole, here, other = gaps(app)
    assert (whole["area"], whole["category"], whole["market"], whole["item"]) == (
        REGENCY,
        "food",
        RUPIAH,
        None,
    )
    assert (whole["open"], whole["unreached"], whole["next"]) == (
        6_000_000,
        6_000_000,
        {"decile": 1, "urgency": 5},
    )
    assert (here["area_name"], here["suppressed"], other["suppressed"]) == ("Perak", False, True)
    assert gaps(app, "?area=35.17.01") == [here]
    assert gaps(app, "?category=health") == [other]
    assert gaps(app, "?area=35.17.03") == []
    assert app.test_client().get("/v1/gaps?area=35.17.01.2001").status_code == 422


def test_of_few_needs_the_page_shows_neither_number_nor_amount(app: Flask, programs: Programs) -> None:
    programs.tell(counted(lacking(needs=None)))
    page = app.test_client().get("/board?lang=en").get_data(as_text=True)
    assert "Short, each of fewer than 10 needs:" in page
    assert "<td" not in page


def test_an_empty_board_tells_nothing_recorded_from_all_covered(app: Flask, programs: Programs) -> None:
    client = app.test_client()
    paths = ("/", "/board", "/board?category=food", "/board?area=35.17.01")
    for path in paths:
        assert "Belum ada kebutuhan tercatat" in client.get(path).text, path
    programs.tell(counted(parts=[]))
    for path in paths:
        assert "Belum ada kebutuhan tercatat" not in client.get(path).text, path
    assert "Pilih kategori lain" in client.get("/board?category=food").text
    assert "Pilih kategori lain" not in client.get("/board").text


def test_the_page_says_what_is_out_of_reach_and_when_it_was_counted(app: Flask, programs: Programs) -> None:
    programs.tell(
        counted(lacking(unreached=4_000_000)),
        counted(lacking(unreached=0), category="health"),
        counted(lacking(unreached=None), category="nutrition"),
    )
    page = app.test_client().get("/board?lang=en").get_data(as_text=True)
    rows = page.split("<tbody")[1].split("</tbody>")[0].split("<tr")[1:]
    assert [word in row for row, word in zip(rows, ("Rp4,000,000", "nothing", "hidden"), strict=True)] == [
        True
    ] * 3
    assert "decile 1, urgency 5" in rows[0]
    assert "Data as of" in page
    # Nobody who can't pledge is led to it.
    assert "/pledge?" not in page
