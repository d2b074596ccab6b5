"""What a chart says, to the eye and to the ear."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

import shared.web
from shared.web import charts, formats
from shared.web.charts.drawing import COLOURS, WIDTH, axis_top
from shared.web.charts.tile_map import quintiles
from tests.shared.web.gallery import make_charts, make_gallery

SVG = "{http://www.w3.org/2000/svg}"
STATIC = Path(shared.web.__file__).parent / "static"


@pytest.fixture(autouse=True)
def request_in_indonesian() -> Iterator[None]:
    """Be in a request of somebody who chose no language."""
    with make_gallery().test_request_context("/"):
        yield


def drawn(chart: charts.Chart) -> ElementTree.Element:
    """Return the drawing as a tree, which only well-formed SVG has."""
    return ElementTree.fromstring(str(chart.svg))  # noqa: S314 - our own drawing


def test_every_chart_is_named_described_and_has_its_table() -> None:
    for chart in make_charts():
        picture = drawn(chart)
        ids = {element.get("id") for element in picture.iter() if element.get("id")}
        assert picture.get("role") in {"img", "group"}
        assert {picture.get("aria-labelledby"), picture.get("aria-describedby")} <= ids
        assert chart.rows
        assert {len(row) for row in chart.rows} == {len(chart.columns)}


def test_no_chart_needs_a_style_that_the_policy_refuses() -> None:
    for chart in make_charts():
        assert not any(element.get("style") for element in drawn(chart).iter())


def test_what_is_written_in_a_chart_cannot_become_markup() -> None:
    chart = charts.funnel("<b>", [charts.Stage("<script>", 5)], formats.count, column="x")
    assert "<script>" not in str(chart.svg)
    assert drawn(chart).find(f"{SVG}title") is not None


def test_the_map_has_every_subdistrict_on_a_place_of_its_own() -> None:
    tiles = charts.subdistrict_tiles({})
    assert len(tiles) == 21
    assert not any((a.row, a.column) == (b.row, b.column) for a, b in combinations(tiles, 2))


def test_a_tile_leads_to_its_area_and_a_small_number_is_not_on_the_map() -> None:
    tiles = charts.subdistrict_tiles({"35.17.01": None, "35.17.02": 250}, lambda code: f"/areas/{code}")
    chart = charts.tile_map("Peta", tiles, formats.count, column="Keluarga")
    links = {link.get("href"): "".join(link.itertext()) for link in drawn(chart).iter(f"{SVG}a")}
    assert len(links) == 21
    assert "<10" in links["/areas/35.17.01"]
    assert "250" in links["/areas/35.17.02"]
    assert chart.rows[0] == ("Gudo", "250")
    assert chart.rows[-1] == ("Perak", "<10")


def test_classes_hold_about_equal_numbers_of_areas_and_none_is_empty() -> None:
    assert quintiles(range(1, 101)) == (21, 41, 61, 81)
    assert quintiles([5, 5, 5]) == ()
    assert quintiles([]) == ()


def test_the_stages_of_funding_are_never_added_up() -> None:
    group = charts.Group("CSR", (1000, 700, 400, 100))
    chart = charts.grouped_bars("Dana", ("a", "b", "c", "d"), [group], formats.rupiah)
    assert "2.200" not in str(chart.svg)
    assert chart.rows == (("CSR", "Rp1.000", "Rp700", "Rp400", "Rp100"),)


def test_the_share_that_gets_on_is_told_only_where_both_counts_are() -> None:
    stages = [charts.Stage("a", 200), charts.Stage("b", 50), charts.Stage("c", None), charts.Stage("d", 20)]
    assert [row[2] for row in charts.funnel("Corong", stages, formats.count, column="n").rows] == [
        "",
        "25%",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("largest", "top"), [(7408, 8000), (10, 10), (0.5, 0.5), (0, 1), (101, 125), (99, 100)]
)
def test_an_axis_ends_on_a_round_number_above_all_values(largest: float, top: float) -> None:
    assert axis_top(largest)[0] == pytest.approx(top)


def bars(chart: charts.Chart) -> list[str]:
    """Return what the rectangles of a drawing are filled with, from top to bottom."""
    return [str(shape.get("fill")) for shape in drawn(chart).iter(f"{SVG}rect")]


def test_a_stage_with_nobody_has_no_bar_and_a_hidden_one_is_hatched() -> None:
    stages = [charts.Stage("a", 200), charts.Stage("b", 0), charts.Stage("c", None)]
    chart = charts.funnel("Corong", stages, formats.count, column="n")
    assert bars(chart) == [COLOURS["chart-1"], COLOURS["surface"], "url(#hatch-funnel)"]
    assert [row[1] for row in chart.rows] == ["200", "0", "<10"]
    widths = [float(shape.get("width") or 0) for shape in drawn(chart).iter(f"{SVG}rect")]
    # Nobody may take a hidden count for a large one.
    assert max(widths[1:]) < widths[0] / 10


def test_nothing_pledged_has_no_bar() -> None:
    chart = charts.grouped_bars("Dana", ("a", "b"), [charts.Group("CSR", (1000, 0))], formats.rupiah)
    assert len(bars(chart)) == 2 + 1


def way(done: int | None, left: int | None, apart: int | None) -> charts.Way:
    """Return a way to 0."""
    return charts.Way(
        done=charts.Part("Graduasi", done),
        left=charts.Part("Dalam daftar", left),
        apart=charts.Part("Dikeluarkan", apart),
        target="Target 0",
    )


def test_what_is_neither_done_nor_left_is_no_part_of_the_way() -> None:
    chart = charts.progress_to_target("Menuju 0", way(25, 75, 400), formats.count)
    assert "25,0% perjalanan" in str(chart.svg)
    assert chart.rows[:3] == (("Graduasi", "25"), ("Dalam daftar", "75"), ("Dikeluarkan", "400"))
    widths = [float(str(shape.get("width"))) for shape in drawn(chart).iter(f"{SVG}rect")]
    assert widths == [WIDTH / 4, WIDTH / 16, WIDTH, WIDTH]


def test_so_few_removed_that_a_bar_would_be_a_speck_are_written_without_one() -> None:
    chart = charts.progress_to_target("Menuju 0", way(0, 4000, 15), formats.count)
    assert "Dikeluarkan: 15" in "".join(drawn(chart).itertext())
    assert bars(chart) == [COLOURS["class-1"]]


@pytest.mark.parametrize(("done", "left"), [(None, 75), (25, None)])
def test_how_much_of_the_way_is_done_is_not_told_where_it_would_tell_a_small_number(
    done: int | None, left: int | None
) -> None:
    chart = charts.progress_to_target("Menuju 0", way(done, left, 0), formats.count)
    assert "<10 perjalanan" in "".join(drawn(chart).itertext())
    assert "%" not in "".join(drawn(chart).itertext())


def test_nothing_of_the_way_done_has_no_bar() -> None:
    assert bars(charts.progress_to_target("Menuju 0", way(0, 75, 0), formats.count)) == [COLOURS["class-1"]]


DAYS = (date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 4))


def courses(*several: charts.Course) -> charts.Chart:
    """Return the drawing of some courses over three days."""
    return charts.courses("Gerak", DAYS, several, formats.count)


def test_a_value_holds_until_the_next_and_is_not_drawn_where_it_is_hidden() -> None:
    chart = courses(charts.Course("a", (0, 50, 100)), charts.Course("b", (0, None, 20)))
    steady, broken = (str(path.get("d")) for path in drawn(chart).iter(f"{SVG}path"))
    assert re.sub(r"[\d. ]+", "", steady) == "MHVHV"
    assert re.sub(r"[\d. ]+", "", broken) == "MHM"
    assert chart.rows[1] == ("2 Nov 2026", "50", "<10")


def test_lines_on_one_scale_are_as_high_as_their_values() -> None:
    chart = courses(charts.Course("a", (0, 0, 200)), charts.Course("b", (0, 0, 100)))
    places = sorted(float(str(dot.get("cy"))) for dot in drawn(chart).iter(f"{SVG}circle"))
    base = max(float(str(one.get("y1"))) for one in drawn(chart).iter(f"{SVG}line"))
    assert base - places[0] == pytest.approx(2 * (base - places[1]), abs=0.1)


def test_the_names_at_the_ends_of_lines_do_not_cover_each_other() -> None:
    chart = courses(
        *(charts.Course(name, (0, 0, value)) for name, value in zip("abcd", (0, 0, 1, 500), strict=True))
    )
    heights = sorted(
        float(str(words.get("y"))) for words in drawn(chart).iter(f"{SVG}text") if words.text in set("abcd")
    )
    assert all(below - above >= 30 for above, below in zip(heights, heights[1:], strict=False))


@pytest.mark.parametrize("values", [(500, 500, 500, 500), (500, 0, 0, 0), (500, 499, 250, 0)])
def test_no_name_at_the_end_of_a_line_reaches_out_of_the_drawing(values: tuple[int, ...]) -> None:
    picture = drawn(
        courses(*(charts.Course(name, (0, 0, value)) for name, value in zip("abcd", values, strict=True)))
    )
    height = float(str(picture.get("viewBox")).split()[-1])
    for words in picture.iter(f"{SVG}text"):
        baseline, size = float(str(words.get("y"))), float(str(words.get("font-size")))
        assert size <= baseline <= height - size / 4, words.text


def test_courses_without_a_moment_are_refused() -> None:
    with pytest.raises(ValueError, match="moment"):
        charts.courses("Kosong", [], [charts.Course("a", ())], formats.whole)


def palettes() -> tuple[dict[str, str], dict[str, str]]:
    """Return the light and the dark colours of the style sheet."""
    sheet = (STATIC / "helix.css").read_text()
    light, _, rest = sheet.partition("@media only screen")
    found = [
        dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", part)) for part in (light, rest.split("/* ---")[0])
    ]
    return found[0], found[0] | found[1]


def test_the_pdf_has_the_colours_of_the_page() -> None:
    light, _ = palettes()
    assert {name: light[name] for name in COLOURS} == COLOURS


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground(dark: bool) -> None:
    colours = palettes()[dark]
    pairs = [
        ("ink", "ground"),
        ("quiet", "ground"),
        ("quiet", "sunken"),
        ("quiet", "surface"),
        ("brand", "surface"),
    ]
    pairs += [("masthead-ink", "masthead"), ("masthead-quiet", "masthead")]
    pairs += [(tone, f"{tone}-ground") for tone in ("good", "wait", "stop", "info", "plain")]
    pairs += [("on-low", f"class-{n}") for n in (1, 2, 3)] + [("on-high", f"class-{n}") for n in (4, 5)]
    weak = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: value for pair, value in weak.items() if value < 4.5} == {}


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours as WCAG 2 defines it."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
