"""The audit log over HTTP."""

from typing import Any

from services.programs.audit.models import AuditEntry
from services.programs.audit.queries import visible_entries
from services.programs.audit.schemas import AuditEntrySchema, AuditQuery
from services.programs.database import db
from shared.auth import access
from shared.auth.principal import current_principal
from shared.http.lists import listing, page
from shared.http.resources import Blueprint

blueprint = Blueprint("audit", __name__, url_prefix="/v1/audit", description="Who read or changed what.")


@blueprint.route("", methods=["GET"])
@access.only("auditor")
@blueprint.arguments(AuditQuery, location="query")
@blueprint.response(200, listing(AuditEntrySchema))
def list_entries(query: dict[str, Any]) -> Any:
    """List the lines of the audit log, oldest first; with an area, those about its households and one's own."""
    wanted = visible_entries(current_principal(), household=query["household"], actor=query["actor"])
    return page(db.session(), wanted, AuditEntry.id, query)
