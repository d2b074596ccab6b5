"""The form that is filled in at the door, version `v1`: a closed list of questions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shared.errors import Fault
from shared.text import is_plain

FORM_VERSION = "v1"

Kind = Literal["yes_no", "count", "rupiah", "choice", "choices", "text"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the kind of its answer, and the codes or the most it may be.

    It must be answered where the household was met, unless it is `optional`.
    """

    code: str
    kind: Kind
    choices: tuple[str, ...] = ()
    most: int = 0
    optional: bool = False


# A second person decides by the answers: whether the household is there, how far its spending lies from
# the line, and whether what its score rests on (its size, its earners, its house) is so. The rest may be
# left open.
QUESTIONS = (
    Question("lives_here", "yes_no"),
    Question("people", "count", most=40),
    Question("earners", "count", most=40),
    Question("monthly_spending_idr", "rupiah", most=100_000_000),
    Question("meals_a_day", "choice", ("one", "two", "three"), optional=True),
    Question("house_condition", "choice", ("sound", "damaged", "unsafe")),
    Question("drinking_water", "choice", ("piped", "protected", "unprotected", "bought")),
    Question("toilet", "choice", ("own", "shared", "none")),
    Question("lighting", "choice", ("own_meter", "shared", "none")),
    Question(
        "aid_received",
        "choices",
        ("pkh", "sembako", "blt_dana_desa", "pbi_jkn", "pip", "other", "none"),
        optional=True,
    ),
    Question("note", "text", most=500, optional=True),
)
BY_CODE = {question.code: question for question in QUESTIONS}
REQUIRED = tuple(question.code for question in QUESTIONS if not question.optional)

_CODE = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
_MOST_ANSWERS = 60


def answer_faults(answers: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with the answers that there are.

    A question that this version does not ask is kept if it is well-formed: a phone that was offline
    while the form changed must not lose its visit.
    """
    if len(answers) > _MOST_ANSWERS:
        return [Fault("/answers", "Must have at most %(most)s answers.", most=_MOST_ANSWERS)]
    faults = []
    for code, answer in answers.items():
        question = BY_CODE.get(code)
        pointer = f"/answers/{code[:40].replace('~', '~0').replace('/', '~1')}"
        fault = (
            _unknown_fault(code, answer, pointer) if question is None else _fault(question, answer, pointer)
        )
        if fault is not None:
            faults.append(fault)
    return faults


def unanswered(outcome: str | None, answers: Mapping[str, Any]) -> list[str]:
    """Return the questions that have no answer and must have one: some where the household was met."""
    return [code for code in REQUIRED if code not in answers] if outcome == "found" else []


def _fault(question: Question, answer: Any, pointer: str) -> Fault | None:
    if _holds(question, answer):
        return None
    match question.kind:
        case "yes_no":
            return Fault(pointer, "Must be true or false.")
        case "count" | "rupiah":
            return Fault(pointer, "Must be a whole number to %(most)s.", most=question.most)
        case "choice":
            return Fault(pointer, "Must be one of: %(codes)s.", codes=question.choices)
        case "choices":
            return Fault(pointer, "Must be a list of: %(codes)s.", codes=question.choices)
        case "text":
            return Fault(pointer, "Must be plain text of at most %(most)s characters.", most=question.most)


def _holds(question: Question, answer: Any) -> bool:
    match question.kind:
        case "yes_no":
            return isinstance(answer, bool)
        case "count" | "rupiah":
            return isinstance(answer, int) and not isinstance(answer, bool) and 0 <= answer <= question.most
        case "choice":
            return answer in question.choices
        case "choices":
            return isinstance(answer, list) and all(one in question.choices for one in answer)
        case "text":
            return _is_text(answer, question.most)


def _unknown_fault(code: str, answer: Any, pointer: str) -> Fault | None:
    if not _CODE.match(code):
        return Fault(pointer, "Is not the code of a question.")
    several = answer if isinstance(answer, list) else [answer]
    if len(several) <= 30 and all(one is None or isinstance(one, bool) or _is_small(one) for one in several):
        return None
    return Fault(pointer, "Must be a short text, a number, true or false, or a list of them.")


def _is_small(answer: Any) -> bool:
    if isinstance(answer, int | float):
        return abs(answer) <= 10**15
    return _is_text(answer, 500)


def _is_text(answer: Any, longest: int) -> bool:
    return isinstance(answer, str) and len(answer) <= longest and is_plain(answer)
