"""Who makes the requests that schemathesis thinks up: mostly somebody who may, sometimes anybody else."""

import json
import random
import re
from pathlib import Path
from typing import Any

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation

from shared.settings import passthrough

# Tokens hold for a quarter of an hour.
_TOKENS_KEPT_SECONDS = 600
_OF_THOSE_WHO_MAY = 0.9
_REQUEST_SECONDS = 30
# Not the module's own: that one is Hypothesis' to wind back.
_dice = random.Random(1)
# An address or a header too long for the web server, which is told before any operation is known.
_OF_THE_WEB_SERVER = ("414", "431")


@schemathesis.auth(refresh_interval=_TOKENS_KEPT_SECONDS)
class Callers:
    """Signs in everybody whom access.json names, and has one of them call."""

    def get(self, case: Any, context: Any) -> dict[str, str]:
        """Return a token by role; the portal's key is its own."""
        access = json.loads(Path(passthrough()["HELIX_TEST_ACCESS"]).read_text())
        tokens = {role: _sign_in(access, account) for role, account in access["accounts"].items()}
        return tokens | {"portal": access["portal"]["key"]}

    def set(self, case: Any, data: dict[str, str], context: Any) -> None:
        """Let one of those call whom the description of the operation names, or anybody; strangers what is open."""
        allowed = [role for role in _allowed(case.operation.definition.raw) if role in data]
        if allowed:
            choices = allowed if _dice.random() < _OF_THOSE_WHO_MAY else list(data)
            case.headers["Authorization"] = f"Bearer {data[_dice.choice(choices)]}"
        # One key for all would be refused as another's request: most come without.
        if case.meta is None or not case.meta.is_negative_at(ParameterLocation.HEADER):
            case.headers.pop("Idempotency-Key", None)


def _sign_in(access: dict[str, Any], account: dict[str, str]) -> str:
    body = {"username": account["username"], "password": account["password"]}
    url = f"{access['urls'][account['service']]}/v1/tokens"
    answer = requests.post(url, json=body, timeout=_REQUEST_SECONDS)
    answer.raise_for_status()
    token: str = answer.json()["access_token"]
    return token


def _allowed(operation: dict[str, Any]) -> list[str]:
    found = re.search(r"with the role ([a-z]+(?: or [a-z]+)*)", operation.get("description", ""))
    people = found[1].split(" or ") if found else []
    return people + (["portal"] if "API keys" in operation.get("description", "") else [])


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Hold each answer to what its operation names: `default` would let any status pass."""
    for operation in _operations(raw_schema):
        anything = operation["responses"].pop("default", None)
        if anything is not None:
            operation["responses"] |= dict.fromkeys(_OF_THE_WEB_SERVER, anything)


def _operations(raw_schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        operation
        for methods in raw_schema["paths"].values()
        for operation in methods.values()
        if isinstance(operation, dict) and "responses" in operation
    ]
