"""The shapes of households over HTTP."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.programs.identity.domain import FAULT_TEXTS, number_fault
from services.programs.registry.domain import RELATION_WORDS, SEX_WORDS, is_vintage
from shared import clock
from shared.http.fields import AreaCode, Text, VillageCode, Word
from shared.http.lists import PageQuery
from shared.vocabulary import ATTRIBUTES, DECILE_SOURCES, HOUSEHOLD_STATUSES

MOST_MEMBERS = 40


_AS_PRINTED = "Spaces, dots and hyphens between the digits are left out."


class Number(fields.String):
    """A NIK or a KK number: text of 16 digits, never a JSON number."""

    def __init__(self, **options: Any) -> None:
        told = {"pattern": "^[0-9]{16}$", "maxLength": 16, "description": _AS_PRINTED}
        super().__init__(metadata=told, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        number = re.sub(r"[\s.-]", "", super()._deserialize(value, attr, data, **options))
        fault = number_fault(number)
        if fault is not None:
            raise ValidationError(FAULT_TEXTS[fault])
        return str(number)


class OneOf(fields.String):
    """One of some words, each with the one it stands for."""

    def __init__(self, words: Mapping[str, str], **options: Any) -> None:
        super().__init__(metadata={"enum": list(words)}, **options)
        self._words = words

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        word = str(super()._deserialize(value, attr, data, **options)).strip().lower()
        if word not in self._words:
            raise ValidationError(f"Must be one of: {', '.join(self._words)}.")
        return self._words[word]


class Vintage(fields.String):
    """The edition of a data set: a year, and what tells several of a year apart."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        is_year = isinstance(value, int) and not isinstance(value, bool)
        edition = str(super()._deserialize(str(value) if is_year else value, attr, data, **options)).strip()
        if not is_vintage(edition):
            raise ValidationError("Must be a year, as 2025, or an edition of it, as 2025-01.")
        return edition


class DecileSchema(Schema):
    """The welfare decile that a national data set gives."""

    value = fields.Integer(required=True, strict=True, validate=validate.Range(1, 10))
    source = Word(DECILE_SOURCES, required=True)
    vintage = Vintage(required=True)


class HousingSchema(Schema):
    """What the dwelling is made of, in the words of the registries."""

    roof = Text(longest=60, allow_none=True)
    wall = Text(longest=60, allow_none=True)
    floor = Text(longest=60, allow_none=True)
    water = Text(longest=60, allow_none=True)
    sanitation = Text(longest=60, allow_none=True)
    lighting = Text(longest=60, allow_none=True)


class NewMemberSchema(Schema):
    """A person to register."""

    nik = Number(required=True)
    name = Text(longest=200, required=True)
    born_on = fields.Date(required=True)
    sex = OneOf(SEX_WORDS, required=True)
    relation = OneOf(RELATION_WORDS, required=True)
    attributes = fields.List(
        Word(ATTRIBUTES), load_default=list, validate=validate.Length(max=len(ATTRIBUTES))
    )

    @validates_schema
    def _was_born(self, data: dict[str, Any], **_options: Any) -> None:
        if not clock.today().year - 130 <= data["born_on"].year or data["born_on"] > clock.today():
            raise ValidationError("Must be a day in the past 130 years.", "born_on")


class NewHouseholdSchema(Schema):
    """A household to register."""

    kk_number = Number(required=True)
    address = Text(longest=500, required=True)
    desa = VillageCode(required=True)
    decile = fields.Nested(DecileSchema, required=True)
    housing = fields.Nested(HousingSchema, load_default=dict)
    members = fields.List(
        fields.Nested(NewMemberSchema), required=True, validate=validate.Length(1, MOST_MEMBERS)
    )

    @validates_schema
    def _fits_together(self, data: dict[str, Any], **_options: Any) -> None:
        members = data["members"]
        if sum(member["relation"] == "head" for member in members) != 1:
            raise ValidationError("Exactly one member must have the relation head.", "members")
        niks = [member["nik"] for member in members]
        twice = {place for place, nik in enumerate(niks) if nik in niks[:place]}
        if twice:
            raise ValidationError(
                {"members": {place: {"nik": ["Stands here twice."]} for place in sorted(twice)}}
            )


class HouseholdQuery(PageQuery):
    """The filters of the list of households."""

    desa = AreaCode(load_default=None)
    status = Word(HOUSEHOLD_STATUSES, load_default=None)
    held = fields.Boolean(load_default=None)
    max_decile = fields.Integer(load_default=None, validate=validate.Range(1, 10))


class WarningSchema(Schema):
    """Something a person should look at."""

    code = fields.String()
    detail = fields.String()


class MemberSchema(Schema):
    """A member as it is read. The NIK is whole only for those who check it."""

    id = fields.UUID()
    nik = fields.String()
    name = fields.String()
    born_on = fields.Date()
    sex = fields.String()
    relation = fields.String()
    attributes = fields.List(fields.String())
    warnings = fields.List(fields.Nested(WarningSchema))


class HouseholdLineSchema(Schema):
    """A household in a list: nothing that tells who it is."""

    object = fields.Constant("household")
    id = fields.UUID()
    created_at = fields.AwareDateTime()
    desa = fields.String()
    status = fields.String()
    version = fields.Integer()
    held = fields.Boolean()
    synthetic = fields.Boolean()
    people = fields.Integer()
    ages = fields.Dict(keys=fields.String(), values=fields.Integer())
    attributes = fields.List(fields.String())
    decile = fields.Nested(DecileSchema)
    score = fields.Integer()
    score_version = fields.String()
    verified_at = fields.AwareDateTime(allow_none=True)
    valid_until = fields.Date(allow_none=True)


class HouseholdSchema(HouseholdLineSchema):
    """A household as it is read; each reading of one is recorded."""

    kk_number = fields.String()
    address = fields.String()
    housing = fields.Nested(HousingSchema)
    score_parts = fields.Dict(keys=fields.String(), values=fields.Integer())
    members = fields.List(fields.Nested(MemberSchema))
