"""Tool definitions simplified for strict templates.

Some templates fail over what JSON Schema allows: no description, no properties, a list of types, values that are no
strings. They get a plainer schema; the calls are typed by the real one all the same.
"""

from __future__ import annotations

import json
from typing import Any

_MAX_DEPTH = 20


def plainer(tools: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same tools with one type per value, descriptions, properties, and all defaults and options as text."""
    return [
        {
            **tool,
            "function": {
                **tool["function"],
                "description": tool["function"].get("description") or "",
                "parameters": _object(tool["function"].get("parameters") or {}, 0),
            },
        }
        if isinstance(tool.get("function"), dict)
        else tool
        for tool in tools
    ]


def _object(schema: dict[str, Any], depth: int) -> dict[str, Any]:
    properties = schema.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    return {
        **schema,
        "type": "object",
        "properties": {key: _plain(item, depth + 1) for key, item in properties.items()},
        "required": list(schema.get("required") or []),
    }


def _plain(schema: Any, depth: int) -> dict[str, Any]:
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return {"type": "string", "description": ""}
    options = [item for key in ("anyOf", "oneOf", "allOf") for item in schema.get(key) or ()]
    if "type" not in schema and options:
        real = [item for item in options if isinstance(item, dict) and item.get("type") != "null"]
        description = schema.get("description", "")
        return _plain({"description": description, **(real[0] if real else {"type": "string"})}, depth + 1)
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "string")
    plain = {**schema, "type": kind, "description": schema.get("description", "")}
    if "default" in plain:
        plain["default"] = _text(plain["default"])
    if isinstance(plain.get("enum"), list):
        plain["enum"] = [_text(option) for option in plain["enum"]]
    if kind == "object":
        plain = _object(plain, depth)
        extra = schema.get("additionalProperties")
        plain["additionalProperties"] = extra if isinstance(extra, dict) and extra else {"type": "string"}
    elif kind == "array":
        plain["items"] = _plain(schema.get("items"), depth + 1)
    return plain


def _text(value: Any) -> str:
    """A value as its JSON, for templates that add it to words."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
