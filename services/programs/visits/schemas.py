"""The shapes of visits over HTTP."""

from marshmallow import Schema, fields, validate

from services.programs.needs.schemas import NewNeedSchema
from services.programs.visits.domain import FORM_VERSION, QUESTIONS, REQUIRED
from shared.http.fields import AreaCode, Text, Word
from shared.http.lists import PageQuery
from shared.vocabulary import VISIT_OUTCOMES

VISIT_STATUSES = ("assigned", "completed")


class NewVisitSchema(Schema):
    """A visit to ask for."""

    due_on = fields.Date(load_default=None, allow_none=True)


class ResultSchema(Schema):
    """What a visit found."""

    client_id = Text(longest=100, required=True)
    visited_at = fields.AwareDateTime(required=True)
    outcome = Word(VISIT_OUTCOMES, required=True)
    answers = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        metadata={
            "description": f"Questions of {FORM_VERSION}: {', '.join(one.code for one in QUESTIONS)}. "
            f"Of a household that was found these must be answered: {', '.join(REQUIRED)}."
        },
    )
    needs = fields.List(fields.Nested(NewNeedSchema), load_default=list, validate=validate.Length(max=30))
    form_version = Text(longest=10, load_default=FORM_VERSION)


class VisitQuery(PageQuery):
    """The filters of the list of visits."""

    status = Word(VISIT_STATUSES, load_default=None)
    area = AreaCode(load_default=None)
    household = fields.UUID(load_default=None)


class VisitSchema(Schema):
    """A visit; its answers are read with the household."""

    object = fields.Constant("visit")
    id = fields.UUID()
    created_at = fields.AwareDateTime()
    household = fields.UUID(attribute="household_id")
    desa = fields.String()
    status = fields.String(metadata={"enum": list(VISIT_STATUSES)})
    due_on = fields.Date(allow_none=True)
    client_id = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True)
    visited_at = fields.AwareDateTime(allow_none=True)
    completed_at = fields.AwareDateTime(allow_none=True)
    needs_recorded = fields.Integer()
