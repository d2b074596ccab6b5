"""NIK and KK numbers: what is refused, and what only warns.

A NIK is area (6 digits) + birth date DDMMYY (day + 40 for a woman) + serial (4). Its area is that
of first registration and its date that of the papers then, so neither need be today's.
"""

from datetime import date
from typing import Literal

Sex = Literal["male", "female"]

LENGTH = 16
_WOMAN = 40


def number_fault(number: str) -> str | None:
    """Return the code of what makes a NIK or a KK number unusable, or None."""
    if len(number) != LENGTH or not (number.isascii() and number.isdigit()):
        return "malformed"
    if number.endswith("0000") or len(set(number)) == 1:
        return "placeholder"
    return None


FAULT_TEXTS = {
    "malformed": "Must be 16 digits.",
    "placeholder": "Is a placeholder, not a number that was issued. Ask for the card.",
}


def nik_warnings(nik: str, *, born_on: date, sex: Sex, desa: str) -> list[str]:
    """Return the codes of what a person should look at; none of them refuses the NIK."""
    warnings = []
    if nik[:6] != desa.replace(".", "")[:6]:
        warnings.append("nik_area_differs")
    day = int(nik[6:8])
    if (day > _WOMAN) != (sex == "female"):
        warnings.append("nik_sex_differs")
    if f"{day % _WOMAN:02d}{nik[8:12]}" != born_on.strftime("%d%m%y"):
        warnings.append("nik_date_differs")
    return warnings


WARNING_TEXTS = {
    "nik_area_differs": "The NIK was first registered in another area than the household's.",
    "nik_sex_differs": "The NIK says another sex.",
    "nik_date_differs": "The NIK says another birth date.",
}


def mask(number: str) -> str:
    """Return as many dots as the number has digits.

    No digit is left: whoever also reads the village, the birth date and the sex could work out the
    others from them.
    """
    return "•" * len(number)
