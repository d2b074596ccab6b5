"""Imports over HTTP."""

from typing import Any
from uuid import UUID

from flask import Flask, request, request_started

from services.programs.database import db
from services.programs.imports import operations
from services.programs.imports.models import ImportJob, ImportRow
from services.programs.imports.queries import find_import, imports, receipts
from services.programs.imports.schemas import (
    OUTCOMES,
    ImportFileSchema,
    ImportSchema,
    NewImportSchema,
    RowQuery,
    RowSchema,
)
from shared.auth import access
from shared.auth.principal import current_principal
from shared.http.idempotency import idempotent
from shared.http.lists import PageQuery, listing, page
from shared.http.resources import Blueprint

LARGEST_FILE = 32 * 1024 * 1024

# Whose body may be a file. Everything else keeps the limit of all requests.
_TAKE_FILES = {"imports.start_import", "import_pages.upload"}

blueprint = Blueprint(
    "imports", __name__, url_prefix="/v1/imports", description="Imports of a registry's file."
)


def _allow_a_file(_app: Flask, **_options: Any) -> None:
    if request.endpoint in _TAKE_FILES:
        request.max_content_length = LARGEST_FILE


# It is told when a request starts, because the body is read by what looks for a form's token first.
blueprint.record_once(lambda state: request_started.connect(_allow_a_file, state.app))


@blueprint.route("", methods=["POST"])
@access.only("planner")
@idempotent
@blueprint.arguments(NewImportSchema, location="form")
@blueprint.arguments(ImportFileSchema, location="files")
@blueprint.response(202, ImportSchema)
def start_import(body: dict[str, Any], files: dict[str, Any]) -> Any:
    """Take a file and answer with the job that brings it in; faults of the file as a whole at once."""
    content = files["file"].read()
    job = operations.start_import(content, dry_run=body["dry_run"], by=current_principal())
    return render(job), 202, {"Location": f"{request.script_root}/v1/imports/{job.id}"}


@blueprint.route("", methods=["GET"])
@access.only("planner", "auditor", "admin")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listing(ImportSchema))
def list_imports(query: dict[str, Any]) -> Any:
    """List the imports; with an area, those of it and the caller's own."""
    return page(db.session(), imports(current_principal()), ImportJob.id, query, render)


@blueprint.route("/<uuid:job>", methods=["GET"])
@access.only("planner", "auditor", "admin")
@blueprint.response(200, ImportSchema)
def get_import(job: UUID) -> Any:
    """Return how far an import is."""
    return render(find_import(db.session, job, current_principal()))


@blueprint.route("/<uuid:job>/rows", methods=["GET"])
@access.only("planner", "auditor", "admin")
@blueprint.arguments(RowQuery, location="query")
@blueprint.response(200, listing(RowSchema))
def list_rows(query: dict[str, Any], job: UUID) -> Any:
    """List the receipts of an import's rows."""
    found = find_import(db.session, job, current_principal())
    return page(db.session(), receipts(found.id, outcome=query["outcome"]), ImportRow.id, query)


def render(job: ImportJob) -> dict[str, Any]:
    """Return an import as it is read: every outcome with its count."""
    names = ImportSchema._declared_fields
    shown = {name: getattr(job, name) for name in names if name not in {"object", "counts"}}
    return shown | {"counts": {outcome: job.counts.get(outcome, 0) for outcome in OUTCOMES}}
