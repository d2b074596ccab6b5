"""What every event is: a frozen struct that knows its service, version and key."""

import re
from typing import ClassVar
from uuid import UUID

import msgspec

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact in the past tense about one aggregate. Holds no personal data.

    Readers ignore fields they do not know: that is what lets a writer add one.
    """

    service: ClassVar[str]
    keyed_by: ClassVar[str]
    version_of_type: ClassVar[int] = 1

    @classmethod
    def type_name(cls) -> str:
        """Return the CloudEvents type, e.g. `id.helix.donations.pledge-opened.v1`."""
        name = _WORD.sub("-", cls.__name__).lower()
        return f"id.helix.{cls.service}.{name}.v{cls.version_of_type}"

    @property
    def key(self) -> UUID:
        """Return the aggregate's id: all events of one key travel in order."""
        found: UUID = getattr(self, self.keyed_by)
        return found
