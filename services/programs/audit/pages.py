"""The audit log for auditors."""

from functools import partial

from flask import Blueprint, render_template, request, url_for

from services.programs import words
from services.programs.audit.models import AuditEntry
from services.programs.audit.queries import accounts_of, actor_of, households_like, visible_entries
from services.programs.database import db
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.web.forms import Form
from shared.web.words import word

pages = Blueprint("audit_pages", __name__, url_prefix="/audit", template_folder="templates")

AT_ONCE = 50


@pages.get("")
@access.only("auditor")
def show_entries() -> str:
    """List who read or changed what, the last first."""
    form = Form.asked()
    household, person = form.text("household", required=False), form.text("person", required=False)
    wanted = visible_entries(current_principal(), actor=person and actor_of(db.session, person))
    if household is not None:
        wanted = wanted.where(AuditEntry.household_id.in_(households_like(household)))
    before = request.args.get("before", type=int)
    if before is not None:
        wanted = wanted.where(AuditEntry.seq < before)
    found = db.session.scalars(wanted.order_by(AuditEntry.seq.desc()).limit(AT_ONCE + 1)).all()
    shown = found[:AT_ONCE]
    here = partial(url_for, ".show_entries", household=household, person=person)
    return render_template(
        "audit/entries.html",
        entries=shown,
        accounts=accounts_of(db.session, {entry.actor for entry in shown}),
        words=words,
        why_of=_why,
        form=form,
        filtered=household or person,
        may_open=current_principal().has(*OFFICERS),
        next_url=here(before=shown[-1].seq) if len(found) > AT_ONCE else None,
        first_url=here() if before else None,
    )


def _why(entry: AuditEntry) -> str:
    """Return why, in words of the reader: what a visit found, or how a record came to be read."""
    if entry.action == "visit.completed":
        return word(entry.why, "visit_outcome")
    return words.label(words.READINGS, entry.why)
