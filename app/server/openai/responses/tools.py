"""Tools of Responses as the functions that models know, and the way back. Pure.

Namespaces are made flat (`namespace__tool`), free text becomes a function's only argument, and kinds that run on
OpenAI's computers are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from app.server.openai.responses.schema import Tool
from app.server.refusal import bad_request

INPUT = "input"
_SEPARATOR = "__"
_KINDS = ("function", "custom", "namespace")
_NO_PARAMETERS: dict[str, Any] = {"type": "object", "properties": {}}
_FREE_TEXT = {"type": "object", "properties": {INPUT: {"type": "string"}}, "required": [INPUT]}


class Offered(msgspec.Struct, frozen=True):
    """A tool as it was offered: by its own name, in a `namespace` or "", taking free text where it `is_custom`."""

    name: str
    namespace: str = ""
    is_custom: bool = False
    description: str = ""
    parameters: dict[str, Any] | None = None

    @property
    def flat_name(self) -> str:
        """The name that the model knows."""
        return f"{self.namespace}{_SEPARATOR}{self.name}" if self.namespace else self.name

    def definition(self) -> dict[str, Any]:
        parameters = _FREE_TEXT if self.is_custom else self.parameters or _NO_PARAMETERS
        function = {"name": self.flat_name, "description": self.description, "parameters": parameters}
        return {"type": "function", "function": function}


def offered_of(tools: Sequence[dict[str, Any]] | None) -> dict[str, Offered]:
    """The tools that a client calls itself, by the name that the model knows. Raises Refusal 400."""
    try:
        read = msgspec.convert(list(tools or ()), list[Tool])
    except msgspec.ValidationError as error:
        raise bad_request(f"They aren’t tools: {error}."[:300], "tools") from error
    offered = {tool.flat_name: tool for tool in _each(read, "")}
    if "" in offered:
        raise bad_request("A tool has no name.", "tools")
    return offered


def choice_of(
    choice: str | dict[str, Any] | None, offered: dict[str, Offered]
) -> tuple[str, dict[str, Offered]]:
    """The choice as the engine has it, and the tools that it leaves. Raises Refusal 400."""
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        allowed = {_named(each) for each in choice.get("tools") or () if isinstance(each, dict)}
        offered = {name: tool for name, tool in offered.items() if name in allowed}
        choice = choice.get("mode") or "auto"
    if isinstance(choice, dict):
        name = _named(choice)
        if not name:
            raise bad_request("A tool of this type isn’t here.", "tool_choice", "unsupported_value")
        if name not in offered:
            raise bad_request(f"There is no tool {name[:100]!r} in the request.", "tool_choice")
        return name, offered
    if choice not in (None, "auto", "none", "required"):
        raise bad_request("It has to be auto, none, required or a tool.", "tool_choice")
    if choice == "required" and not offered:
        raise bad_request("A call is required, and there are no tools.", "tool_choice")
    return choice or "auto", offered


def _each(tools: Sequence[Tool], namespace: str) -> Iterator[Offered]:
    for tool in tools:
        if tool.type == "namespace" and not namespace:
            yield from _each(tool.tools or (), tool.name)
        elif tool.type in ("function", "custom"):
            is_custom = tool.type == "custom"
            yield Offered(tool.name, namespace, is_custom, _description(tool), tool.parameters)


def _description(tool: Tool) -> str:
    """What the model is told of a tool; of one for free text also the grammar that the text follows."""
    told, format = tool.description or "", tool.format or {}
    grammar, syntax = format.get("definition"), format.get("syntax")
    if tool.type == "custom" and isinstance(grammar, str):
        told += f"\nThe text follows this grammar ({syntax}):\n{grammar}"
    return told


def kept(tools: Sequence[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """The tools as they were offered, without those that are left out."""
    return [tool for tool in tools or () if tool.get("type") in _KINDS]


def _named(choice: dict[str, Any]) -> str:
    if choice.get("type") not in ("function", "custom"):
        return ""
    return Offered(str(choice.get("name", "")), str(choice.get("namespace") or "")).flat_name
