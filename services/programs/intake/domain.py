"""What the rows of one family in a P3KE/DTSEN-like file mean. Refusals are codes, never data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.programs.identity.domain import number_fault
from services.programs.registry.domain import RELATION_WORDS, SEX_WORDS, Family, Person, is_vintage
from shared import areas
from shared.text import is_plain
from shared.vocabulary import ATTRIBUTES, DECILE_SOURCES

Cells = Mapping[str, str]

_RELATIONS = RELATION_WORDS | {
    "kepala": "head",
    "kepala keluarga": "head",
    "istri": "spouse",
    "suami": "spouse",
    "anak": "child",
    "orang_tua": "parent",
    "orang tua": "parent",
    "mertua": "in_law",
    "menantu": "in_law",
    "cucu": "grandchild",
    "saudara": "sibling",
    "famili lain": "other",
    "lainnya": "other",
}
_SEXES = SEX_WORDS | {"laki-laki": "male", "perempuan": "female"}
_HOUSING = {
    "roof": "jenis_atap",
    "wall": "jenis_dinding",
    "floor": "jenis_lantai",
    "water": "sumber_air",
    "sanitation": "sanitasi",
    "lighting": "penerangan",
}
_DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")
_LONGEST = {"nama": 200, "alamat": 500} | dict.fromkeys(_HOUSING.values(), 60)


@dataclass(frozen=True, slots=True)
class Given:
    """A family of a file that can be taken in, with the row each member stands in."""

    family: Family
    rows: tuple[UUID, ...]


Refusals = dict[UUID, list[str]]


def gather(
    rows: Sequence[tuple[UUID, Cells]], *, today: date, area: str | None = None
) -> tuple[Given | None, Refusals]:
    """Make a family of its rows; return it with its good rows, and the codes of what is wrong with others.

    The head's row speaks for the household, so without a good one no row of the family is taken.
    """
    refused: Refusals = {row: faults for row, cells in rows if (faults := person_faults(cells, today))}
    heads = [row for row, cells in rows if _relation(cells) == "head"]
    if len(heads) != 1:
        return None, _refuse_all(rows, refused, "several_heads" if heads else "no_head")
    head, of_head = next((row, cells) for row, cells in rows if row == heads[0])
    faults = household_faults(of_head, area)
    if faults or head in refused:
        refused[head] = refused.get(head, []) + faults
        return None, _refuse_all(rows, refused, "head_refused")
    for row, cells in rows:
        if row not in refused and _differs(cells, of_head):
            refused[row] = ["family_differs"]
    good = [(row, cells) for row, cells in rows if row not in refused]
    return Given(_family(of_head, good), tuple(row for row, _ in good)), refused


def person_faults(cells: Cells, today: date) -> list[str]:
    """Return the codes of what makes a member's row unusable."""
    faults = _number_faults("nik", cells["nik"])
    if not _fits(cells, "nama"):
        faults.append("name_missing" if not cells["nama"] else "name_unreadable")
    if _relation(cells) is None:
        faults.append("relation_unknown")
    if cells["jenis_kelamin"].lower() not in _SEXES:
        faults.append("sex_unknown")
    born = _day(cells["tanggal_lahir"])
    if born is None:
        faults.append("birth_date_unreadable")
    elif not today.year - 130 <= born.year or born > today:
        faults.append("birth_date_impossible")
    if any(word not in ATTRIBUTES for word in _attributes(cells)):
        faults.append("attribute_unknown")
    return faults


def household_faults(cells: Cells, area: str | None) -> list[str]:
    """Return the codes of what makes a head's row unusable for its household."""
    desa = _village(cells["kode_desa"])
    wrong = {
        "address_missing": not cells["alamat"],
        "address_unreadable": bool(cells["alamat"]) and not _fits(cells, "alamat"),
        "village_unknown": desa is None,
        "outside_your_area": desa is not None and area is not None and not areas.contains(area, desa),
        "decile_unknown": cells["desil"] not in {str(decile) for decile in range(1, 11)},
        "decile_source_unknown": cells["sumber_desil"].upper() not in DECILE_SOURCES,
        "vintage_unreadable": not is_vintage(cells["vintase_desil"]),
        "housing_unreadable": any(
            cells.get(column) and not _fits(cells, column) for column in _HOUSING.values()
        ),
    }
    return _number_faults("kk", cells["no_kk"]) + [code for code, is_wrong in wrong.items() if is_wrong]


def _number_faults(kind: str, number: str) -> list[str]:
    fault = number_fault(number)
    if fault is None:
        return []
    # A spreadsheet that took the number for a quantity has lost its digits: it can't be mended here.
    return [f"{kind}_was_a_number" if "e+" in number.lower() else f"{kind}_{fault}"]


def _family(of_head: Cells, good: Sequence[tuple[UUID, Cells]]) -> Family:
    return Family(
        kk_number=of_head["no_kk"],
        address=of_head["alamat"],
        desa=_village(of_head["kode_desa"]) or "",
        decile=int(of_head["desil"]),
        decile_source=of_head["sumber_desil"].upper(),
        decile_vintage=of_head["vintase_desil"],
        housing={part: of_head[column] for part, column in _HOUSING.items() if of_head.get(column)},
        members=[_person(cells) for _, cells in good],
    )


def _person(cells: Cells) -> Person:
    born_on = _day(cells["tanggal_lahir"])
    relation = _relation(cells)
    if born_on is None or relation is None:
        raise ValueError("a row is read before it was checked")
    return Person(
        nik=cells["nik"],
        name=cells["nama"],
        born_on=born_on,
        sex=_SEXES[cells["jenis_kelamin"].lower()],
        relation=relation,
        attributes=tuple(_attributes(cells)),
    )


def _refuse_all(rows: Sequence[tuple[UUID, Cells]], refused: Refusals, why: str) -> Refusals:
    return {row: refused.get(row) or [why] for row, _ in rows}


def _differs(cells: Cells, of_head: Cells) -> bool:
    return any(cells[column] != of_head[column] for column in ("no_kk", "kode_desa"))


def _relation(cells: Cells) -> str | None:
    return _RELATIONS.get(cells["hubungan"].lower())


def _attributes(cells: Cells) -> list[str]:
    words = (word.strip().lower() for word in cells.get("atribut", "").split("|"))
    return [word for word in words if word]


def _day(text: str) -> date | None:
    for day_format in _DAY_FORMATS:
        try:
            return datetime.strptime(text, day_format).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _village(code: str) -> str | None:
    digits = code.replace(".", "")
    dotted = ".".join((digits[:2], digits[2:4], digits[4:6], digits[6:]))
    return dotted if dotted in areas.villages() else None


def _fits(cells: Cells, column: str) -> bool:
    text = cells[column]
    return 0 < len(text) <= _LONGEST[column] and is_plain(text)
