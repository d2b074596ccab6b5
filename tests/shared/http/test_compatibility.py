"""A later OpenAPI document may add to an earlier one, and take nothing away."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from shared.http.compatibility import breaking_changes

OLD: dict[str, Any] = {
    "paths": {
        "/v1/gifts/{gift}": {
            "parameters": [{"in": "path", "name": "gift", "required": True, "schema": {"type": "string"}}],
            "post": {
                "parameters": [
                    {"in": "query", "name": "kind", "schema": {"type": "string", "enum": ["a", "b"]}}
                ],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/New"}}}
                },
                "responses": {
                    "200": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Gift"}}}
                    }
                },
            },
        }
    },
    "components": {
        "schemas": {
            "New": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "note": {"type": ["string", "null"]}},
            },
            "Gift": {
                "type": "object",
                "properties": {
                    "status": {"type": "string", "enum": ["open", "over"]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Gift"}},
                    "giver": {"anyOf": [{"$ref": "#/components/schemas/New"}, {"type": "null"}]},
                },
            },
        }
    },
}


def _changed(change: Callable[[Any, Any, Any], Any]) -> list[str]:
    new = copy.deepcopy(OLD)
    shapes = new["components"]["schemas"]
    change(new["paths"]["/v1/gifts/{gift}"], shapes["New"], shapes["Gift"])
    return breaking_changes(OLD, new)


@pytest.mark.parametrize(
    "change",
    [
        lambda call, new, gift: call.update(get={"responses": {}}),
        lambda call, new, gift: new["properties"].update(more={"type": "string"}),
        lambda call, new, gift: gift["properties"].update(more={"type": "string"}),
        lambda call, new, gift: new["required"].clear(),
        lambda call, new, gift: call["post"]["parameters"][0]["schema"]["enum"].append("c"),
        lambda call, new, gift: call["post"]["parameters"].append({"name": "x", "schema": {}}),
        lambda call, new, gift: call["post"]["responses"].update({"409": {}}),
    ],
)
def test_what_is_added_breaks_nobody(change: Any) -> None:
    assert _changed(change) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda call, new, gift: call.pop("post"), "POST /v1/gifts/{gift} was taken away"),
        (lambda call, new, gift: call["post"]["parameters"].clear(), "no longer takes kind"),
        (lambda call, new, gift: call["post"]["parameters"][0].update(required=True), "demands kind"),
        (lambda call, new, gift: call["post"]["parameters"][0]["schema"]["enum"].pop(), "no longer takes b"),
        (lambda call, new, gift: call["post"]["requestBody"].update(required=True), "demands a body"),
        (lambda call, new, gift: call["post"]["requestBody"].clear(), "no longer takes application/json"),
        (lambda call, new, gift: new["required"].append("note"), "body/note is demanded"),
        (lambda call, new, gift: new["properties"]["note"].update(type="string"), "no longer takes null"),
        (lambda call, new, gift: call["post"]["responses"].pop("200"), "no longer answers 200"),
        (lambda call, new, gift: gift["properties"].pop("giver"), "200/giver is no longer told"),
        (lambda call, new, gift: gift["properties"]["status"]["enum"].pop(), "200/status is never over"),
        (lambda call, new, gift: gift["properties"]["status"].update(type="integer"), "may now be integer"),
    ],
)
def test_what_a_program_relied_on_is_missed(change: Any, fault: str) -> None:
    assert any(fault in found for found in _changed(change))
