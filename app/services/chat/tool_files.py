"""Reads tool definitions from a user's file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from engine.errors import UserError
from engine.text import clean_value

MOST_BYTES = 1_000_000
CHOICES = ("auto", "required", "none")


class OfferedTools(msgspec.Struct, frozen=True):
    """Tools that a model may call, in OpenAI's format; `choice` as `tool_choice` of a `GenerateRequest`."""

    tools: tuple[dict[str, Any], ...] = ()
    choice: str = "auto"


def read_tools(path: str, choice: str = "auto") -> OfferedTools:
    """The tools in a JSON file: a list of definitions in OpenAI's shape, or an object whose "tools" is one.

    A definition without the outer {"type": "function", "function": ...} is taken as well. Raises UserError
    `tools.file_missing`, `tools.file_unreadable`, `tools.file_too_large`, `tools.not_json`, `tools.not_a_list`,
    `tools.no_name`, `tools.name_twice`, `tools.bad_parameters` and `tools.unknown_choice`.
    """
    found = _parsed(path, _bytes(path))
    if isinstance(found, dict):
        found = found.get("tools")
    if not isinstance(found, list) or not found:
        raise UserError("tools.not_a_list", path=path)
    tools: dict[str, dict[str, Any]] = {}
    for number, given in enumerate(found, 1):
        function = _function(given, number)
        name = function["name"]
        if name in tools:
            raise UserError("tools.name_twice", name=name)
        tools[name] = {"type": "function", "function": function}
    if choice not in CHOICES and choice not in tools:
        raise UserError("tools.unknown_choice", name=choice[:100])
    return OfferedTools(tuple(tools.values()), choice)


def _bytes(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise UserError("tools.file_missing", path=path) from error
    except (OSError, ValueError) as error:  # the latter: a path that cannot be one
        detail = getattr(error, "strerror", None) or str(error)
        raise UserError("tools.file_unreadable", path=path, detail=detail) from error
    if len(data) > MOST_BYTES:
        raise UserError("tools.file_too_large", path=path, most_bytes=MOST_BYTES)
    return data


def _parsed(path: str, data: bytes) -> Any:
    try:
        return clean_value(json.loads(data.decode("utf-8-sig"), parse_constant=_no_number))
    except RecursionError as error:
        raise UserError("tools.not_json", path=path, detail="nested too deeply") from error
    except ValueError as error:
        raise UserError("tools.not_json", path=path, detail=str(error)[:200]) from error


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _function(given: Any, number: int) -> dict[str, Any]:
    """The definition of one function, its name and parameters validated."""
    function = given.get("function", given) if isinstance(given, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(function, dict) or not isinstance(name, str) or not name.strip():
        raise UserError("tools.no_name", number=number)
    if not isinstance(function.get("parameters", {}), dict):
        raise UserError("tools.bad_parameters", name=name[:100])
    return {key: value for key, value in function.items() if key != "type"}
