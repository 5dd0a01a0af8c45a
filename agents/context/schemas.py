"""Shortens definitions of tools for small contexts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agents.api import Tool, definition
from agents.events import Schemas

_WORDS_ONLY = ("description", "title", "examples", "$comment")
# Keywords of JSON Schema whose values are schemas by name: their keys are names, not keywords.
_NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_SENTENCE = re.compile(r"(?<=[.!?])\s")
_MOST_BRIEF = 120


def told(tool: Tool, schemas: Schemas) -> dict[str, Any]:
    """The tool's definition at a level of detail: whole, without descriptions of arguments, or besides with
    the first sentence of its description only.
    """
    whole = definition(tool)
    if schemas == "whole":
        return whole
    function = whole["function"]
    description = str(function["description"])
    if schemas == "brief":
        description = _SENTENCE.split(" ".join(description.split()), maxsplit=1)[0][:_MOST_BRIEF]
    return whole | {
        "function": function | {"description": description, "parameters": wordless(function["parameters"])}
    }


def wordless(schema: Any) -> Any:
    """A JSON schema that allows the same, without descriptions."""
    if isinstance(schema, list):
        return [wordless(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    plain: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _NAMED and isinstance(value, Mapping):
            plain[key] = {name: wordless(item) for name, item in value.items()}
        elif key in ("enum", "const", "default", "required"):
            plain[key] = value
        elif key not in _WORDS_ONLY:
            plain[key] = wordless(value)
    return plain
