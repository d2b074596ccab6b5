"""What the codes of `shared.vocabulary` are called on a page, in the reader's language."""

from collections.abc import Iterable

from flask import Flask
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from shared import areas
from shared.catalogue import ITEMS
from shared.web.language import add_writers, current_language

WORDS: dict[str, dict[str, str | LazyString]] = {
    "stakeholder_kind": {
        "government": _("Government"),
        "private": _("Private sector"),
        "philanthropy": _("Philanthropy"),
        "university": _("University"),
        "media": _("Media"),
        "community": _("Community"),
    },
    "stakeholder_status": {
        "pending": _("Awaiting approval"),
        "approved": _("Approved"),
        "suspended": _("Suspended"),
    },
    "resource_kind": {"cash": _("Cash"), "goods": _("Goods"), "service": _("Service")},
    "fund": {
        "apbn": _("State budget (APBN)"),
        "apbd_provinsi": _("Provincial budget (APBD)"),
        "apbd_kabupaten": _("Regency budget (APBD)"),
        "dana_desa": _("Village fund"),
        "csr": _("Corporate giving (CSR)"),
        "zis": _("Zakat, infak, sedekah"),
        "community": _("Community gifts"),
    },
    "strategy": {
        "reduce_burden": _("Reduce the burden of spending"),
        "raise_income": _("Raise income"),
        "shrink_pockets": _("Shrink pockets of poverty"),
    },
    "need_category": {
        "food": _("Food"),
        "nutrition": _("Nutrition of small children"),
        "health": _("Health"),
        "education": _("Education"),
        "housing_repair": _("Housing repair"),
        "water_sanitation": _("Water and sanitation"),
        "electricity": _("Electricity"),
        "identity_papers": _("Identity papers"),
        "disability_aid": _("Disability aids"),
        "skills_training": _("Skills training"),
        "business_capital": _("Business capital"),
        "decent_work": _("Decent work"),
    },
    "attribute": {
        "elderly": _("An elderly member"),
        "disability": _("A member with a disability"),
        "chronic_illness": _("A member with a chronic illness"),
        "child_under_5": _("A child under five"),
        "school_age": _("A child of school age"),
        "pregnant": _("A pregnant member"),
        "female_head": _("Headed by a woman"),
        "out_of_school": _("A child out of school"),
        "unemployed": _("A member without work"),
    },
    "pledge_status": {
        "open": _("Open"),
        "exhausted": _("Fully matched"),
        "withdrawn": _("Withdrawn"),
        "expired": _("Expired"),
    },
    "household_status": {
        "registered": _("Registered"),
        "verified": _("Verified"),
        "rejected": _("Not eligible"),
        "lapsed": _("Verification lapsed"),
        "graduated": _("Graduated"),
    },
    "visit_outcome": {
        "found": _("Found at home"),
        "not_found": _("Not found"),
        "moved": _("Moved away"),
        "deceased": _("Deceased"),
    },
    "need_status": {"open": _("Short"), "covered": _("Covered"), "closed": _("Closed")},
    "allocation_status": {
        "proposed": _("Proposed"),
        "reserved": _("Reserved"),
        "refused": _("Refused"),
        "held": _("On hold"),
        "vetoed": _("Vetoed"),
        "contributed": _("Paid"),
        "delivered": _("Delivered"),
        "failed": _("Not handed over"),
        "released": _("Released"),
    },
    "delivery_outcome": {"delivered": _("Handed over"), "failed": _("Not handed over")},
    "decile_source": {"P3KE": "P3KE", "DTKS": "DTKS", "DTSEN": "DTSEN"},
    "role": {
        "donor": _("Donor"),
        "tksk": _("Social worker (TKSK)"),
        "verifier": _("Verifier"),
        "approver": _("Approver"),
        "planner": _("Planner"),
        "auditor": _("Auditor"),
        "admin": _("Administrator"),
    },
    "stage": {
        "registered": _("Registered"),
        "verified": _("Verified"),
        "matched": _("Matched"),
        "delivered": _("Delivered"),
        "graduated": _("Graduated"),
    },
    "funding_stage": {
        "pledged": _("Pledged"),
        "reserved": _("Reserved"),
        "contributed": _("Paid"),
        "delivered": _("Delivered"),
    },
    "unit": {
        "IDR": "rupiah",
        "kg": "kg",
        "parcel": _("parcels"),
        "pack": _("packs"),
        "kit": _("kits"),
        "piece": _("pieces"),
        "sheet": _("sheets"),
        "set": _("sets"),
        "seat": _("seats"),
        "visit": _("checks"),
        "hour": _("hours"),
        "place": _("placements"),
    },
}

# Which tone a status has. A status without one is plain: a fact, neither good nor bad.
TONES = {
    "good": {"approved", "verified", "graduated", "covered", "delivered", "contributed", "found"},
    "wait": {"pending", "proposed", "reserved", "lapsed", "held"},
    "stop": {"suspended", "rejected", "refused", "vetoed", "failed", "not_found"},
    "info": {"open"},
}


def word(code: str | None, vocabulary: str) -> str:
    """Return what a code is called; the code itself where the list has no word for it."""
    if code is None:
        return "–"
    return str(WORDS[vocabulary].get(code, code))


def options(vocabulary: str, codes: Iterable[str] | None = None) -> list[tuple[str, str]]:
    """Return (code, word) of a whole list, or of some of its codes, in the list's order."""
    wanted = set(WORDS[vocabulary] if codes is None else codes)
    return [(code, str(name)) for code, name in WORDS[vocabulary].items() if code in wanted]


def tone(code: str) -> str:
    """Return how a status is coloured: good, wait, stop, info or plain."""
    return next((name for name, codes in TONES.items() if code in codes), "plain")


def unit_name(unit: str) -> str:
    """Return what a unit is called behind a number."""
    return word(unit, "unit")


def item_name(item: str) -> str:
    """Return what a line of the catalogue is called."""
    entry = ITEMS.get(item)
    if entry is None:
        return item
    return entry.name_id if current_language() == "id" else entry.name_en


def area_name(code: str | None) -> str:
    """Return the name of an area; the code itself where it is none of ours."""
    if code is None:
        return "–"
    return areas.name_of(code) if areas.exists(code) else code


def add_words(app: Flask) -> None:
    """Let templates name codes."""
    add_writers(app, word=word, tone=tone, unit=unit_name, item=item_name, area=area_name)
    app.jinja_env.globals.update(options=options, words=WORDS)
