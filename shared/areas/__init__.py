"""Sub-districts and villages of the regency, by their official codes (Kepmendagri).

Codes and names: official facts as republished under ODbL by idn-area-data; population 2022: BPS.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

REGENCY_NAMES = {"35.17": "Kabupaten Jombang"}


@dataclass(frozen=True, slots=True)
class Subdistrict:
    """A kecamatan: its place on the tile map is (row, col) from the north-west."""

    code: str
    name: str
    population: int
    tile_row: int
    tile_col: int


@dataclass(frozen=True, slots=True)
class Village:
    """A desa or kelurahan."""

    code: str
    subdistrict: str
    name: str
    kind: str


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(files(__package__).joinpath(name).read_text("utf-8").splitlines()))


@cache
def subdistricts() -> dict[str, Subdistrict]:
    """Return the sub-districts by code, in order of code."""
    return {
        row["code"]: Subdistrict(
            row["code"], row["name"], int(row["population_2022"]), int(row["tile_row"]), int(row["tile_col"])
        )
        for row in sorted(_rows("jombang_kecamatan.csv"), key=lambda row: row["code"])
    }


@cache
def villages() -> dict[str, Village]:
    """Return the villages by code, in order of code."""
    return {
        row["code"]: Village(row["code"], row["kecamatan_code"], row["name"], row["type"])
        for row in sorted(_rows("jombang_desa.csv"), key=lambda row: row["code"])
    }


def exists(code: str) -> bool:
    """Tell whether a code is the regency, one of its sub-districts or one of its villages."""
    return code in REGENCY_NAMES or code in subdistricts() or code in villages()


def is_village(code: str) -> bool:
    """Tell whether a code is one of the villages."""
    return code in villages()


def name_of(code: str) -> str:
    """Return the name of an area; raise KeyError where the code is none."""
    if code in REGENCY_NAMES:
        return REGENCY_NAMES[code]
    if code in subdistricts():
        return subdistricts()[code].name
    return villages()[code].name


def subdistrict_of(village: str) -> str:
    """Return the code of the sub-district that a village is in."""
    return village.rpartition(".")[0]


@cache
def _children() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in (*subdistricts(), *villages()):
        found.setdefault(code.rpartition(".")[0], []).append(code)
    return found


def children_of(code: str) -> list[str]:
    """Return the codes directly inside an area, in order."""
    return list(_children().get(code, ()))


def contains(outer: str, inner: str) -> bool:
    """Tell whether an area is, or lies inside, another."""
    return (inner + ".").startswith(outer + ".")
