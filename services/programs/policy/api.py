"""`/v1/policy`: read by everyone, drafted by a planner, adopted by a second person."""

from http import HTTPStatus
from typing import Any

from services.programs.database import db
from services.programs.policy import operations
from services.programs.policy.models import PolicyDraft, PolicyVersion
from services.programs.policy.queries import current_version, find_draft, find_version, peek_draft
from services.programs.policy.schemas import (
    NewPolicySchema,
    PolicyDraftSchema,
    PolicySchema,
    render_draft,
    render_policy,
    rules_of,
)
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.http.resources import Blueprint
from shared.http.versions import require_version, tagged, versioned

blueprint = Blueprint("policy", __name__, url_prefix="/v1/policy", description="The policy of the match.")

Answer = tuple[dict[str, Any], int, dict[str, str]]


@blueprint.route("", methods=["GET"])
@access.everyone
@blueprint.response(200, PolicySchema)
def get_policy() -> Answer:
    """Return the policy that holds now."""
    return _answer(current_version(db.session))


@blueprint.route("", methods=["PUT"])
@access.only("planner", whole_regency=True)
@versioned
@blueprint.arguments(NewPolicySchema)
@blueprint.response(200, PolicyDraftSchema)
@blueprint.may_refuse(HTTPStatus.CONFLICT)
def put_policy(body: dict[str, Any]) -> Answer:
    """Draft the next version of the policy; If-Match names the one it is made from. Another person adopts it.

    What it would change is worked out at once, and told by the draft.
    """
    current = current_version(db.session)
    require_version(current.version)
    return _drafted(operations.draft_policy(current.version, rules_of(body), by=current_principal().id))


@blueprint.route("/draft", methods=["GET"])
@access.only(*OFFICERS, whole_regency=True)
@blueprint.response(200, PolicyDraftSchema)
@blueprint.may_refuse(HTTPStatus.NOT_FOUND)
def get_draft() -> Answer:
    """Return the draft of the next version, and whom it would help and cost."""
    return _drafted(find_draft(db.session))


@blueprint.route("/draft", methods=["DELETE"])
@access.only("planner", whole_regency=True)
@versioned
@blueprint.response(204)
@blueprint.may_refuse(HTTPStatus.NOT_FOUND)
def delete_draft() -> None:
    """Withdraw the draft; If-Match names the one that was read."""
    _require_read()
    operations.withdraw_draft()


@blueprint.route("/draft/dry-run", methods=["POST"])
@access.only("planner", "approver", whole_regency=True)
@blueprint.response(200, PolicyDraftSchema)
@blueprint.may_refuse(HTTPStatus.NOT_FOUND)
def work_out_anew() -> Answer:
    """Have it worked out once more what the draft would change, with needs and pledges as they are by now."""
    return _drafted(operations.work_out_anew())


@blueprint.route("/draft/adopt", methods=["POST"])
@access.only("planner", "approver", whole_regency=True)
@versioned
@blueprint.response(200, PolicySchema)
@blueprint.may_refuse(HTTPStatus.NOT_FOUND)
@blueprint.may_refuse(HTTPStatus.CONFLICT)
def adopt() -> Answer:
    """Adopt the draft, as another person than who made it; If-Match names the one that was read."""
    _require_read()
    return _answer(operations.adopt_draft(by=current_principal().id))


@blueprint.route("/versions/<int(min=1, max=2147483647):version>", methods=["GET"])
@access.everyone
@blueprint.response(200, PolicySchema)
def get_version(version: int) -> Answer:
    """Return a version of the policy, as a match names the one that it was made under."""
    return _answer(find_version(db.session, version))


def _require_read() -> None:
    """Refuse a change of a draft that the caller has not read, as there is no other."""
    draft = peek_draft(db.session, lock=True)
    require_version(draft.number if draft else 0)


def _answer(policy: PolicyVersion) -> Answer:
    return render_policy(policy), 200, tagged(policy.version)


def _drafted(draft: PolicyDraft) -> Answer:
    return render_draft(draft), 200, tagged(draft.number)
