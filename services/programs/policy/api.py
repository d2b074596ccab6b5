"""`/v1/policy`: read by officers, changed by the planner."""

from typing import Any

from services.programs.database import db
from services.programs.policy.models import PolicyVersion
from services.programs.policy.operations import adopt_policy
from services.programs.policy.queries import current_version
from services.programs.policy.schemas import NewPolicySchema, PolicySchema, render_policy
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.http.resources import Blueprint
from shared.http.versions import require_version, tagged, versioned

blueprint = Blueprint("policy", __name__, url_prefix="/v1/policy", description="The policy of the match.")

Answer = tuple[dict[str, Any], int, dict[str, str]]


@blueprint.route("", methods=["GET"])
@access.only("tksk", *OFFICERS)
@blueprint.response(200, PolicySchema)
def get_policy() -> Answer:
    """Return the policy that holds now."""
    return _answer(current_version(db.session))


@blueprint.route("", methods=["PUT"])
@access.only("planner", whole_regency=True)
@versioned
@blueprint.arguments(NewPolicySchema)
@blueprint.response(200, PolicySchema)
def put_policy(body: dict[str, Any]) -> Answer:
    """Adopt the next version of the policy; If-Match names the one it was made from."""
    current = current_version(db.session)
    require_version(current.version)
    return _answer(adopt_policy(current.version, body, by=current_principal().id))


def _answer(policy: PolicyVersion) -> Answer:
    return render_policy(policy), 200, tagged(policy.version)
