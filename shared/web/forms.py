"""What a person typed into a form, what it means, and what is wrong with it.

A view reads each field by its kind. A field that does not hold gives None and leaves a fault in
the reader's language, so that all faults are shown at once. The rules themselves live in the
operations: `take` shows their faults beside the same fields.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext
from werkzeug.datastructures import FileStorage, MultiDict

from shared.errors import DomainError
from shared.text import is_plain
from shared.vocabulary import MAX_QUANTITY
from shared.web.formats import whole
from shared.web.sentences import say

_RUPIAH_SIGN = re.compile(r"^Rp\.?\s*", re.IGNORECASE)
_THOUSANDS = re.compile(r"^-?\d{1,3}([.,\s\u00a0]\d{3})+$")
_WHOLE = re.compile(r"^-?\d{1,16}$")


class Form:
    """The values and faults of one form."""

    def __init__(self, values: MultiDict[str, str], files: MultiDict[str, FileStorage] | None = None) -> None:
        self._values = values
        self._files: MultiDict[str, FileStorage] = files if files is not None else MultiDict()
        self.errors: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        # What is wrong with the whole rather than with one field.
        self.fault: str | None = None

    @classmethod
    def submitted(cls) -> "Form":
        """Return what this request sent."""
        return cls(MultiDict(request.form), MultiDict(request.files))

    @classmethod
    def asked(cls) -> "Form":
        """Return what stands in this request's address: a filter."""
        return cls(MultiDict(request.args))

    @classmethod
    def of(cls, **values: Any) -> "Form":
        """Return a form that shows values; a list is several choices of one field, True a ticked box."""
        pairs: MultiDict[str, str] = MultiDict()
        for name, value in values.items():
            several = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
            pairs.setlist(
                name, ["1" if one is True else str(one) for one in several if one not in (None, False)]
            )
        return cls(pairs)

    def value(self, name: str) -> str:
        """Return what was typed, as it was typed."""
        return self._values.get(name, "")

    def number(self, name: str) -> str:
        """Return what was typed as a number is written here; as it was typed where it is none."""
        typed = self.value(name)
        number = _whole_of(typed)
        return typed if number is None or number < 0 else whole(number)

    def chosen(self, name: str) -> list[str]:
        """Return every choice made for a field."""
        return self._values.getlist(name)

    def submission(self) -> UUID | None:
        """Return the form's own number, which is the same when it is sent twice."""
        try:
            return UUID(self.value("submission"))
        except ValueError:
            return None

    def refuse(self, name: str, fault: str) -> None:
        """Leave a fault at a field; the first one stays."""
        self.errors.setdefault(name, fault)

    def text(self, name: str, *, required: bool = True, longest: int = 500) -> str | None:
        """Read a line or a paragraph, without the spaces around it."""
        # A browser sends CR LF for each line that ends; JSON and the database have LF alone.
        typed = self.value(name).replace("\r\n", "\n").strip()
        if not typed:
            self._miss(name, required)
            return None
        if len(typed) > longest:
            self.refuse(name, gettext("Write at most %(longest)s characters.", longest=longest))
            return None
        if not is_plain(typed):
            self.refuse(
                name, gettext("It holds characters that can't be seen. Type it instead of pasting it.")
            )
            return None
        return typed

    def whole(
        self, name: str, *, least: int = 0, most: int = MAX_QUANTITY, required: bool = True
    ) -> int | None:
        """Read an integer, with or without separators between thousands and `Rp` before it."""
        typed = self.value(name).strip()
        if not typed:
            self._miss(name, required)
            return None
        number = _whole_of(typed)
        if number is None:
            self.refuse(name, gettext("Write a whole number, such as %(number)s.", number=whole(1_250_000)))
            return None
        if not least <= number <= most:
            self.refuse(name, self._out_of_range(number, least, most))
            return None
        return number

    def day(self, name: str, *, required: bool = True) -> date | None:
        """Read a day as `YYYY-MM-DD`, which is what a date field sends."""
        typed = self.value(name).strip()
        if not typed:
            self._miss(name, required)
            return None
        try:
            return date.fromisoformat(typed)
        except ValueError:
            self.refuse(name, gettext("Write a day such as 2026-11-21."))
            return None

    def choice(self, name: str, among: Collection[str], *, required: bool = True) -> str | None:
        """Read one of some codes."""
        typed = self.value(name)
        if not typed:
            self._miss(name, required)
            return None
        if typed not in among:
            self.refuse(name, gettext("Choose one of the list."))
            return None
        return typed

    def choices(self, name: str, among: Collection[str]) -> list[str]:
        """Read any number of some codes, in the order they were sent, each once."""
        typed = [code for code in dict.fromkeys(self.chosen(name)) if code]
        if any(code not in among for code in typed):
            self.refuse(name, gettext("Choose from the list."))
            return []
        return typed

    def ticked(self, name: str) -> bool:
        """Read a box."""
        return self.value(name) in {"1", "on", "true"}

    def file(self, name: str, *, required: bool = True) -> FileStorage | None:
        """Read an uploaded file."""
        sent = self._files.get(name)
        if sent is None or not sent.filename:
            self._miss(name, required)
            return None
        return sent

    def take(self, error: DomainError, names: Mapping[str, str] | None = None) -> None:
        """Show the faults of a refused operation: `/restrictions/areas` is the field `areas`.

        `names` says which field a pointer means where the last word of it is not the name.
        """
        for fault in error.errors:
            words = [word for word in fault.pointer.split("/") if word and not word.isdigit()]
            last = words[-1] if words else ""
            self.refuse((names or {}).get(fault.pointer, last), say(fault.sentence))
        if not error.errors:
            self.fault = say(error.sentence)

    def call(self, name: str, label: str) -> str:
        """Remember what the page calls a field, for the summary; return nothing to draw."""
        self._labels[name] = label
        return ""

    def faults(self) -> list[tuple[str, str]]:
        """Return (field, what it is called and its fault) of each fault, in the order of the page.

        A fault of the whole has no field, nor has one whose field the page does not show.
        """
        whole_form = [self.fault] if self.fault else []
        unshown = [fault for name, fault in self.errors.items() if name not in self._labels]
        return [("", fault) for fault in whole_form + unshown] + [
            (name, f"{label}{' ' if label.endswith('?') else ': '}{self.errors[name]}")
            for name, label in self._labels.items()
            if name in self.errors
        ]

    def _miss(self, name: str, required: bool) -> None:
        if required:
            self.refuse(name, gettext("Fill this in."))

    @staticmethod
    def _out_of_range(number: int, least: int, most: int) -> str:
        if number < least and most == MAX_QUANTITY:
            return str(gettext("Write %(least)s or more.", least=whole(least)))
        return str(
            gettext("Write a number from %(least)s to %(most)s.", least=whole(least), most=whole(most))
        )


def _whole_of(typed: str) -> int | None:
    digits = _RUPIAH_SIGN.sub("", typed.strip())
    if _THOUSANDS.match(digits):
        digits = re.sub(r"[.,\s\u00a0]", "", digits)
    return int(digits) if _WHOLE.match(digits) else None
