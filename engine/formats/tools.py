"""Definitions of tools: in OpenAI's shape, bare, or as MCP and Anthropic write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_SCHEMA_KEYS = ("parameters", "inputSchema", "input_schema")


def parameters_by_name(tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The JSON schema of each tool's arguments, as it is given; None where there is none."""
    found: dict[str, Any] = {}
    for tool in tools:
        function = tool.get("function")
        function = function if isinstance(function, Mapping) else tool
        name = function.get("name")
        if isinstance(name, str) and name:
            schemas = (function.get(key) for key in _SCHEMA_KEYS)
            found[name] = next((schema for schema in schemas if schema is not None), None)
    return found
