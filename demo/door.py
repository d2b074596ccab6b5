"""What a social worker finds at the door: the answers to the form, and what the household lacks."""

from random import Random
from typing import Any

from shared.catalogue import ITEMS, reference_price

_THOUSAND = 1_000

# For each attribute, what may be lacking, with how often it is.
_BY_ATTRIBUTE = {
    "elderly": (("food", 0.6), ("health_check", 0.4)),
    "disability": (("wheelchair", 0.35), ("health", 0.3)),
    "chronic_illness": (("health", 0.5), ("health_check", 0.4)),
    "child_under_5": (("nutrition_pack", 0.8),),
    "school_age": (("school_kit", 0.7), ("education", 0.3)),
    "pregnant": (("nutrition_pack", 0.9),),
    "female_head": (("business_capital", 0.4), ("food_parcel", 0.4)),
    "out_of_school": (("education", 0.6), ("training_seat", 0.3)),
    "unemployed": (("training_seat", 0.4), ("job_placement", 0.15), ("business_capital", 0.25)),
}
_ANYONE = (
    ("food_parcel", 0.3),
    ("housing_repair", 0.18),
    ("latrine_set", 0.15),
    ("solar_lamp", 0.1),
    ("legal_aid_hour", 0.08),
)

# Cash needs in thousands of rupiah: from, to, step.
_CASH = {
    "food": (600, 1_800, 100),
    "health": (300, 1_500, 100),
    "education": (400, 1_600, 100),
    "housing_repair": (4_000, 9_000, 500),
    "business_capital": (1_500, 4_500, 500),
}
_PIECES = {"food_parcel": (2, 4), "nutrition_pack": (2, 6), "legal_aid_hour": (2, 5), "health_check": (1, 3)}

_MOST = 3


def answer_form(random: Random, people: int) -> dict[str, Any]:
    """Return answers to the form of the visit, as an extremely poor household gives them."""
    earners = random.choices((0, 1, 2), (25, 60, 15))[0]
    return {
        "lives_here": True,
        "people": people,
        "earners": min(earners, people),
        "monthly_spending_idr": people * random.randrange(180, 360, 10) * _THOUSAND,
        "meals_a_day": random.choices(("one", "two", "three"), (8, 57, 35))[0],
        "house_condition": random.choices(("sound", "damaged", "unsafe"), (42, 43, 15))[0],
        "drinking_water": random.choice(("protected", "unprotected", "bought")),
        "toilet": random.choices(("own", "shared", "none"), (45, 30, 25))[0],
        "lighting": random.choices(("own_meter", "shared", "none"), (60, 35, 5))[0],
        "aid_received": random.choice((["none"], ["sembako"], ["pkh", "sembako"], ["blt_dana_desa"])),
    }


def find_needs(random: Random, attributes: list[str]) -> list[dict[str, Any]]:
    """Return one to three needs of a household with these attributes, each in its own market."""
    drawn = [
        what
        for attribute in attributes
        for what, chance in _BY_ATTRIBUTE.get(attribute, ())
        if random.random() < chance
    ]
    drawn += [what for what, chance in _ANYONE if random.random() < chance]
    chosen = list(dict.fromkeys(drawn))[:_MOST] or ["food"]
    return [_need(random, what) for what in chosen]


def _need(random: Random, what: str) -> dict[str, Any]:
    urgency = random.choices((2, 3, 4, 5), (20, 40, 28, 12))[0]
    if what in ITEMS:
        item = ITEMS[what]
        quantity = random.randint(*_PIECES.get(what, (1, 1)))
        return {
            "category": item.category,
            "item": what,
            "unit": item.unit,
            "quantity": quantity,
            "value_idr": quantity * reference_price(what),
            "urgency": urgency,
            "indivisible": False,
        }
    start, stop, step = _CASH[what]
    amount = random.randrange(start, stop + 1, step) * _THOUSAND
    return {
        "category": what,
        "unit": "IDR",
        "quantity": amount,
        "value_idr": amount,
        "urgency": urgency,
        # Half a roof keeps nobody dry.
        "indivisible": what == "housing_repair",
    }
