"""A visit that is being filled in: which steps there are, and what was said so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

from services.programs.visits.domain import QUESTIONS
from shared.catalogue import ITEMS
from shared.vocabulary import NEED_CATEGORIES, RUPIAH

OUTCOME, NEEDS, CHECK = "outcome", "needs", "check"

_FOUND = (OUTCOME, *(question.code for question in QUESTIONS), NEEDS, CHECK)
_NOT_FOUND = (OUTCOME, "note", CHECK)
MOST_NEEDS = 12

# Rupiah a month for each person. Where little is spent it is some hundred thousand: what lies outside has
# a zero too few or too many.
_LEAST_SPENT, _MOST_SPENT = 50_000, 1_500_000


class Lack(TypedDict):
    """A need as the draft keeps it, and as it is recorded."""

    category: str
    item: str | None
    unit: str
    quantity: int
    urgency: int
    indivisible: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """The answers so far, and the furthest step one has come to: there one goes on.

    An answer belongs to a step that is named with it. Given twice, or after going back, it takes the
    place of the one before.
    """

    reached: str = OUTCOME
    outcome: str | None = None
    answers: Mapping[str, bool | int | str | Sequence[str]] = field(default_factory=dict)
    needs: Sequence[Lack] = ()

    @property
    def path(self) -> tuple[str, ...]:
        """Return the steps there are: few where nobody was met."""
        return _FOUND if self.outcome in {None, "found"} else _NOT_FOUND

    @property
    def odd_spending(self) -> int | None:
        """Return what each person spends in a month by the answers, where that is to be asked about."""
        spending, people = self.answers.get("monthly_spending_idr"), self.answers.get("people")
        if not isinstance(spending, int) or not isinstance(people, int):
            return None
        each = spending // max(people, 1)
        return None if _LEAST_SPENT <= each <= _MOST_SPENT else each

    def leads_to(self, step: str) -> bool:
        """Tell whether a step can be shown: all others follow from whether somebody was met."""
        return step == OUTCOME or (self.outcome is not None and step in self.path)

    def place_of(self, step: str) -> int:
        """Return how many steps lie before this one."""
        return self.path.index(step) if step in self.path else 0

    def before(self, step: str) -> str:
        """Return the step before this one."""
        return self.path[max(self.place_of(step) - 1, 0)]

    def after(self, step: str) -> str:
        """Return the step after this one; the last one for who has been there already."""
        return CHECK if self.reached == CHECK else self.path[min(self.place_of(step) + 1, len(self.path) - 1)]

    def passed(self, step: str) -> "Draft":
        """Note that a step was answered."""
        return replace(self, reached=max(self.reached, self.after(step), key=self.place_of))

    def met(self, outcome: str) -> "Draft":
        """Say whether the household was met; what was asked of it before falls away if it was not."""
        if outcome == self.outcome:
            return self
        if outcome == "found":
            return replace(self, outcome=outcome, reached=OUTCOME)
        note = {code: answer for code, answer in self.answers.items() if code == "note"}
        return Draft(outcome=outcome, answers=note)

    def answered(self, code: str, answer: Any) -> "Draft":
        """Keep an answer, or take it back where there is none."""
        others = {key: value for key, value in self.answers.items() if key != code}
        return replace(self, answers=others if answer is None else others | {code: answer})

    def lacking(self, need: Lack) -> "Draft":
        """Add a need."""
        return replace(self, needs=(*self.needs, need))

    def without(self, kind: str) -> "Draft":
        """Take the need of a kind out."""
        return replace(self, needs=tuple(need for need in self.needs if kind_of(need) != kind))


def kinds_of_need() -> list[tuple[str, str | None]]:
    """Return what a household can lack, as (category, item): an item of the catalogue, or rupiah."""
    return [(item.category, name) for name, item in ITEMS.items()] + [
        (name, None) for name in NEED_CATEGORIES
    ]


def code_of(category: str, item: str | None) -> str:
    """Return the code of a kind of need."""
    return f"{category}:{item or RUPIAH}"


def kind_of(need: Lack) -> str:
    """Return the code of a need's kind; a visit records each kind once."""
    return code_of(need["category"], need["item"])


def need_of(code: str, quantity: int, urgency: int) -> Lack:
    """Return the need of a kind."""
    category, _, item = code.partition(":")
    in_rupiah = item == RUPIAH
    return Lack(
        category=category,
        item=None if in_rupiah else item,
        unit=RUPIAH if in_rupiah else ITEMS[item].unit,
        quantity=quantity,
        urgency=urgency,
        indivisible=False,
    )
