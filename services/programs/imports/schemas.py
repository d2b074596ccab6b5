"""The shapes of imports over HTTP."""

from marshmallow import Schema, fields

from shared.http.fields import Word
from shared.http.lists import PageQuery

OUTCOMES = ("created", "updated", "unchanged", "duplicate", "invalid")


class NewImportSchema(Schema):
    """What goes with the file. With `dry_run` the registry stays as it is."""

    dry_run = fields.Boolean(load_default=False)


class ImportFileSchema(Schema):
    """The file: CSV in UTF-8 or Excel's cp1252, a row for each member."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class ImportSchema(Schema):
    """An import: how far it is, and how many rows came out how."""

    object = fields.Constant("import")
    id = fields.UUID()
    created_at = fields.AwareDateTime()
    state = fields.String(metadata={"enum": ["queued", "running", "finished", "failed"]})
    reason = fields.String(
        allow_none=True, metadata={"description": "Why it failed: a code, never what stood in the file."}
    )
    dry_run = fields.Boolean()
    done = fields.Integer()
    total = fields.Integer()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    started_at = fields.AwareDateTime(allow_none=True)
    finished_at = fields.AwareDateTime(allow_none=True)


class RowQuery(PageQuery):
    """The filter of an import's rows."""

    outcome = Word(OUTCOMES, load_default=None)


class RowSchema(Schema):
    """The receipt of a row: codes, never what stood in it."""

    object = fields.Constant("import_row")
    id = fields.UUID()
    created_at = fields.AwareDateTime()
    line = fields.Integer()
    outcome = fields.String()
    reasons = fields.List(fields.String())
    household = fields.UUID(attribute="household_id", allow_none=True)
