"""What an indicator is. What is counted here and what others publish are never mixed."""

from dataclasses import dataclass

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

    @property
    def name(self) -> dict[str, str]:
        """Return its name by language."""
        return {"id": self.name_id, "en": self.name_en}

    @property
    def text(self) -> dict[str, str]:
        """Return its definition by language."""
        return {"id": self.text_id, "en": self.text_en}
