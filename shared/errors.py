"""The errors a rule may raise. `shared.http` turns each into problem+json, `shared.web` into a page.

A message is written for the person who caused it: what is wrong and how to mend it. It never
holds a person's data, SQL or a stack. It is a literal, so that it is found for translation; what
differs from case to case is passed by name:

    raise Conflict("more_than_paid", "Only %(ready)s of it is paid.", ready=3)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Coded:
    """A code as a value of a sentence: a program reads the code, a page shows its word.

    `vocabulary` is a list of `shared.web.words`, or `item` for a line of the catalogue.
    """

    code: str
    vocabulary: str

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English template, and the values that fill it: numbers, codes, texts, sentences, or lists of them.

    As text it is English. A page translates the template and writes each value in the reader's
    language.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        # Without values it may hold a percent sign, as gettext has it.
        filled = {name: _plain(value) for name, value in self.values.items()}
        return self.template % filled if filled else self.template


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


@dataclass(slots=True, init=False)
class Fault:
    """One thing wrong with an input: where (an RFC 6901 pointer) and what would mend it."""

    pointer: str
    sentence: Sentence

    def __init__(self, pointer: str, detail: str, **values: object) -> None:
        self.pointer = pointer
        self.sentence = Sentence(detail, values)

    @property
    def detail(self) -> str:
        """Return what is wrong in English."""
        return str(self.sentence)


class DomainError(Exception):
    """A rule refused the change. `code` never changes, `detail` may be reworded."""

    status = 400

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[Fault] = (),
        extra: Mapping[str, object] | None = None,
        **values: object,
    ) -> None:
        self.code = code
        self.sentence = Sentence(detail, values)
        self.errors = tuple(errors)
        self.extra = dict(extra or {})
        super().__init__(self.detail)

    @property
    def detail(self) -> str:
        """Return what was refused in English."""
        return str(self.sentence)


class Unauthenticated(DomainError):
    """Nobody has signed in, or the token or key does not hold."""

    status = 401


class Forbidden(DomainError):
    """The person is known, may know that the thing exists, and may not do this."""

    status = 403


class NotFound(DomainError):
    """The thing is absent, or its existence is not this person's business."""

    status = 404

    def __init__(self, what: str) -> None:
        super().__init__("not_found", "There is no such %(what)s.", what=what)


class Conflict(DomainError):
    """The state of the thing does not allow the change now."""

    status = 409


class PreconditionFailed(DomainError):
    """Somebody else changed the thing since it was read."""

    status = 412


class Invalid(DomainError):
    """The input is well-formed and breaks a rule. Holds every fault at once."""

    status = 422

    def __init__(self, errors: Sequence[Fault], detail: str = "The input has faults.") -> None:
        super().__init__("invalid", detail, errors=errors)


class PreconditionRequired(DomainError):
    """The change must say which version it was made from."""

    status = 428
