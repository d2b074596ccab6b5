"""Organisations and keys over HTTP."""

from marshmallow import Schema, fields, validate

from services.donations.stakeholders.domain import STATUSES
from shared.auth.principal import SCOPES
from shared.http.fields import Text, Word
from shared.http.lists import PageQuery
from shared.vocabulary import STAKEHOLDER_KINDS


class NewStakeholderSchema(Schema):
    """An organisation that wants to take part."""

    name = Text(longest=200, required=True)
    kind = Word(STAKEHOLDER_KINDS, required=True)
    contact_email = fields.Email(required=True, validate=validate.Length(max=254))
    about = Text(longest=2000, allow_none=True)


class StakeholderSchema(Schema):
    """An organisation that takes part."""

    object = fields.Constant("stakeholder")
    id = fields.UUID()
    created_at = fields.AwareDateTime()
    name = fields.String()
    kind = Word(STAKEHOLDER_KINDS)
    contact_email = fields.String()
    about = fields.String(allow_none=True)
    status = Word(STATUSES)
    suspended_because = fields.String(allow_none=True)
    example = fields.Boolean()


class StakeholderQuery(PageQuery):
    """Which organisations to list."""

    status = Word(STATUSES, load_default=None)


class SuspensionSchema(Schema):
    """Why an organisation is suspended."""

    reason = Text(longest=500, required=True)


class NewKeySchema(Schema):
    """A key to be made."""

    name = Text(longest=100, required=True)
    scopes = fields.List(Word(SCOPES), required=True, validate=validate.Length(1, len(SCOPES)))


class KeySchema(Schema):
    """A key, without what makes it work."""

    object = fields.Constant("key")
    id = fields.UUID()
    created_at = fields.AwareDateTime()
    stakeholder = fields.UUID(attribute="stakeholder_id")
    name = fields.String()
    prefix = fields.String()
    scopes = fields.List(fields.String())


class CreatedKeySchema(KeySchema):
    """A key just made. `key` is shown this once."""

    key = fields.String()
