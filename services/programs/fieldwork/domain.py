"""A visit that is being filled in: where one is in it, and what was said so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

from services.programs.visits.domain import BY_CODE, QUESTIONS, answer_faults
from shared.catalogue import ITEMS
from shared.vocabulary import MAX_QUANTITY, NEED_CATEGORIES, RUPIAH, VISIT_OUTCOMES

OUTCOME, NEEDS, CHECK = "outcome", "needs", "check"

_FOUND = (OUTCOME, *(question.code for question in QUESTIONS), NEEDS, CHECK)
_NOT_FOUND = (OUTCOME, "note", CHECK)
MOST_NEEDS = 12


class Lack(TypedDict):
    """A need as the form carries it, and as it is recorded."""

    category: str
    item: str | None
    unit: str
    quantity: int
    urgency: int
    indivisible: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """The step one is at, and the answers so far."""

    step: str = OUTCOME
    outcome: str | None = None
    answers: Mapping[str, bool | int | str | Sequence[str]] = field(default_factory=dict)
    needs: Sequence[Lack] = ()

    @property
    def path(self) -> tuple[str, ...]:
        """Return the steps there are: few where nobody was met."""
        return _FOUND if self.outcome in {None, "found"} else _NOT_FOUND

    @property
    def is_sound(self) -> bool:
        """Tell whether this form could have made it: it comes back from a page that anybody can rewrite."""
        return (
            (self.outcome in VISIT_OUTCOMES if self.outcome is not None else self.step == OUTCOME)
            and self.step in self.path
            and all(code in BY_CODE for code in self.answers)
            and not answer_faults(self.answers)
            and len(self.needs) <= MOST_NEEDS
            and all(_is_need(need) for need in self.needs)
        )

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

    def lacking(self, need: Lack) -> "Draft":
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


def _is_need(need: Lack) -> bool:
    kind = (need["category"], need["item"])
    return (
        kind in kinds_of_need()
        and 1 <= need["quantity"] <= MAX_QUANTITY
        and 1 <= need["urgency"] <= 5
        and need == need_of(code_of(*kind), need["quantity"], need["urgency"])
    )
