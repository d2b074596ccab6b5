"""Who takes part: organisations of all six kinds, and what each of them pledges. None of them exists."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from shared import areas
from shared.catalogue import ITEMS


@dataclass(frozen=True, slots=True)
class Organisation:
    """A stakeholder: what it gives, from which fund, and how much of it at a time.

    `gives` is `cash` or an item of the catalogue; `lots` are the quantities it chooses from, in
    whole rupiah or in the item's unit.
    """

    name: str
    kind: str
    fund: str
    strategy: str
    gives: tuple[str, ...]
    lots: tuple[int, ...]
    categories: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    zakat: bool = False


_MILLION = 1_000_000

# The references of the pledges that the demonstration makes begin so.
PLAYED = "CONTOH-"

# The organisation whose portal key and donor account access.json hands out: people may sign in as it.
HOME = "Lembaga Filantropi Contoh"

CAST = (
    Organisation(
        HOME,
        "philanthropy",
        "zis",
        "reduce_burden",
        ("cash",),
        (12 * _MILLION, 18 * _MILLION),
        zakat=True,
    ),
    Organisation(
        "Dinas Sosial Contoh",
        "government",
        "apbd_kabupaten",
        "reduce_burden",
        ("cash",),
        (40 * _MILLION, 75 * _MILLION),
    ),
    Organisation(
        "Pemerintah Desa Contoh",
        "government",
        "dana_desa",
        "shrink_pockets",
        ("cash",),
        (30 * _MILLION, 60 * _MILLION),
        categories=("housing_repair", "water_sanitation", "electricity"),
    ),
    Organisation(
        "PT Contoh Sejahtera",
        "private",
        "csr",
        "raise_income",
        ("cash", "solar_lamp"),
        (25 * _MILLION, 50 * _MILLION),
        categories=("business_capital", "skills_training", "electricity"),
    ),
    Organisation(
        "Lembaga Amil Zakat Contoh",
        "philanthropy",
        "zis",
        "reduce_burden",
        ("cash",),
        (20 * _MILLION, 35 * _MILLION),
        categories=("food", "health", "education"),
        zakat=True,
    ),
    Organisation(
        "Universitas Contoh",
        "university",
        "community",
        "raise_income",
        ("training_seat", "health_check", "legal_aid_hour"),
        (15, 25, 40),
    ),
    Organisation(
        "Radio Contoh FM",
        "media",
        "community",
        "reduce_burden",
        ("cash", "school_kit"),
        (5 * _MILLION, 9 * _MILLION),
    ),
    Organisation(
        "Komunitas Perempuan Contoh",
        "community",
        "community",
        "reduce_burden",
        ("food_parcel", "nutrition_pack"),
        (40, 80),
        attributes=("elderly", "child_under_5", "female_head", "pregnant"),
    ),
)


def make_pledge(organisation: Organisation, random: Random, *, number: int, today: date) -> dict[str, Any]:
    """Return a pledge that the organisation would make, as its portal posts it."""
    gift = random.choice(organisation.gives)
    return {
        "resource": {"kind": "cash"} if gift == "cash" else _goods(gift),
        "quantity": _quantity(organisation, gift, random),
        "fund": organisation.fund,
        "zakat": organisation.zakat,
        "strategy": organisation.strategy,
        "restrictions": _restrictions(organisation, gift, random),
        "opens_on": today.isoformat(),
        "expires_on": (today + timedelta(days=random.choice((60, 90, 130)))).isoformat(),
        "reference": f"{PLAYED}{number:05}",
    }


def _goods(item: str) -> dict[str, str]:
    return {"kind": ITEMS[item].kind, "item": item, "unit": ITEMS[item].unit}


def _quantity(organisation: Organisation, gift: str, random: Random) -> int:
    lot = random.choice(organisation.lots)
    if gift == "cash" or lot < _MILLION:
        return lot
    return lot // (2 * ITEMS[gift].reference_price)


def _restrictions(organisation: Organisation, gift: str, random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"attributes": list(organisation.attributes)}
    if gift == "cash":
        found["categories"] = list(organisation.categories)
        found["max_decile"] = 1 if organisation.zakat else 2
    if random.random() < 0.3:
        found["areas"] = sorted(random.sample(list(areas.subdistricts()), 4))
    return found
