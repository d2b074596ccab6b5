"""Distinctive personal data, and every form in which it might turn up where it has no business."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, quote_plus

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ ._/-](?=\d)")


@dataclass(frozen=True)
class Seed:
    """One thing about a person that nobody else may read; `kind` is what it is."""

    kind: str
    text: str

    def forms(self) -> Iterator[str]:
        """Yield how it may be written. All in lower case, as the haystack is."""
        for plain in {self.text, self.text.upper(), self.text.lower(), *_days(self.text)}:
            yield plain.lower()
            yield quote(plain, safe="").lower()
            yield quote_plus(plain).lower()
            yield json.dumps(plain)[1:-1].lower()
            yield json.dumps(json.dumps(plain))[2:-2].lower()
            yield plain.encode().hex()
            yield from _in_base64(plain)


def _days(text: str) -> list[str]:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return []
    day = date.fromisoformat(text)
    return [f"{day:%d-%m-%Y}", f"{day:%d/%m/%Y}", f"{day:%Y/%m/%d}", f"{day.day} {day:%b %Y}"]


def _in_base64(plain: str) -> Iterator[str]:
    """Yield what of its base64 is the same wherever it begins. Case is lost, as in the haystack."""
    raw = plain.encode()
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw).decode()
        inside = coded[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
        yield inside.lower()
        yield inside.replace("+", "-").replace("/", "_").lower()


SEEDS = (
    Seed("name", "Zulaikhah Prawirokusumo"),
    Seed("name", "Émbun Tjokrowidjaja"),
    Seed("nik", "3517014708530417"),
    Seed("nik", "3517011909210263"),
    Seed("kk", "3517011212990671"),
    Seed("address", "Gang Kemuning Wetan 73"),
    Seed("born", "1953-08-07"),
    Seed("born", "2021-09-19"),
    Seed("phone", "081358204417"),
    Seed("note", "menantu sakit tifus kronis"),
)


def found_in(haystack: str | bytes, *, but: tuple[str, ...] = ()) -> set[tuple[str, str]]:
    """Return the seeds that a text holds in any form, all but those of some kinds."""
    text = haystack.decode(errors="replace") if isinstance(haystack, bytes) else haystack
    lowered = text.lower()
    joined = _BETWEEN_DIGITS.sub("", lowered)
    found = set()
    for seed in SEEDS:
        if seed.kind in but:
            continue
        digits = seed.text if seed.text.isdigit() else None
        if any(form in lowered for form in seed.forms()) or (digits and digits in joined):
            found.add((seed.kind, seed.text))
    return found
