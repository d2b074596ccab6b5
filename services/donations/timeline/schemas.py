"""Timelines over HTTP."""

from marshmallow import Schema, fields

from services.donations.timeline.domain import CODES
from shared.http.fields import Word


class TimelineEntrySchema(Schema):
    """One thing that happened to a pledge."""

    object = fields.Constant("timeline_entry")
    id = fields.UUID()
    created_at = fields.AwareDateTime()
    pledge = fields.UUID(attribute="pledge_id")
    allocation = fields.UUID(attribute="allocation_id", allow_none=True)
    code = Word(CODES)
    data = fields.Dict(keys=fields.String(), attribute="told")
