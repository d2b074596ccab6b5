"""Reading a registry's file: its bytes, its columns, its rows. What a row means is the intake's business."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from shared.errors import Fault, Invalid

REQUIRED = (
    "id_keluarga",
    "no_kk",
    "nik",
    "nama",
    "hubungan",
    "tanggal_lahir",
    "jenis_kelamin",
    "alamat",
    "kode_desa",
    "desil",
    "sumber_desil",
    "vintase_desil",
)
OPTIONAL = (
    "jenis_atap",
    "jenis_dinding",
    "jenis_lantai",
    "sumber_air",
    "sanitasi",
    "penerangan",
    "atribut",
)
MOST_ROWS = 100_000
_LISTED_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One row: where it stands in the file, which family it belongs to (counted from 0), its cells."""

    number: int
    family: int
    cells: dict[str, str]


def read_file(content: bytes) -> list[Line]:
    """Read a CSV in UTF-8 or Excel's cp1252, with commas or semicolons; raise Invalid with every fault."""
    text = _decode(content)
    try:
        rows = list(_rows(text))
    except csv.Error as error:
        raise Invalid(
            [Fault("/file", "The file is not a CSV that can be read: quotes or line ends are broken.")]
        ) from error
    if not rows:
        raise Invalid([Fault("/file", "The file is empty.")])
    header = [name.strip().lower() for name in rows[0][1]]
    faults = _header_faults(header) or _row_faults(rows[1:], len(header))
    if faults:
        raise Invalid(faults, "The file can't be imported as it is.")
    return _lines(header, rows[1:])


def _decode(content: bytes) -> str:
    if b"\x00" in content:
        raise Invalid([Fault("/file", "The file is not a text file. Save it as CSV.")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise Invalid([Fault("/file", "The file is neither UTF-8 nor Windows-1252 (Excel).")]) from error


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of each row that is not blank."""
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _header_faults(header: list[str]) -> list[Fault]:
    known = REQUIRED + OPTIONAL
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in dict.fromkeys(header) if name not in known]
    twice = [name for name in dict.fromkeys(header) if name in known and header.count(name) > 1]
    return (
        [Fault("/file", f"The column {name} is missing.") for name in missing]
        + [Fault("/file", f"The column {name[:40] or '(without a name)'} is unknown.") for name in unknown]
        + [Fault("/file", f"The column {name} stands there twice.") for name in twice]
    )


def _row_faults(rows: list[tuple[int, list[str]]], width: int) -> list[Fault]:
    if not rows:
        return [Fault("/file", "The file has a header and no rows.")]
    if len(rows) > MOST_ROWS:
        return [Fault("/file", f"The file has {len(rows)} rows; {MOST_ROWS} is the most. Split it.")]
    return [
        Fault("/file", f"Line {number} has {len(cells)} cells where the header has {width}.")
        for number, cells in rows
        if len(cells) != width
    ][:_LISTED_FAULTS]


def _lines(header: list[str], rows: list[tuple[int, list[str]]]) -> list[Line]:
    families: dict[str, int] = {}
    # Most cells repeat (village, decile, dwelling): each text is held once.
    seen: dict[str, str] = {}
    lines = []
    for number, row in rows:
        texts = (cell.strip() for cell in row)
        cells = {name: seen.setdefault(cell, cell) for name, cell in zip(header, texts, strict=True)}
        # A row without a family id is a family of its own: it can't be known whose it is.
        family = cells["id_keluarga"] or f"line {number}"
        lines.append(Line(number, families.setdefault(family, len(families)), cells))
    return lines
