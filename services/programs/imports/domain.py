"""Reading a registry's file: its bytes, its columns, its rows. What a row means is the intake's business."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from shared.errors import Fault, Invalid, Sentence

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
# Spreadsheets save blank lines below the last row; so many are none of these.
_MOST_LINES = 10 * MOST_ROWS
_LONGEST_ROW = 20_000
_LISTED_FAULTS = 20
_NAMELESS = Sentence("(without a name)")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: where it stands in the file, which family it belongs to (counted from 0), its cells."""

    number: int
    family: int
    cells: dict[str, str]


def read_file(content: bytes) -> list[Line]:
    """Read a CSV in UTF-8 or Excel's cp1252, with commas or semicolons; raise Invalid with every fault.

    A file is read row by row and no further than it can be taken in: what is too long, too wide or too
    much is refused before it is held.
    """
    if b"\x00" in content:
        raise Invalid([Fault("/file", "The file is not a text file. Save it as CSV.")])
    try:
        return _read(content, "utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return _read(content, "cp1252")
    except UnicodeDecodeError as error:
        raise Invalid([Fault("/file", "The file is neither UTF-8 nor Windows-1252 (Excel).")]) from error


def _read(content: bytes, encoding: str) -> list[Line]:
    rows = _rows(content, encoding)
    try:
        header = [name.strip().lower() for name in next(rows, (0, []))[1]]
        if not header:
            raise Invalid([Fault("/file", "The file is empty.")])
        _refuse(_header_faults(header))
        return _lines(header, rows)
    except csv.Error as error:
        raise Invalid(
            [Fault("/file", "The file is not a CSV that can be read: quotes or line ends are broken.")]
        ) from error


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Invalid(faults, "The file can't be imported as it is.")


class _Text:
    """The lines of a file for a reader of rows; a row that does not end is refused."""

    def __init__(self, content: bytes, encoding: str) -> None:
        self._file = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
        self._taken = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(_LONGEST_ROW + 1):
            self._taken += len(line)
            if self._taken > _LONGEST_ROW:
                raise Invalid(
                    [
                        Fault(
                            "/file", "A row of the file has more than %(most)s characters.", most=_LONGEST_ROW
                        )
                    ]
                )
            yield line

    def delimiter(self) -> str:
        """Return what stands between the cells, by the first line; begin anew."""
        first = self._file.readline(_LONGEST_ROW)
        self._file.seek(0)
        return ";" if first.count(";") > first.count(",") else ","

    def end_row(self) -> None:
        """Begin to count the next row."""
        self._taken = 0


def _rows(content: bytes, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of each row that is not blank."""
    lines = _Text(content, encoding)
    reader = csv.reader(lines, delimiter=lines.delimiter(), strict=True)
    for cells in reader:
        lines.end_row()
        if reader.line_num > _MOST_LINES:
            raise Invalid(
                [Fault("/file", "The file has more than %(most)s lines. Split it.", most=_MOST_LINES)]
            )
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _header_faults(header: list[str]) -> list[Fault]:
    known = REQUIRED + OPTIONAL
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in dict.fromkeys(header) if name not in known]
    more = len(unknown) - _LISTED_FAULTS
    return (
        [Fault("/file", "The column %(name)s is missing.", name=name) for name in missing]
        + [
            Fault("/file", "The column %(name)s is unknown.", name=name[:40] or _NAMELESS)
            for name in unknown[:_LISTED_FAULTS]
        ]
        + ([Fault("/file", "And %(more)s more columns are unknown.", more=more)] if more > 0 else [])
        + [
            Fault("/file", "The column %(name)s stands there twice.", name=name)
            for name in known
            if header.count(name) > 1
        ]
    )


def _lines(header: list[str], rows: Iterator[tuple[int, list[str]]]) -> list[Line]:
    families: dict[str, int] = {}
    # Most cells repeat (village, decile, dwelling): each text is held once.
    seen: dict[str, str] = {}
    lines: list[Line] = []
    faults: list[Fault] = []
    for count, (number, row) in enumerate(rows, start=1):
        if count > MOST_ROWS:
            _refuse([Fault("/file", "The file has more than %(most)s rows. Split it.", most=MOST_ROWS)])
        if len(row) != len(header):
            faults.append(
                Fault(
                    "/file",
                    "Line %(line)s has %(cells)s cells where the header has %(columns)s.",
                    line=number,
                    cells=len(row),
                    columns=len(header),
                )
            )
            if len(faults) == _LISTED_FAULTS:
                break
            continue
        texts = (cell.strip() for cell in row)
        cells = {name: seen.setdefault(cell, cell) for name, cell in zip(header, texts, strict=True)}
        # A row without a family id is a family of its own: it can't be known whose it is.
        family = cells["id_keluarga"] or f"line {number}"
        lines.append(Line(number, families.setdefault(family, len(families)), cells))
    _refuse(faults)
    if not lines:
        _refuse([Fault("/file", "The file has a header and no rows.")])
    return lines
