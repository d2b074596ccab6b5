"""What a route takes and how it may refuse, read from what stands beside it in the code."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask

from shared.auth.access import AccessRule, rule_of
from shared.auth.principal import allowing

Described = dict[str, Any]

_HEADERS: dict[str, Described] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "Makes it safe to send the request again: the first answer is given again for 24 hours.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag that the thing was read with; a star is refused.",
        "schema": {"type": "string"},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The ETag of an earlier answer; 304 if it is still the same.",
        # As long as the web server lets a whole header be.
        "schema": {"type": "string", "maxLength": 8190 - len("If-None-Match: \r\n")},
    },
}
_SCHEMES: dict[str, Described] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A person's access token: from POST /v1/tokens, or from the OpenID Connect provider."
        " Checked as RFC8725 asks: the algorithm, the issuer, the audience and the end of each token.",
    },
    "api_key": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "hlx_live_...",
        "description": "A portal's API key, sent as the bearer token. It needs the scope that is named.",
    },
}
_REFUSALS = {
    HTTPStatus.BAD_REQUEST: "The body can't be read.",
    HTTPStatus.UNAUTHORIZED: "No token or key was sent, or it does not hold.",
    HTTPStatus.FORBIDDEN: "The role or the key's scope does not allow this.",
    HTTPStatus.NOT_FOUND: "It is absent, or not the caller's business.",
    HTTPStatus.CONFLICT: "The state of the thing does not allow this now; `code` says why.",
    HTTPStatus.PRECONDITION_FAILED: "It was changed since it was read.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is of another kind than the one described.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The input has faults; `errors` lists each with its place.",
    HTTPStatus.PRECONDITION_REQUIRED: "If-Match is missing.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database is busy or away; what was sent may have taken effect.",
}
_SYNTHETIC: Described = {
    "description": "`synthetic` where no real household is behind what is answered; absent where one is.",
    "schema": {"type": "string", "enum": ["synthetic"]},
}
_RATE: Described = {
    "RateLimit": {
        "description": "How many requests are left, and in how many seconds all are again.",
        "schema": {"type": "string", "maxLength": 100, "pattern": '^"default";r=[0-9]+;t=[0-9]+$'},
    },
    "RateLimitPolicy": {
        "description": "How many requests are let through in how many seconds.",
        "schema": {"type": "string", "maxLength": 100, "pattern": '^"default";q=[0-9]+;w=[0-9]+$'},
    },
}
_RETRY_AFTER = {
    "Retry-After": {"schema": {"type": "integer", "minimum": 0}, "description": "Seconds to wait."}
}
_TOLD_ALWAYS = {
    "RateLimit": {"$ref": "#/components/headers/RateLimit"},
    "RateLimit-Policy": {"$ref": "#/components/headers/RateLimitPolicy"},
}
_TOLD_OF_DATA = {"Helix-Data": {"$ref": "#/components/headers/HelixData"}}
_ANSWER_HEADERS: dict[HTTPStatus, Described] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    HTTPStatus.TOO_MANY_REQUESTS: _RETRY_AFTER,
    HTTPStatus.SERVICE_UNAVAILABLE: _RETRY_AFTER,
}


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address, as the document writes it, with what its view is decorated with."""

    method: str
    path: str
    endpoint: str
    rule: AccessRule
    repeatable: bool
    versioned: bool
    revalidated: bool

    @property
    def headers(self) -> Iterator[str]:
        """Yield the names of the parameters of `components` that travel as headers."""
        if self.repeatable:
            yield "IdempotencyKey"
        if self.versioned:
            yield "IfMatch"
        if self.revalidated:
            yield "IfNoneMatch"

    @property
    def callers(self) -> str:
        """Return the sentence that tells who may call it."""
        if self.rule.everyone:
            return "Open to everyone."
        ways = [f"people with the role {' or '.join(sorted(self.rule.roles))}"] if self.rule.roles else []
        ways += [f"API keys with the scope {' or '.join(self.scopes)}"] if self.rule.scope else []
        return f"For {', and for '.join(ways)}."

    @property
    def security(self) -> list[dict[str, list[str]]]:
        """Return the ways to prove oneself, any of which will do; none for what is open."""
        people = [{"bearer": list[str]()}] if self.rule.roles else []
        return people + [{"api_key": [scope]} for scope in self.scopes]

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return the scopes of an API key each of which will do."""
        return allowing(self.rule.scope) if self.rule.scope else ()

    def refusals(self, *, takes_body: bool) -> set[HTTPStatus]:
        """Return how it may refuse, as far as that follows from what it is; a view may name more."""
        changes, names_a_thing = self.method != "get", "{" in self.path
        possible = {
            HTTPStatus.BAD_REQUEST: takes_body,
            # Even what is open to everyone refuses a token that does not hold.
            HTTPStatus.UNAUTHORIZED: self.path.startswith("/v1/") and not self.rule.unseen,
            HTTPStatus.FORBIDDEN: not self.rule.everyone,
            HTTPStatus.NOT_FOUND: names_a_thing,
            HTTPStatus.CONFLICT: self.repeatable or (changes and names_a_thing and self.method != "delete"),
            HTTPStatus.PRECONDITION_FAILED: self.versioned,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE: takes_body,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE: takes_body,
            HTTPStatus.UNPROCESSABLE_ENTITY: takes_body or self.repeatable,
            HTTPStatus.PRECONDITION_REQUIRED: self.versioned,
            HTTPStatus.TOO_MANY_REQUESTS: True,
            HTTPStatus.SERVICE_UNAVAILABLE: self.path.startswith("/v1/"),
        }
        return {status for status, can_be in possible.items() if can_be}


def routes_of(app: Flask) -> dict[tuple[str, str], Route]:
    """Return the routes of an app by method and address, both as the document writes them."""
    found = {}
    for rule in app.url_map.iter_rules():
        path = "".join(f"{{{text}}}" if is_variable else text for is_variable, text in _parts(rule.rule))
        view = app.view_functions[rule.endpoint]
        for method in map(str.lower, rule.methods or ()):
            found[method, path] = Route(
                method,
                path,
                rule.endpoint,
                rule_of(app, rule.endpoint) or AccessRule(),
                repeatable=getattr(view, "is_idempotent", False),
                versioned=getattr(view, "is_versioned", False),
                revalidated=getattr(view, "is_revalidated", False),
            )
    return found


def describe_route(operation: Described, route: Route) -> None:
    """Add to what is described of a call: who may make it, the headers it takes, how it may refuse."""
    operation["description"] = f"{operation.get('description', '')} {route.callers}".strip()
    operation["security"] = route.security
    headers = [{"$ref": f"#/components/parameters/{name}"} for name in route.headers]
    if headers:
        operation["parameters"] = [*operation.get("parameters", []), *headers]
    answers: Described = operation["responses"]
    if route.revalidated:
        answers["304"] = {"description": "It is what the ETag stands for."}
    named = {status for status in _REFUSALS if str(status.value) in answers}
    for status in named | route.refusals(takes_body="requestBody" in operation):
        answers[str(status.value)] = {"$ref": f"#/components/responses/{_name(status)}"}
    for answer in answers.values():
        if "$ref" not in answer:
            told = _TOLD_ALWAYS | (_TOLD_OF_DATA if route.path.startswith("/v1/") else {})
            answer["headers"] = answer.get("headers", {}) | told
    operation["operationId"] = route.endpoint
    operation["responses"] = dict(sorted(answers.items()))


def described_parts(problem: Described) -> Described:
    """Return what the calls refer to: headers, ways to prove oneself, refusals."""
    return {
        "parameters": _HEADERS,
        "headers": {"HelixData": _SYNTHETIC, **_RATE},
        "securitySchemes": _SCHEMES,
        "responses": {
            _name(status): {
                "description": text,
                "content": problem,
                "headers": _TOLD_ALWAYS | _TOLD_OF_DATA | _ANSWER_HEADERS.get(status, {}),
            }
            for status, text in _REFUSALS.items()
        }
        | {"DEFAULT_ERROR": {"description": "Any other error.", "content": problem}},
    }


def _name(status: HTTPStatus) -> str:
    """Name a refusal by its number: the words of a status differ from one Python to the next."""
    return f"Problem{status.value}"


def _parts(rule: str) -> Iterator[tuple[bool, str]]:
    for place, text in enumerate(rule.replace(">", "<").split("<")):
        is_variable = place % 2 == 1
        yield is_variable, text.rpartition(":")[2] if is_variable else text
