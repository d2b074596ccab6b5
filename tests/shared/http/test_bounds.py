"""A document tells how large each value can be."""

from typing import Any

import pytest

from shared.http.bounds import EXACT, LONGEST_TEXT, MOST_ITEMS, bound, without_null


@pytest.mark.parametrize(
    ("schema", "limits"),
    [
        ({"type": "integer"}, {"minimum": -EXACT, "maximum": EXACT, "format": "int64"}),
        ({"type": ["integer", "null"], "minimum": 1, "maximum": 10}, {"maximum": 10, "format": "int32"}),
        ({"type": "string"}, {"maxLength": LONGEST_TEXT}),
        ({"type": "string", "maxLength": 7}, {"maxLength": 7}),
        ({"type": "string", "format": "uuid"}, {"maxLength": 36}),
        ({"type": "array", "items": {"type": "string"}}, {"maxItems": MOST_ITEMS}),
    ],
)
def test_a_value_without_limits_gets_those_that_hold_for_all(schema: Any, limits: Any) -> None:
    bound(schema)
    assert schema.items() >= limits.items()


def test_limits_reach_what_lies_deep_and_spare_what_is_only_called_a_type() -> None:
    shape: Any = {"type": "object", "properties": {"type": {"type": "string"}, "kind": {"enum": ["a"]}}}
    bound(shape)
    assert shape["properties"] == {
        "type": {"type": "string", "maxLength": LONGEST_TEXT},
        "kind": {"enum": ["a"]},
    }


def test_null_is_nothing_that_an_address_can_hold() -> None:
    schema = {"type": ["string", "null"], "enum": ["open", None], "default": None}
    assert without_null(schema) == {"type": "string", "enum": ["open"]}
