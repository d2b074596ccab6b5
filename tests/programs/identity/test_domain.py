"""NIK and KK numbers."""

from datetime import date

import pytest

from services.programs.identity.domain import mask, nik_warnings, number_fault


@pytest.mark.parametrize("number", ["0000000000000000", "1111111111111111", "3517010101800000"])
def test_a_placeholder_is_no_number(number: str) -> None:
    assert number_fault(number) == "placeholder"


@pytest.mark.parametrize(
    "number", ["", "351701010180000", "35170101018000011", "3517o10101800001", "٣٥١٧٠١٠١٠١٨٠٠٠٠١"]
)
def test_what_is_not_16_digits_is_malformed(number: str) -> None:
    assert number_fault(number) == "malformed"


def test_an_issued_number_holds() -> None:
    assert number_fault("3517014101800001") is None


def test_a_nik_that_fits_warns_of_nothing() -> None:
    found = nik_warnings("3517014101800001", born_on=date(1980, 1, 1), sex="female", desa="35.17.01.2001")
    assert found == []


@pytest.mark.parametrize(
    ("nik", "warning"),
    [
        ("3578014101800001", "nik_area_differs"),
        ("3517010101800001", "nik_sex_differs"),
        ("3517014201800001", "nik_date_differs"),
    ],
)
def test_a_nik_that_does_not_fit_warns_and_is_not_refused(nik: str, warning: str) -> None:
    assert nik_warnings(nik, born_on=date(1980, 1, 1), sex="female", desa="35.17.01.2001") == [warning]
    assert number_fault(nik) is None


def test_a_masked_number_shows_no_digit() -> None:
    assert mask("3517014101800001") == "•" * 16
