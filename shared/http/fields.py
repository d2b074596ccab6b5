"""marshmallow fields that refuse what the database can't hold, or what a later step would stumble on."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from shared import areas
from shared.text import PLAIN, is_plain
from shared.vocabulary import MAX_QUANTITY


class Text(fields.String):
    """A plain text, trimmed, not empty."""

    def __init__(self, *, longest: int = 300, **options: Any) -> None:
        told = {"minLength": 1, "maxLength": longest, "pattern": PLAIN}
        super().__init__(metadata=told | options.pop("metadata", {}), **options)
        self._longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options).strip()
        if not text:
            raise ValidationError("Must not be empty.")
        if len(text) > self._longest:
            raise ValidationError(f"Must have at most {self._longest} characters.")
        if not is_plain(text):
            raise ValidationError("Must not hold control characters, nor any that turn the order of others.")
        return str(text)


class Word(fields.String):
    """One word of a closed list."""

    def __init__(self, words: tuple[str, ...], **options: Any) -> None:
        super().__init__(validate=validate.OneOf(words), **options)


class Flag(fields.Boolean):
    """true or false of JSON, and nothing that stands for one of them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        # To Python 1 is true, and to marshmallow "on".
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **options)


class Quantity(fields.Integer):
    """A whole number of a unit, at least 1 (whole rupiah for cash)."""

    def __init__(self, *, smallest: int = 1, **options: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(smallest, MAX_QUANTITY), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        # A string of digits is an integer to marshmallow, and true is 1; neither is one in JSON.
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **options)


class AreaCode(fields.String):
    """The official code of the regency, a sub-district or a village."""

    _pattern = r"^\d{2}\.\d{2}(\.\d{2}(\.\d{4})?)?$"

    def __init__(self, **options: Any) -> None:
        told = {"maxLength": 13, "pattern": self._pattern}
        super().__init__(metadata=told | options.pop("metadata", {}), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        code = str(super()._deserialize(value, attr, data, **options))
        if not areas.exists(code):
            raise ValidationError("Is not the code of an area here.")
        return code


class VillageCode(AreaCode):
    """The official code of a village."""

    _pattern = r"^\d{2}\.\d{2}\.\d{2}\.\d{4}$"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        code = super()._deserialize(value, attr, data, **options)
        if code not in areas.villages():
            raise ValidationError("Is not the code of a village here.")
        return code
