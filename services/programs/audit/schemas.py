"""The shape of the audit log over HTTP."""

from marshmallow import Schema, fields

from shared.http.fields import Text
from shared.http.lists import PageQuery


class AuditQuery(PageQuery):
    """The filters of the audit log."""

    household = fields.UUID(load_default=None)
    actor = Text(longest=100, load_default=None)


class AuditEntrySchema(Schema):
    """Who did what with which record, when and why."""

    object = fields.Constant("audit_entry")
    id = fields.UUID()
    created_at = fields.AwareDateTime(attribute="at")
    seq = fields.Integer()
    actor = fields.String()
    action = fields.String()
    household = fields.UUID(attribute="household_id", allow_none=True)
    why = fields.String()
    request_id = fields.String(allow_none=True)
