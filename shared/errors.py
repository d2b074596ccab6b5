"""The errors a rule may raise. `shared.http` turns each into problem+json.

A message is written for the person who caused it: what is wrong and how to mend it. It never
holds a person's data, SQL or a stack.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where (an RFC 6901 pointer) and what would mend it."""

    pointer: str
    detail: str


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
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = dict(extra or {})


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
        super().__init__("not_found", f"There is no such {what}.")


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
