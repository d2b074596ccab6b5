"""Reading a registry's file."""

import tracemalloc

import pytest

from services.programs.imports.domain import MOST_ROWS, OPTIONAL, REQUIRED, read_file
from shared.errors import Invalid

HEADER = ",".join((*REQUIRED, *OPTIONAL))
ROW = "K1,3517010101200001,3517010101800001,Ayu,kepala,1980-01-01,P,Dusun,35.17.01.2001,1,P3KE,2023,,,,,,,"


def faults(content: bytes) -> list[str]:
    with pytest.raises(Invalid) as refused:
        read_file(content)
    return [fault.detail for fault in refused.value.errors]


def test_rows_keep_their_line_and_their_family() -> None:
    content = "\n".join([HEADER, ROW, "", ROW.replace("K1", "K2"), ROW]).encode()
    assert [(line.number, line.family) for line in read_file(content)] == [(2, 0), (4, 1), (5, 0)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_utf_8_and_the_code_page_of_excel_are_read(encoding: str) -> None:
    (line,) = read_file(f"{HEADER}\n{ROW.replace('Ayu', 'Renée')}".encode(encoding))
    assert line.cells["nama"] == "Renée"


def test_semicolons_and_windows_line_ends_are_read() -> None:
    content = f"{HEADER}\r\n{ROW}\r\n".replace(",", ";").encode()
    assert read_file(content)[0].cells["kode_desa"] == "35.17.01.2001"


def test_a_quoted_cell_may_hold_commas_and_line_ends() -> None:
    quoted = ROW.replace("Dusun", '"Dusun A,\nRT 1"')
    (line,) = read_file(f"{HEADER}\n{quoted}".encode())
    assert line.cells["alamat"] == "Dusun A,\nRT 1"


def test_a_row_without_a_family_id_is_a_family_of_its_own() -> None:
    content = "\n".join([HEADER, ROW.removeprefix("K1"), ROW.removeprefix("K1")]).encode()
    assert [line.family for line in read_file(content)] == [0, 1]


def test_missing_and_unknown_columns_are_told_together() -> None:
    header = HEADER.replace("nik,", "").replace("desil,", "desil,telepon,", 1)
    assert faults(f"{header}\n".encode()) == ["The column nik is missing.", "The column telepon is unknown."]


def test_of_many_unknown_columns_a_few_are_told() -> None:
    names = ",".join(f"c{n}" for n in range(2_000))
    told = faults(f"{HEADER},{names}\n{ROW}\n".encode())
    assert len(told) == 21
    assert told[-1] == "And 1980 more columns are unknown."


def test_a_file_with_too_many_rows_is_refused_without_its_end_being_read() -> None:
    # What stands behind the last row it may have is no CSV.
    content = "\n".join([HEADER, *[ROW] * (MOST_ROWS + 1), '"open']).encode()
    assert faults(content) == ["The file has more than 100000 rows. Split it."]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("," * 8_000_000, "A row of the file has more than 20000 characters."),
        (f"{HEADER}\n{',' * 8_000_000}", "A row of the file has more than 20000 characters."),
        (f"{HEADER}\n{ROW}\n" + '"\n",' * 2_000_000, "A row of the file has more than 20000 characters."),
        (f"{HEADER}\n" + "\n" * 8_000_000, "The file has more than 1000000 lines. Split it."),
        (f"{HEADER}\n" + "x\n" * 4_000_000, "Line 2 has 1 cells where the header has 19."),
        ("".join(f"c{n}," for n in range(800_000)), "A row of the file has more than 20000 characters."),
    ],
    ids=["a wide header", "a wide row", "a row of many lines", "blank lines", "short rows", "many names"],
)
def test_a_file_that_is_made_to_exhaust_takes_little_memory(content: str, said: str) -> None:
    sent = content.encode()
    del content
    tracemalloc.start()
    try:
        assert faults(sent)[0] == said
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_a_column_that_stands_twice_is_told() -> None:
    assert faults(f"{HEADER},nik\n".encode()) == ["The column nik stands there twice."]


def test_rows_that_are_too_short_or_long_are_told_with_their_line() -> None:
    assert faults(f"{HEADER}\n{ROW}\n{ROW},x\na,b\n".encode()) == [
        "Line 3 has 20 cells where the header has 19.",
        "Line 4 has 2 cells where the header has 19.",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04\x00\x00", "not a text file"),
        (f"{HEADER}\n".encode(), "no rows"),
        (f'{HEADER}\n"open'.encode(), "quotes or line ends are broken"),
        (b"\x81\x8d\xff", "neither UTF-8 nor"),
    ],
    ids=["empty", "a spreadsheet", "a header alone", "an open quote", "no text"],
)
def test_what_is_no_csv_is_told_in_a_sentence(content: bytes, said: str) -> None:
    (fault,) = faults(content)
    assert said in fault
