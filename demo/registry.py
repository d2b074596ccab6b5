"""The synthetic registry: a CSV for `POST /v1/imports`, the same for the same seed.

Calibrated on what was published of Jombang: about 7,408 people in extreme poverty (coordination
meeting of 12 February 2024), spread over the villages by the population of their sub-districts.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TextIO

from demo.people import Member, make_members
from shared import areas

# What each part of a dwelling is made of, with how often it is met among the poorest.
HOUSING: dict[str, dict[str, int]] = {
    "jenis_atap": {"genteng": 62, "asbes": 18, "seng": 14, "ijuk": 6},
    "jenis_dinding": {"tembok": 48, "kayu": 22, "bambu": 30},
    "jenis_lantai": {"semen": 52, "keramik": 14, "tanah": 34},
    "sumber_air": {"sumur": 58, "ledeng": 16, "mata_air": 12, "sungai": 14},
    "sanitasi": {"sendiri": 46, "bersama": 31, "tidak_ada": 23},
    "penerangan": {"listrik_450": 63, "listrik_900": 22, "menumpang": 11, "bukan_listrik": 4},
}

_FIRST_SERIAL = 9000


@dataclass(frozen=True, slots=True)
class Household:
    """One family card and those on it."""

    number: int
    desa: str
    members: list[Member]
    decile: int
    housing: dict[str, str]


def make_households(*, people: int, seed: int) -> list[Household]:
    """Return households with exactly so many people, in order of village."""
    random = Random(seed)
    desa = _weighted_villages(random)
    left = people
    households: list[Household] = []
    while left > 0:
        members = make_members(random)[:left]
        left -= len(members)
        village = random.choices(list(desa), weights=list(desa.values()))[0]
        housing = {
            column: random.choices(list(kinds), weights=list(kinds.values()))[0]
            for column, kinds in HOUSING.items()
        }
        households.append(
            Household(len(households) + 1, village, members, 1 if random.random() < 0.88 else 2, housing)
        )
    return sorted(households, key=lambda household: (household.desa, household.number))


def write_csv(out: TextIO, *, people: int = 7408, seed: int = 3517) -> None:
    """Write the registry, one row a member."""
    write_rows(out, list(rows(make_households(people=people, seed=seed))))


def write_rows(out: TextIO, found: list[dict[str, str]]) -> None:
    """Write rows of a registry."""
    writer = csv.DictWriter(out, found[0])
    writer.writeheader()
    writer.writerows(found)


def rows(households: list[Household]) -> Iterator[dict[str, str]]:
    """Yield a row for each member. Identity numbers are counted up, so that none is given twice."""
    serials: Counter[str] = Counter()
    person = 0
    for household in households:
        card = _numbered(_district(household.desa) + f"{1 + household.number % 28:02}0120", serials)
        for member in household.members:
            person += 1
            yield {
                "id_keluarga": f"SINTETIS-{household.number:05}",
                "no_kk": card,
                "nik": _numbered(_district(household.desa) + _birth_digits(member), serials),
                "nama": f"Warga Sintetis {person:05}",
                "hubungan": member.relation,
                "tanggal_lahir": member.born_on.isoformat(),
                "jenis_kelamin": member.sex,
                "alamat": f"Dusun Sintetis RT {1 + household.number % 9:02} RW {1 + household.number % 4:02}",
                "kode_desa": household.desa,
                "desil": str(household.decile),
                "sumber_desil": "P3KE",
                "vintase_desil": "2023",
                **household.housing,
                "atribut": "|".join(member.attributes),
            }


def _weighted_villages(random: Random) -> dict[str, float]:
    """Share each sub-district's population among its villages, unevenly as villages are."""
    found: dict[str, float] = {}
    for subdistrict in areas.subdistricts().values():
        shares = {desa: random.lognormvariate(0, 0.5) for desa in areas.children_of(subdistrict.code)}
        whole = sum(shares.values())
        found |= {desa: subdistrict.population * share / whole for desa, share in shares.items()}
    return found


def _district(desa: str) -> str:
    return desa.replace(".", "")[:6]


def _birth_digits(member: Member) -> str:
    born: date = member.born_on
    return f"{born.day + (40 if member.sex == 'P' else 0):02}{born:%m%y}"


def _numbered(prefix: str, serials: Counter[str]) -> str:
    serials[prefix] += 1
    return f"{prefix}{_FIRST_SERIAL + serials[prefix]:04}"
