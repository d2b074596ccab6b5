"""A visit that is being filled in: where one is in it, and what was said so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.programs.visits.domain import QUESTIONS
from shared.catalogue import ITEMS
from shared.vocabulary import NEED_CATEGORIES, RUPIAH

OUTCOME, NEEDS, CHECK = "outcome", "needs", "check"

_FOUND = (OUTCOME, *(question.code for question in QUESTIONS), NEEDS, CHECK)
_NOT_FOUND = (OUTCOME, "note", CHECK)
MOST_NEEDS = 12


@dataclass(frozen=True, slots=True)
class Draft:
    """The step one is at, and the answers so far."""

    step: str = OUTCOME
    outcome: str | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    needs: Sequence[Mapping[str, Any]] = ()

    @property
    def path(self) -> tuple[str, ...]:
        """Return the steps there are: few where nobody was met."""
        return _FOUND if self.outcome in {None, "found"} else _NOT_FOUND

    @property
    def place(self) -> int:
        """Return how many steps lie before this one."""
        return self.path.index(self.step) if self.step in self.path else 0

    def forward(self) -> "Draft":
        """Go one step on."""
        return replace(self, step=self.path[min(self.place + 1, len(self.path) - 1)])

    def back(self) -> "Draft":
        """Go one step back."""
        return replace(self, step=self.path[max(self.place - 1, 0)])

    def met(self, outcome: str) -> "Draft":
        """Say whether the household was met; what was asked of it before falls away if it was not."""
        kept = self if outcome == "found" else replace(self, needs=(), answers=_only(self.answers, "note"))
        return replace(kept, outcome=outcome)

    def answered(self, code: str, answer: Any) -> "Draft":
        """Keep an answer, or take it back where there is none."""
        others = {key: value for key, value in self.answers.items() if key != code}
        return replace(self, answers=others if answer is None else others | {code: answer})

    def lacking(self, need: Mapping[str, Any]) -> "Draft":
        """Add a need."""
        return replace(self, needs=(*self.needs, need))

    def without_need(self, place: int) -> "Draft":
        """Take a need out."""
        return replace(self, needs=tuple(need for n, need in enumerate(self.needs) if n != place))


def _only(answers: Mapping[str, Any], code: str) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if key == code}


def kinds_of_need() -> list[tuple[str, str | None]]:
    """Return what a household can lack, as (category, item): an item of the catalogue, or rupiah."""
    return [(item.category, name) for name, item in ITEMS.items()] + [
        (name, None) for name in NEED_CATEGORIES
    ]


def code_of(category: str, item: str | None) -> str:
    """Return the code of a kind of need."""
    return f"{category}:{item or RUPIAH}"


def need_of(code: str, quantity: int, urgency: int) -> dict[str, Any]:
    """Return the need of a kind."""
    category, _, item = code.partition(":")
    need: dict[str, Any] = {
        "category": category,
        "quantity": quantity,
        "urgency": urgency,
        "indivisible": False,
    }
    if item == RUPIAH:
        return need | {"unit": RUPIAH, "item": None}
    return need | {"unit": ITEMS[item].unit, "item": item}
