"""What the codes of programs are called on its pages, in the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _

from shared.web.formats import rupiah, whole
from shared.web.words import item_name

SCORE_PARTS: dict[str, LazyString] = {
    "roof": _("Roof"),
    "wall": _("Walls"),
    "floor": _("Floor"),
    "water": _("Water"),
    "sanitation": _("Sanitation"),
    "lighting": _("Lighting"),
    "dependants": _("Members for each earner"),
    "size": _("Size of the household"),
    "disability": _("A member with a disability"),
    "chronic_illness": _("A member with a chronic illness"),
    "elderly": _("An elderly member"),
    "female_head": _("Headed by a woman"),
    "child_under_5": _("A child under five"),
    "pregnant": _("A pregnant member"),
    "out_of_school": _("A child out of school"),
    "unemployed": _("A member without work"),
    "decile": _("Welfare decile"),
}

RELATIONS: dict[str, LazyString] = {
    "head": _("Head"),
    "spouse": _("Spouse"),
    "child": _("Child"),
    "parent": _("Parent"),
    "grandchild": _("Grandchild"),
    "sibling": _("Sibling"),
    "in_law": _("In-law"),
    "other": _("Other"),
}

SEXES: dict[str, LazyString] = {"male": _("Male"), "female": _("Female")}

NIK_WARNINGS: dict[str, LazyString] = {
    "nik_area_differs": _("The NIK was first registered in another area."),
    "nik_sex_differs": _("The NIK says another sex."),
    "nik_date_differs": _("The NIK says another birth date."),
}

DECISIONS: dict[str, LazyString] = {
    "verify": _("Verified"),
    "reject": _("Not eligible"),
    "graduate": _("Graduated"),
}

REJECT_REASONS: dict[str, LazyString] = {
    "not_poor": _("Not in extreme poverty"),
    "not_found": _("Not found"),
    "moved": _("Moved away"),
    "deceased": _("Deceased"),
    "duplicate": _("The same as another household"),
    "other": _("Another reason"),
}

HOLD_REASONS: dict[str, LazyString] = {
    "objection": _("The household or its TKSK objects"),
    "data_in_doubt": _("The data are in doubt"),
    "duplicate_suspected": _("Perhaps the same as another household"),
    "fraud_suspected": _("Perhaps a fraud"),
    "other": _("Another reason"),
}

QUESTIONS: dict[str, LazyString] = {
    "lives_here": _("Does the family live at this address?"),
    "people": _("How many people live here?"),
    "earners": _("How many of them earn money?"),
    "monthly_spending_idr": _("How much does the family spend in a month?"),
    "meals_a_day": _("How often does the family eat in a day?"),
    "house_condition": _("What state is the house in?"),
    "drinking_water": _("Where does the drinking water come from?"),
    "toilet": _("Which toilet does the family use?"),
    "lighting": _("What light does the house have?"),
    "aid_received": _("Which aid does the family get now?"),
    "note": _("What else should the officers know?"),
}

ANSWERS: dict[str, LazyString] = {
    "yes": _("Yes"),
    "no": _("No"),
    "one": _("Once"),
    "two": _("Twice"),
    "three": _("Three times"),
    "sound": _("Sound"),
    "damaged": _("Damaged"),
    "unsafe": _("Not safe to live in"),
    "piped": _("Piped"),
    "protected": _("A protected well or spring"),
    "unprotected": _("An unprotected well, spring or river"),
    "bought": _("Bought"),
    "own": _("Its own"),
    "shared": _("A shared one"),
    "none": _("None"),
    "own_meter": _("Electricity with its own meter"),
    "pkh": _("PKH"),
    "sembako": _("Sembako (BPNT)"),
    "blt_dana_desa": _("BLT Dana Desa"),
    "pbi_jkn": _("PBI-JKN"),
    "pip": _("PIP"),
    "other": _("Other"),
}

OUTCOMES: dict[str, LazyString] = {
    "created": _("New"),
    "updated": _("Updated"),
    "unchanged": _("Unchanged"),
    "duplicate": _("Double"),
    "invalid": _("Refused"),
}
OUTCOME_TONES = {"created": "good", "updated": "info", "duplicate": "wait", "invalid": "stop"}

IMPORT_STATES: dict[str, LazyString] = {
    "queued": _("Waiting"),
    "running": _("Being imported"),
    "finished": _("Finished"),
    "failed": _("Broken off"),
}
IMPORT_TONES = {"finished": "good", "failed": "stop"}

ROW_REASONS: dict[str, LazyString] = {
    "nik_malformed": _("The NIK has not 16 digits."),
    "nik_placeholder": _("The NIK is a placeholder."),
    "nik_was_a_number": _("A spreadsheet has spoilt the NIK. Keep it as text."),
    "nik_twice_in_file": _("The NIK stands in the file before."),
    "nik_in_other_household": _("The person is in another household of the registry."),
    "kk_malformed": _("The KK number has not 16 digits."),
    "kk_placeholder": _("The KK number is a placeholder."),
    "kk_was_a_number": _("A spreadsheet has spoilt the KK number. Keep it as text."),
    "kk_twice_in_file": _("The KK number stands in the file for another family."),
    "household_twice_in_file": _("The household stands in the file before."),
    "registered_meanwhile": _("Somebody registered it while the import ran."),
    "name_missing": _("The name is missing."),
    "name_unreadable": _("The name can't be read."),
    "relation_unknown": _("The relation is not known."),
    "sex_unknown": _("The sex is neither L nor P."),
    "birth_date_unreadable": _("The birth date can't be read."),
    "birth_date_impossible": _("The birth date is not possible."),
    "attribute_unknown": _("An attribute is not known."),
    "address_missing": _("The address is missing."),
    "address_unreadable": _("The address can't be read."),
    "village_unknown": _("The village code is not one of this regency."),
    "outside_your_area": _("The village is outside your area."),
    "wider_area_decides": _("An officer of the wider area must decide on this family."),
    "outside_not_checked": _("Nobody looked whether it is registered outside your area."),
    "decile_unknown": _("The decile is not a number from 1 to 10."),
    "decile_source_unknown": _("The source of the decile is not known."),
    "vintage_unreadable": _("The vintage of the decile is no year, nor an edition of one (2025, 2025-01)."),
    "housing_unreadable": _("A word about the dwelling can't be read."),
    "no_head": _("The family has no head in the file."),
    "several_heads": _("The family has several heads in the file."),
    "head_refused": _("The row of the head was not taken, so this one was not."),
    "internal": _("It could not be taken in, by a fault of the program."),
    "family_differs": _("KK number or village differ from those of the head."),
}

ACTIONS: dict[str, LazyString] = {
    "household.registered": _("Registered"),
    "household.read": _("Record read"),
    "household.double_refused": _("A double was refused"),
    "household.decided.verify": _("Verified"),
    "household.decided.reject": _("Decided: not eligible"),
    "household.decided.graduate": _("Graduated"),
    "household.held": _("Put on hold"),
    "household.released": _("Released"),
    "visit.assigned": _("Visit asked for"),
    "visit.completed": _("Visit made"),
    "import.started": _("Import started"),
    "import.outside_area": _("Import met a household outside its area"),
}

# Why a record was read. A line about something else says its own: the outcome of a visit, an import.
READINGS: dict[str, LazyString] = {
    "page": _("The household's page"),
    "api": _("Asked for by a program"),
    "visits_to_make": _("The list of visits to make"),
    "visit": _("A visit"),
    "deliveries_to_make": _("The list of deliveries to make"),
    "delivery": _("A delivery"),
}

# How a need stands: what is short is told apart by whether a pledge may reach its household now, and
# what is closed by whether it arrived.
NEED_STANDINGS: dict[str, LazyString] = {
    "open": _("Short"),
    "waiting": _("Waits for the household"),
    "covered": _("Covered"),
    "delivered": _("Delivered"),
    "closed": _("Closed"),
}
NEED_TONES = {"open": "info", "waiting": "wait", "covered": "good", "delivered": "good"}

ORDER_KEYS: dict[str, LazyString] = {
    "decile": _("Welfare decile: the lowest first"),
    "score": _("Vulnerability score: the highest first"),
    "urgency": _("Urgency: the most urgent first"),
    "waiting": _("Days since the need was recorded: the longest first"),
    "verified_at": _("Verification of the household: the earliest first"),
}

REROUTED_UNTIL: dict[str, LazyString] = {
    "reserved": _("the donor's side has reserved it"),
    "contributed": _("the donor has paid or handed over something of it"),
}

DISPLACED_UNTIL: dict[str, LazyString] = {
    "reserved": _("the donor's side has reserved it"),
    "told": _("its household was told of it"),
}

WHY_OPEN: dict[str, LazyString] = {
    "household_not_verified": _("The household is not verified now, so it gets nothing new."),
    "household_held": _("The household is on hold: it gets nothing new until an officer releases it."),
    "no_pledge": _("No donor offers what this need asks for now."),
    "no_rule_admits": _("Donors offer this, but for other households, places or kinds of need."),
    "refused": _("The pledges that fit it were refused for it, by an officer or by the donor's side."),
    "resting": _("There are pledges that fit it, but they have not begun yet, or are paused."),
    "household_limit": _(
        "Its household has as much as the policy lets one household have, or too little of that is left for this need."
    ),
    "too_little_free": _(
        "Something is left of pledges that fit it, but too little for this need, or its household may have no more of"
        " them; or it is about to be matched."
    ),
    "spent_on_higher_needs": _(
        "All of the pledges that fit it went to needs that stand higher in the order, or that were promised or paid it"
        " before."
    ),
}

CLOSINGS: dict[str, LazyString] = {
    "delivered": _("All of it arrived."),
    "closed_by_person": _("An officer or the TKSK closed it."),
    "moved_to_cash": _("A need in rupiah took its place."),
    "household_rejected": _("The household was found not eligible."),
}


def label(words: dict[str, LazyString], code: str) -> str:
    """Return what a code is called; the code itself where there is no word for it."""
    return str(words.get(code, code))


def choices(words: dict[str, LazyString], codes: Iterable[str] | None = None) -> list[tuple[str, str]]:
    """Return (code, word) of all codes, or of some."""
    return [(code, label(words, code)) for code in (words if codes is None else codes)]


def score_parts(parts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return what gave how many points of a vulnerability score, the most first."""
    largest_first = sorted(parts.items(), key=lambda part: (-part[1], part[0]))
    return [(label(SCORE_PARTS, part), whole(points)) for part, points in largest_first]


def rank_among(item: str | None) -> str:
    """Return among which needs one has its rank: those in the same item; where it is in rupiah, all in rupiah."""
    if item is None:
        return str(gettext("Rank among all open needs in rupiah, of every category"))
    return str(gettext("Rank among all open needs for %(item)s", item=item_name(item).lower()))


def need_tag(status: str, closed_reason: str | None, *, reached: bool = True) -> tuple[str, str]:
    """Return how a need stands, in a word, and its tone; `reached`: a pledge may reach its household now."""
    standing = "delivered" if closed_reason == "delivered" else status
    if standing == "open" and not reached:
        standing = "waiting"
    return label(NEED_STANDINGS, standing), NEED_TONES.get(standing, "plain")


def answer(code: str, said: Any) -> str:
    """Return in words what was answered to a question of a visit; the code of an amount ends in `_idr`."""
    return rupiah(said) if code.endswith("_idr") and isinstance(said, int) else say(said)


def say(answer: Any) -> str:
    """Return an answer in words, whatever was asked."""
    if isinstance(answer, bool):
        return label(ANSWERS, "yes" if answer else "no")
    if isinstance(answer, list):
        return ", ".join(say(one) for one in answer) or "–"
    if isinstance(answer, int):
        return whole(answer)
    return label(ANSWERS, answer) if isinstance(answer, str) else str(answer)
