"""Imports for planners: upload, progress, receipts."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from services.programs import words
from services.programs.database import db
from services.programs.imports import operations
from services.programs.imports.domain import OPTIONAL, REQUIRED
from services.programs.imports.models import ImportJob, ImportRow
from services.programs.imports.queries import find_import, imports, receipts
from services.programs.imports.schemas import OUTCOMES
from shared.auth import access
from shared.auth.principal import current_principal
from shared.errors import DomainError
from shared.web.forms import Form

pages = Blueprint("import_pages", __name__, url_prefix="/imports", template_folder="templates")

AT_ONCE = 50


@pages.get("")
@access.only("planner", "auditor", "admin")
def show_imports() -> str:
    """List the last imports, with the form for a new one."""
    return _page(None)


@pages.post("")
@access.only("planner")
def upload() -> Any:
    """Take a file."""
    form = Form.submitted()
    file = form.file("file")
    if file is None:
        return _page(form), 422
    try:
        job = operations.start_import(file.read(), dry_run=form.ticked("dry_run"), by=current_principal())
    except DomainError as error:
        db.session.rollback()
        form.take(error)
        return _page(form), error.status
    return redirect(url_for(".show_import", job=job.id), 303)


@pages.get("/<uuid:job>")
@access.only("planner", "auditor", "admin")
def show_import(job: UUID) -> str:
    """Show how far an import is, and the receipts of its rows."""
    found = find_import(db.session, job, current_principal())
    outcome = Form.asked().choice("outcome", OUTCOMES, required=False)
    rows = receipts(found.id, outcome=outcome)
    after = request.args.get("after", type=UUID)
    if after is not None:
        rows = rows.where(ImportRow.id > after)
    listed = db.session.scalars(rows.order_by(ImportRow.id).limit(AT_ONCE + 1)).all()
    here = partial(url_for, ".show_import", job=found.id, outcome=outcome)
    return render_template(
        "imports/import.html",
        job=found,
        rows=listed[:AT_ONCE],
        outcome=outcome,
        outcomes=OUTCOMES,
        words=words,
        next_url=here(after=listed[AT_ONCE - 1].id) if len(listed) > AT_ONCE else None,
        first_url=here() if after else None,
    )


@pages.get("/<uuid:job>/progress")
@access.only("planner", "auditor", "admin")
def show_progress(job: UUID) -> str:
    """Show how far an import is: the part of its page that renews itself."""
    return render_template(
        "imports/progress.html",
        job=find_import(db.session, job, current_principal()),
        words=words,
        outcomes=OUTCOMES,
    )


def _page(form: Form | None) -> str:
    last = imports(current_principal()).order_by(ImportJob.id.desc()).limit(20)
    return render_template(
        "imports/imports.html",
        imports=db.session.scalars(last).all(),
        form=form,
        required=REQUIRED,
        optional=OPTIONAL,
        words=words,
        may_import=current_principal().has("planner"),
    )
