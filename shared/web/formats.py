"""Numbers, money and times as people in the regency write them.

Indonesian: `Rp1.250.000`, `Rp1,25 juta`, `21 November 2026, 22.15 WIB`. English: `Rp1,250,000`,
`Rp1.25 million`, `21 November 2026, 22:15 WIB`. Places and money do not change with the language.
"""

from datetime import date, datetime
from uuid import UUID

from babel.dates import format_date
from flask import Flask

from shared.clock import LOCAL_ZONE
from shared.disclosure import SMALLEST_SHOWN
from shared.vocabulary import RUPIAH
from shared.web.language import add_writers, current_language
from shared.web.words import item_name, unit_name

NOTHING = "–"

# Units that measure rather than count: `kg beras`, but not `buah kursi roda`.
_MEASURES = frozenset({"kg", "litre", "m", "m2"})

_SCALES = (
    (10**12, {"id": "triliun", "en": "trillion"}),
    (10**9, {"id": "miliar", "en": "billion"}),
    (10**6, {"id": "juta", "en": "million"}),
    (10**3, {"id": "ribu", "en": "thousand"}),
)


def whole(number: int | None) -> str:
    """Write an integer with its thousands apart; a dash where there is none."""
    return NOTHING if number is None else _localised(f"{number:,}")


def count(number: int | None) -> str:
    """Write a count of people or households; None is one suppressed for being small."""
    return f"<{SMALLEST_SHOWN}" if number is None else whole(number)


def _decimal(number: float, digits: int = 1) -> str:
    """Write a number with so many digits behind the comma."""
    return _localised(f"{number:,.{digits}f}")


def percent(share: float | None, digits: int = 1) -> str:
    """Write a share of one as a percentage: 0.095 is `9,5%` in Indonesian."""
    return NOTHING if share is None else f"{_decimal(share * 100, digits)}%"


def rupiah(amount: int | None) -> str:
    """Write whole rupiah in full."""
    if amount is None:
        return NOTHING
    return f"{'−' if amount < 0 else ''}Rp{whole(abs(amount))}"


def rupiah_short(amount: int | None) -> str:
    """Write rupiah with two digits behind the comma at most, and the name of its scale."""
    return NOTHING if amount is None else f"{'−' if amount < 0 else ''}Rp{_number_short(abs(amount))}"


def _number_short(number: int) -> str:
    """Write a number with two digits behind the comma at most, and the name of its scale."""
    for scale, names in _SCALES:
        # Rounded first: 999,999 is one million and not a thousand thousand.
        if round(number / scale, 2) >= 1 and number >= 1_000:
            figure = f"{number / scale:,.2f}".rstrip("0").rstrip(".")
            return f"{_localised(figure)} {names[current_language()]}"
    return whole(number)


def quantity(amount: int | None, unit: str, item: str | None = None) -> str:
    """Write a quantity: `Rp25.000`, `120 kg beras`, `3 kursi roda`, or without an item `120 kg`."""
    if amount is None:
        return NOTHING
    if unit == RUPIAH:
        return rupiah(amount)
    if item is None:
        return f"{whole(amount)} {_counted(unit_name(unit), amount)}"
    name = item_name(item).lower()
    if unit in _MEASURES:
        return f"{whole(amount)} {unit_name(unit)} {name}"
    # What is counted in pieces is named by itself. Indonesian has no plural; these names form theirs with s.
    return f"{whole(amount)} {_counted(name + 's' * (current_language() == 'en'), amount)}"


def _counted(several: str, amount: int) -> str:
    """Return what is counted, in English one of it where it is one: all that the catalogue names form theirs with s."""
    return several.removesuffix("s") if current_language() == "en" and amount == 1 else several


def day(value: date | datetime | None) -> str:
    """Write a day in full; an instant is the day it falls on in Jakarta."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = value.astimezone(LOCAL_ZONE).date()
    return format_date(value, "d MMMM y", locale=current_language())


def day_short(value: date | datetime | None) -> str:
    """Write a day with its month cut to three letters."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = value.astimezone(LOCAL_ZONE).date()
    return format_date(value, "d MMM y", locale=current_language())


def instant(value: datetime | None) -> str:
    """Write an instant as day and time in Jakarta, to the minute."""
    if value is None:
        return NOTHING
    return f"{day(value)}, {time_of_day(value)} WIB"


def time_of_day(value: datetime) -> str:
    """Write the time of an instant in Jakarta, to the minute."""
    local = value.astimezone(LOCAL_ZONE)
    return f"{local:%H}{'.' if current_language() == 'id' else ':'}{local:%M}"


def short_id(identity: UUID | str | None) -> str:
    """Write an id as people compare it: its last characters, which are the random ones."""
    return NOTHING if identity is None else f"…{str(identity)[-8:]}"


def _localised(figure: str) -> str:
    if current_language() == "id":
        return figure.translate(str.maketrans(",.", ".,")).replace("-", "−")
    return figure.replace("-", "−")


def add_filters(app: Flask) -> None:
    """Let templates write with these."""
    writers = (whole, count, percent, rupiah, rupiah_short, quantity, day, instant, short_id)
    add_writers(app, **{writer.__name__: writer for writer in writers})
