"""What a person answered, step by step, and the promise that the answers make."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import session

from services.donations.pledges.domain import find_faults
from services.donations.pledging.domain import FIELDS, QUESTION_OF, STEPS
from shared import areas, clock
from shared.catalogue import ITEMS
from shared.errors import Invalid
from shared.ids import new_id
from shared.vocabulary import ATTRIBUTES, FUNDS, NEED_CATEGORIES, STRATEGIES, STRATEGY_OF
from shared.web.forms import Form

_KEY = "pledge_draft"
_LONGEST = 200


def _read_what(form: Form) -> dict[str, Any]:
    what = form.choice("what", {"cash", *ITEMS})
    entry = ITEMS.get(what or "")
    resource = (
        {"kind": "cash"} if entry is None else {"kind": entry.kind, "item": entry.item, "unit": entry.unit}
    )
    return {"resource": resource, "quantity": form.whole("quantity", least=1)}


def _read_whom(form: Form) -> dict[str, Any]:
    restrictions = {
        "areas": form.choices("areas", areas.subdistricts()),
        "categories": form.choices("categories", NEED_CATEGORIES),
        "attributes": form.choices("attributes", ATTRIBUTES),
        "max_decile": form.whole("max_decile", least=1, most=10, required=False),
        "cap_per_household": form.whole("cap_per_household", least=1, required=False),
        "minimum_grant": form.whole("minimum_grant", least=1, required=False),
    }
    return {"restrictions": restrictions}


def _read_when(form: Form) -> dict[str, Any]:
    return {
        "opens_on": form.day("opens_on"),
        "expires_on": form.day("expires_on", required=False),
        "fund": form.choice("fund", FUNDS),
        "zakat": form.ticked("zakat"),
        "strategy": form.choice("strategy", STRATEGIES),
        "reference": form.text("reference", required=False, longest=_LONGEST),
    }


_READERS: dict[str, Callable[[Form], dict[str, Any]]] = {
    "what": _read_what,
    "whom": _read_whom,
    "when": _read_when,
}


class Draft:
    """The answers so far, as they were typed. They live in the person's signed session cookie."""

    def __init__(self, answers: dict[str, dict[str, list[str]]], submission: UUID) -> None:
        self._answers = answers
        self.submission = submission

    @classmethod
    def find(cls) -> "Draft | None":
        """Return the draft of this session."""
        kept = session.get(_KEY)
        return cls(kept["answers"], UUID(kept["submission"])) if kept else None

    @classmethod
    def begin(cls, asked: Mapping[str, str]) -> "Draft":
        """Begin anew, with what the needs board knows already."""
        entry = ITEMS.get(asked.get("what", ""))
        category = asked.get("category", "")
        whom = {"areas": [asked.get("area", "")], "categories": [] if entry else [category]}
        when = {"opens_on": [clock.today().isoformat()], "strategy": [STRATEGY_OF.get(category, "")]}
        what = {"what": [asked.get("what", "")], "quantity": [asked.get("quantity", "")[:20]]}
        draft = cls({"what": what, "whom": whom, "when": when}, new_id())
        draft.keep()
        return draft

    def keep(self) -> None:
        """Put the draft into the session."""
        session[_KEY] = {"answers": self._answers, "submission": str(self.submission)}

    @staticmethod
    def forget() -> None:
        """Take the draft out of the session."""
        session.pop(_KEY, None)

    def answer(self, step: str, form: Form) -> None:
        """Keep the answers of a step as they were typed, right or wrong."""
        self._answers[step] = {
            name: [typed[:_LONGEST] for typed in form.chosen(name)[:50]] for name in FIELDS[step]
        }
        self.keep()

    def form(self, step: str) -> Form:
        """Return the form of a step with its answers, not yet read."""
        return Form.of(**self._answers[step])

    def given(self) -> dict[str, Any]:
        """Return the promise that the answers make, for `open_pledge`; raise nothing."""
        read = [_READERS[step](self.form(step)) for step in STEPS]
        return {name: value for part in read for name, value in part.items()}

    def check(self, step: str) -> Form:
        """Return the form of a step with everything that is wrong in it, by the rules of a pledge too."""
        form = self.form(step)
        _READERS[step](form)
        known = {name: value for name, value in self.given().items() if value is not None}
        faults = [
            fault
            for fault in find_faults(known, clock.today())
            if (QUESTION_OF.get(fault.pointer) or fault.pointer.rsplit("/", 1)[-1]) in FIELDS[step]
        ]
        if faults:
            form.take(Invalid(faults), QUESTION_OF)
        return form

    def find_wrong_step(self) -> str | None:
        """Return the first step in which something is wrong."""
        return next((step for step in STEPS if self.check(step).errors), None)

    @property
    def seal(self) -> str:
        """Return what tells these answers from others: what is sent is what was looked at."""
        return hashlib.sha256(json.dumps(self._answers, sort_keys=True).encode()).hexdigest()[:16]
