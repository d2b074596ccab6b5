"""The shape of other pledges over HTTP; in words what they ask for, and why none gives more to a need."""

from typing import Any

from flask_babel import gettext, ngettext
from marshmallow import Schema, fields

from services.programs import words
from services.programs.alternatives.queries import Alternatives, LimitInAll, WhyOpen
from shared.web.formats import rupiah, whole
from shared.web.sentences import rules_met

_SHOWN = ("stakeholder_kind", "fund", "free", "expires_on")


class AlternativeSchema(Schema):
    """A pledge that could give something to a need. `admitted_by`: what it asks for and the need meets."""

    pledge = fields.UUID()
    stakeholder_kind = fields.String()
    fund = fields.String()
    free = fields.Integer(metadata={"description": "What is free of it, in the need's unit."})
    expires_on = fields.Date(allow_none=True)
    admitted_by = fields.List(fields.String())
    words = fields.List(fields.String(), metadata={"description": "`admitted_by` in words."})


class AlternativesSchema(Schema):
    """The pledges that end first, of so many."""

    data = fields.List(fields.Nested(AlternativeSchema))
    of = fields.Integer()


def render_alternatives(found: Alternatives) -> dict[str, Any]:
    """Return pledges as `AlternativesSchema` shows them, in the reader's language."""
    shown = [
        {name: getattr(pledge, name) for name in _SHOWN}
        | {"pledge": pledge.id, "admitted_by": codes, "words": rules_met(codes)}
        for pledge, codes in found.shown
    ]
    return {"data": shown, "of": found.of}


def say_why_open(why: WhyOpen) -> list[str]:
    """Return why something of a need is open, in sentences of the reader's language."""
    said = [words.label(words.WHY_OPEN, why.code)]
    if why.household_limit is not None:
        said.append(say_limit(why.household_limit))
    # Where it is the household's own matter, it does not matter who has what.
    if why.needs_before and not why.code.startswith("household"):
        said.append(_say_needs_before(why.needs_before))
    return said


def _say_needs_before(count: int) -> str:
    return str(
        ngettext(
            "%(count)s other need has something of those pledges, open or covered by now; the rank counts needs that"
            " are open.",
            "%(count)s other needs have something of those pledges, open or covered by now; the rank counts needs that"
            " are open.",
            count,
            count=whole(count),
        )
    )


def say_limit(limit: LimitInAll) -> str:
    """Return what a household may have in all and what it has of that, in a sentence of the reader's language."""
    return str(
        gettext(
            "At reference prices a household may have %(limit)s in all since it was verified. This one has %(has)s,"
            " received or on its way: %(left)s is left.",
            limit=rupiah(limit.limit_idr),
            has=rupiah(limit.has_idr),
            left=rupiah(limit.left_idr),
        )
    )
