"""ETag and If-Match: nobody overwrites what somebody else changed meanwhile."""

from flask import Response, request

from shared.errors import PreconditionFailed, PreconditionRequired


def set_version(response: Response, version: int) -> Response:
    """Give the answer the ETag of a version."""
    response.set_etag(str(version))
    return response


def require_version(current: int) -> None:
    """Refuse a change that was not made from the current version of the thing."""
    if not request.if_match:
        raise PreconditionRequired(
            "if_match_required", "Send If-Match with the ETag of the version you read."
        )
    if not request.if_match.contains(str(current)):
        raise PreconditionFailed(
            "changed_meanwhile", "It was changed since you read it. Read it again and repeat the change."
        )
