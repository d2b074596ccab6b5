"""The public pages: how far 0 % is, for everyone, without signing in."""

from pathlib import Path
from typing import Any, cast

from flask import Blueprint, Flask, current_app, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import LazyString, lazy_gettext

from services.reporting.dashboard.queries import (
    count_or_hidden,
    days_at_most,
    days_in_short,
    draw_funding,
    draw_funnel,
    draw_map,
    draw_progress,
    draw_trend,
    percent_or_hidden,
    published_period,
    rupiah_or_hidden,
    tells_anything,
)
from services.reporting.database import db
from services.reporting.gaps.queries import find_board
from services.reporting.indicators.domain import OFFICIAL, REGISTRY
from services.reporting.indicators.queries import definitions, list_indicators, official_values
from services.reporting.progress.queries import SUBDISTRICTS, describe_area, find_standing, summarise
from services.reporting.projections.queries import current_tag
from services.reporting.trend.domain import MEASURES
from shared import areas
from shared.auth import access
from shared.disclosure import SMALLEST_SHOWN
from shared.errors import NotFound
from shared.http.versions import revalidated
from shared.settings import Settings
from shared.vocabulary import NEED_CATEGORIES
from shared.web import Link, add_assets
from shared.web.forms import Form
from shared.web.language import current_language

pages = Blueprint("dashboard", __name__, template_folder="templates")
pages.add_app_template_global(count_or_hidden)
pages.add_app_template_global(percent_or_hidden)
pages.add_app_template_global(rupiah_or_hidden)
pages.add_app_template_filter(published_period)
pages.add_app_template_filter(days_at_most)
pages.add_app_template_filter(days_in_short)

NAVIGATION = (
    Link(lazy_gettext("How far 0% is"), "dashboard.show_home"),
    Link(lazy_gettext("Areas"), "dashboard.show_area"),
    Link(lazy_gettext("What is short"), "dashboard.show_gaps"),
    Link(lazy_gettext("Definitions"), "dashboard.show_method"),
    Link(lazy_gettext("Data"), "dashboard.show_data"),
)

MAPS: dict[str, LazyString] = {
    "people": lazy_gettext("People on the list"),
    "verified": lazy_gettext("Households verified"),
    "delivered": lazy_gettext("Households reached"),
}
GROUPINGS: dict[str, tuple[LazyString, str]] = {
    "fund": (lazy_gettext("Source"), "fund"),
    "strategy": (lazy_gettext("Strategy"), "strategy"),
    "stakeholder_kind": (lazy_gettext("Giver"), "stakeholder_kind"),
    "category": (lazy_gettext("Need"), "need_category"),
}
# What is drawn together is of one unit, and leaves out what came in at once with an import of the registry
# or with a large pledge: on that scale everything after it would be a flat line.
TRENDS: dict[str, tuple[LazyString, dict[str, LazyString]]] = {
    "households": (
        lazy_gettext("Households"),
        {
            "verified": lazy_gettext("Verified"),
            "reached": lazy_gettext("Reached"),
            "graduated": lazy_gettext("Graduated"),
            "removed": lazy_gettext("Removed"),
        },
    ),
    "rupiah": (
        lazy_gettext("Rupiah"),
        {
            "contributed": lazy_gettext("Paid"),
            "delivered": lazy_gettext("Delivered"),
        },
    ),
}
# The words of the published figures: the file has them in English, the pages say them in both languages.
PUBLISHED_WORDS = (
    lazy_gettext("IDR per person per day"),
    lazy_gettext("IDR per person per month"),
    lazy_gettext("people"),
    lazy_gettext("percent"),
    lazy_gettext("annual plan"),
    lazy_gettext("as stated at the coordination meeting"),
    lazy_gettext("by-name list of the regent's decree"),
    lazy_gettext("coordinating ministry"),
    lazy_gettext("estimate of the coordinating ministry"),
    lazy_gettext("desakita.co report of the meeting of 12 Feb 2024"),
    lazy_gettext("desakita.co; press (2023)"),
    lazy_gettext("press"),
    lazy_gettext("press (2024)"),
    lazy_gettext("press (19 Mar 2024)"),
    lazy_gettext("press (8 Oct 2024)"),
    lazy_gettext("press (19 Mar 2024; 8 Oct 2024)"),
    lazy_gettext("press (15 Oct 2025)"),
    lazy_gettext("press quoting BPS (9 Dec 2019)"),
    lazy_gettext("press quoting Bappeda (14 Jun 2023)"),
)

_GAPS_SHOWN = 5
_OFFICIAL_BESIDE = ("extreme_poverty_headcount", "extreme_poverty_rate", "poverty_headcount_rate")


@pages.record_once
def _serve_files(state: BlueprintSetupState) -> None:
    add_assets(cast(Flask, state.app), Path(__file__).parent / "static")


def _tag() -> str:
    return f"{current_tag()}-{current_language()}"


def _settings() -> Settings:
    settings: Settings = current_app.config["HELIX"]
    return settings


def _chosen(name: str, choices: dict[str, Any]) -> str:
    """Return what the address chooses of a filter; the first choice where it says nothing we know."""
    wish = request.args.get(name, "")
    return wish if wish in choices else next(iter(choices))


@pages.get("/")
@access.everyone
@revalidated(_tag)
def show_home() -> str:
    """Show how far 0 % is."""
    return render_template("dashboard/home.html", **_home())


@pages.get("/live")
@access.everyone
@revalidated(_tag)
def show_live() -> str:
    """Show the changing part of the home page, for the page itself to ask for."""
    return render_template("dashboard/live.html", **_home())


def _home() -> dict[str, Any]:
    code = _settings().regency
    standing = find_standing(db.session, code, SUBDISTRICTS)
    area = summarise(standing, code, synthetic=_settings().synthetic)
    by, unit, figure = _chosen("by", GROUPINGS), _chosen("trend", TRENDS), _chosen("map", MAPS)
    board = find_board(db.session)
    chosen: dict[str, Any] = {"by": by, "trend": unit, "map": figure}
    return {
        "area": area,
        # The page renews its figures and their instant; the foot of the layout would keep an old one.
        "as_of": None,
        "chosen": chosen,
        "live_url": url_for(".show_live", **chosen),
        "choices_of": {
            "by": {key: name for key, (name, _) in GROUPINGS.items()},
            "trend": {key: name for key, (name, _) in TRENDS.items()},
            "map": MAPS,
        },
        "progress": draw_progress(area["progress"], area["headline"]["people"]),
        "tiles": draw_map(
            standing.shown, figure, str(MAPS[figure]), lambda tile: url_for(".show_area", code=tile)
        ),
        "funnel": draw_funnel(area["funnel"]),
        "funding": draw_funding(db.session, by, GROUPINGS[by][1]),
        "trend": draw_trend(db.session, TRENDS[unit][1]),
        "official": [(definitions()[name], official_values()[name]) for name in _OFFICIAL_BESIDE],
        "gaps": board.narrow(area=code)[:_GAPS_SHOWN],
        "counted_at": board.as_of,
        "defined": definitions(),
    }


@pages.get("/areas")
@pages.get("/areas/<code>")
@access.everyone
@revalidated(_tag)
def show_area(code: str | None = None) -> str:
    """Show an area and what lies inside it; the regency where none is named."""
    if code is not None and not areas.exists(code):
        raise NotFound("area")
    return _show_area(code or _settings().regency)


def _show_area(code: str) -> str:
    settings = _settings()
    standing = find_standing(db.session, settings.regency)
    area = describe_area(db.session, standing, code, synthetic=settings.synthetic)
    around = [
        outer for outer in (settings.regency, code[:8]) if outer != code and areas.contains(outer, code)
    ]
    return render_template(
        "dashboard/area.html",
        area=area,
        trail=[(areas.name_of(outer), url_for(".show_area", code=outer)) for outer in around]
        + [(area["name"], "")],
        kind=_kind(code),
        told=[child for child in area["children"] if tells_anything(child)],
        hidden=[child for child in area["children"] if not tells_anything(child)],
        funnel=draw_funnel(area["funnel"]),
        as_of=area["as_of"],
        defined=definitions(),
    )


def _kind(code: str) -> str:
    village = areas.villages().get(code)
    if village is not None:
        return village.kind
    return "kecamatan" if code in areas.subdistricts() else "kabupaten"


@pages.get("/gaps")
@access.everyone
@revalidated(_tag)
def show_gaps() -> str:
    """Show what the next gift would cover: in the regency, and in a sub-district with many needs."""
    code, form = _settings().regency, Form.asked()
    area = form.choice("area", areas.subdistricts(), required=False)
    category = form.choice("category", NEED_CATEGORIES, required=False)
    board = find_board(db.session)
    gaps = board.narrow(area=area, category=category)
    return render_template(
        "dashboard/gaps.html",
        form=form,
        places=[(place.code, place.name) for place in areas.subdistricts().values()],
        narrowed=area is not None,
        in_the_regency=[gap for gap in gaps if gap.area == code],
        by_subdistrict=[gap for gap in gaps if gap.area != code],
        board_url=f"{_settings().donations_url}/board",
        as_of=board.as_of,
    )


@pages.get("/method")
@access.everyone
@revalidated(_tag)
def show_method() -> str:
    """Show what each figure means, where it is from, and what it can't say."""
    found = list_indicators(db.session, _settings().regency)
    return render_template(
        "dashboard/method.html",
        own=[indicator for indicator in found if indicator["kind"] == REGISTRY],
        official=[indicator for indicator in found if indicator["kind"] == OFFICIAL],
        smallest=SMALLEST_SHOWN,
    )


@pages.get("/data")
@access.everyone
@revalidated(_tag)
def show_data() -> str:
    """Show where the figures can be had for programs."""
    return render_template("dashboard/data.html", groupings=GROUPINGS, measures=MEASURES)
