"""Validates calls as the model wrote them, and says what to write instead."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from agents.api import Tool
from agents.run.prompts import CUT_CALL
from engine.formats.parse.arguments import Typing
from engine.values import ToolCall

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_MOST_PROBLEMS = 4
_MOST_NAMES = 12
_LONGEST_PROBLEM = 300


class Checked(msgspec.Struct, frozen=True):
    """A validated call: `name` and `arguments` are as they will be used.

    `problem` is what to tell the model, "" when the call can be carried out; `changed` names the corrections.
    """

    name: str
    arguments: dict[str, Any] | str
    problem: str = ""
    changed: tuple[str, ...] = ()


class Checker:
    """Validates calls against the run's tools."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._validators: dict[str, Validator | None] = {}

    def checked(self, call: ToolCall) -> Checked:
        tool = self._tools.get(call.name) or self._meant(call.name)
        if tool is None:
            return Checked(call.name, call.arguments, self._unknown(call.name))
        if call.cut:
            return Checked(call.name, call.arguments, CUT_CALL)
        changed = call.coercions if tool.name == call.name else (*call.coercions, f"name: {tool.name}")
        if isinstance(call.arguments, str):
            problem = f"{_unreadable(call.arguments)} {takes(tool.parameters)}"
            return Checked(tool.name, call.arguments, problem, changed)
        typing = Typing(tool.parameters)
        arguments = typing.typed(call.arguments)
        arguments, dropped = _without_nulls(arguments, tool.parameters)
        changed = (*changed, *typing.coercions, *dropped)
        problems = self._problems(tool, arguments)
        if problems:
            told = "; ".join(problems)
            return Checked(
                tool.name,
                arguments,
                f"The arguments do not fit: {told}. {takes(tool.parameters)}",
                changed,
            )
        return Checked(tool.name, arguments, "", changed)

    def _meant(self, name: str) -> Tool | None:
        """The only tool whose name differs just in case, punctuation and a prefix of the dialect."""
        wanted = _plain(name)
        found = [tool for tool in self._tools.values() if wanted and _plain(tool.name) == wanted]
        return found[0] if len(found) == 1 else None

    def _unknown(self, name: str) -> str:
        if not self._tools:
            return "There are no tools. Answer without a call."
        names = list(self._tools)
        if not name:
            return f"The call could not be read: it names no tool. Tools: {_listed(names)}."
        near = difflib.get_close_matches(name, names, 3, 0.5)
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        return f"There is no tool {name[:80]!r}.{meant} Tools: {_listed(names)}."

    def _problems(self, tool: Tool, arguments: dict[str, Any]) -> list[str]:
        validator = self._validator(tool)
        if validator is None:
            return []
        try:
            errors = sorted(
                validator.iter_errors(arguments), key=lambda error: [str(part) for part in error.path]
            )
        except Exception:  # an invalid schema of a server: the tool itself will judge
            return []
        known = list((tool.parameters.get("properties") or {}).keys())
        return [_told(error, known, arguments) for error in errors[:_MOST_PROBLEMS]]

    def _validator(self, tool: Tool) -> Validator | None:
        """The validator; None for an invalid schema, or one that needs an untrusted regular expression."""
        if tool.name not in self._validators:
            self._validators[tool.name] = _validator_of(tool.parameters)
        return self._validators[tool.name]


def takes(parameters: Mapping[str, Any]) -> str:
    """The parameters of a tool in a line for a model."""
    properties = parameters.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        return "It takes no arguments: write {}."
    required = parameters.get("required") or ()
    told = []
    for name, schema in list(properties.items())[:_MOST_NAMES]:
        kind = _kind(schema)
        told.append(f"{name} ({kind}{'' if name in required else ', optional'})")
    return f"It takes: {', '.join(told)}."


def _kind(schema: Any) -> str:
    if not isinstance(schema, Mapping):
        return "any"
    if isinstance(schema.get("enum"), list):
        return "one of " + " ".join(json.dumps(item, ensure_ascii=False) for item in schema["enum"][:8])
    kind = schema.get("type", "any")
    return " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind)


def _validator_of(schema: dict[str, Any]) -> Validator | None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import extend, validator_for
    from referencing import Registry

    try:
        if '"patternProperties"' in json.dumps(schema):
            return None
        kind = validator_for(schema, default=Draft202012Validator)
        kind.check_schema(schema)
    except (SchemaError, TypeError, ValueError, RecursionError):
        return None
    # Patterns of servers may take forever to search. The empty registry fetches nothing.
    without: Callable[..., type[Validator]] = extend
    registry: Any = Registry()
    return without(kind, {"pattern": lambda *_: None})(schema, registry=registry)


def _told(error: Any, known: list[str], arguments: Mapping[str, Any]) -> str:
    where = ".".join(map(str, error.absolute_path))
    if error.validator == "required" and not where:
        missing = [name for name in error.validator_value if name not in arguments]
        return (
            f"{' and '.join(missing)} is missing" if len(missing) == 1 else f"missing: {', '.join(missing)}"
        )
    if error.validator == "additionalProperties" and not where:
        extra = [name for name in arguments if name not in known]
        near = [difflib.get_close_matches(name, known, 1, 0.5) for name in extra]
        hints = [
            f"{name} is not one of them" + (f" (did you mean {match[0]}?)" if match else "")
            for name, match in zip(extra, near, strict=True)
        ]
        return "; ".join(hints[:_MOST_PROBLEMS])
    message = str(error.message)
    if len(message) > _LONGEST_PROBLEM:
        message = message[:_LONGEST_PROBLEM] + "..."
    return f"{where}: {message}" if where else message


def _without_nulls(
    arguments: dict[str, Any], parameters: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Drop optional arguments that are null where the schema forbids it: they were meant to be left out."""
    properties = parameters.get("properties")
    if not isinstance(properties, Mapping):
        return arguments, ()
    required = parameters.get("required") or ()
    dropped = [
        name
        for name, value in arguments.items()
        if value is None and name not in required and _refuses_null(properties.get(name))
    ]
    kept = {name: value for name, value in arguments.items() if name not in dropped}
    return kept, tuple(f"{name}: left out" for name in dropped)


def _refuses_null(schema: Any) -> bool:
    return isinstance(schema, Mapping) and isinstance(schema.get("type"), str) and schema["type"] != "null"


def _unreadable(text: str) -> str:
    try:
        value = json.loads(text)
    except RecursionError:
        return "The arguments are nested too deep."
    except ValueError as error:
        place = (
            f"{error.msg} at character {error.pos}" if isinstance(error, json.JSONDecodeError) else "no JSON"
        )
        return f"The call could not be read: its arguments are not valid JSON ({place})."
    kind = "an object" if isinstance(value, dict) else "a JSON object but something else"
    return f"The call could not be read: its arguments are not written as {kind}."


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _plain(name: str) -> str:
    name = name.removeprefix("functions.").removeprefix("function.").removeprefix("tools.")
    return "".join(char for char in name.casefold() if char.isalnum())
