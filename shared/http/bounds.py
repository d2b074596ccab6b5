"""How large each value can be, told in the OpenAPI document: a program then knows what to make room for.

What comes in has its limits in its schema, where they are checked. What goes out is made of it; where its
schema says no more, these are the limits that hold for all.
"""

from typing import Any

Schema = dict[str, Any]

# The integers that every JSON reader carries exactly (RFC 8259, section 6).
EXACT = 2**53 - 1
_INT32 = 2**31

# Longer than the longest text that is taken in, and than the longest address that a web server reads.
LONGEST_TEXT = 4096
# An id or a code in an address: whatever is longer is known to name nothing.
LONGEST_STEP = 64
# The longest list is that of a trend: two days by the minute, then a point for each day.
MOST_ITEMS = 10_000
_LONGEST = {"uuid": 36, "date": 10, "date-time": 40}


def bound(part: Schema | list[Any]) -> None:
    """Give each value that a part of the document describes its limits, where it has none yet."""
    for name, entry in part.items() if isinstance(part, dict) else enumerate(part):
        if isinstance(entry, dict | list) and name not in {"enum", "default", "example", "const"}:
            bound(entry)
    if isinstance(part, dict):
        _bound_schema(part)


def _bound_schema(part: Schema) -> None:
    types = _types(part)
    if "integer" in types:
        _bound_integer(part)
    if "string" in types and "enum" not in part and "const" not in part:
        part.setdefault("maxLength", _LONGEST.get(part.get("format", ""), LONGEST_TEXT))
    if "array" in types:
        part.setdefault("maxItems", MOST_ITEMS)


def without_null(schema: Schema) -> Schema:
    """Return the schema of what stands in an address, where a thing is left out rather than null."""
    kept = {name: value for name, value in schema.items() if name != "default" or value is not None}
    types = [one for one in _types(schema) if one != "null"]
    if types:
        kept["type"] = types[0] if len(types) == 1 else types
    if "enum" in schema:
        kept["enum"] = [value for value in schema["enum"] if value is not None]
    return kept


def _bound_integer(schema: Schema) -> None:
    schema.setdefault("minimum", -EXACT)
    schema.setdefault("maximum", EXACT)
    is_small = schema["minimum"] >= -_INT32 and schema["maximum"] < _INT32
    schema.setdefault("format", "int32" if is_small else "int64")


def _types(schema: Schema) -> list[str]:
    types = schema.get("type", [])
    # A property may itself be called `type`.
    return [types] if isinstance(types, str) else types if isinstance(types, list) else []
