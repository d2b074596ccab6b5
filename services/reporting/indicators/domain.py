"""What an indicator is. What is counted here and what others publish are never mixed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

REGISTRY = "registry"
OFFICIAL = "official"


@dataclass(frozen=True, slots=True)
class Definition:
    """What an indicator says, in both languages. `figure` names the registry's figure that is its value."""

    id: str
    kind: str
    unit: str
    figure: str
    name_id: str
    name_en: str
    text_id: str
    text_en: str
    # When it was first defined; all of these were at once.
    created_at: ClassVar[datetime] = datetime(2026, 11, 21, tzinfo=UTC)

    @property
    def name(self) -> dict[str, str]:
        """Return its name by language."""
        return {"id": self.name_id, "en": self.name_en}

    @property
    def text(self) -> dict[str, str]:
        """Return its definition by language."""
        return {"id": self.text_id, "en": self.text_en}
