"""Builds the JSON schema of a Python function's arguments from its type hints and docstring."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

import docstring_parser
import msgspec

from agents.api import ToolContext


class Documented(msgspec.Struct, frozen=True):
    """A docstring in the style of Google, NumPy or Sphinx: `text` is what comes before its sections."""

    text: str
    parameters: dict[str, str]


def read_docstring(docstring: str) -> Documented:
    """Parse a docstring. Text in no known style stays part of `text`."""
    found = docstring_parser.parse(docstring)
    text = "\n\n".join(filter(None, (found.short_description, found.long_description)))
    return Documented(
        text, {each.arg_name: " ".join((each.description or "").split()) for each in found.params}
    )


class ToolDefinitionError(TypeError):
    """A function that cannot be a tool; the message tells its author what to write instead."""


class Signature(msgspec.Struct, frozen=True):
    """Arguments of a function: `types`; `context` names the parameter that takes `ToolContext`, "" for none.

    `defaults` are of the arguments that may be left out, as JSON has them.
    """

    description: str
    parameters: dict[str, Any]
    types: dict[str, Any]
    context: str
    defaults: dict[str, Any]


def read_signature(function: Callable[..., Any]) -> Signature:
    """Read a function's signature. Raises ToolDefinitionError."""
    name = getattr(function, "__name__", repr(function))
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise ToolDefinitionError(f"{name}: a tool is a plain function, not a coroutine or a generator.")
    documented = read_docstring(inspect.getdoc(function) or "")
    if not documented.text:
        raise ToolDefinitionError(
            f"{name}: write a docstring; its first words tell the model what the tool does."
        )
    hints = _hints(function, name)
    types: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    context = ""
    for parameter in inspect.signature(function).parameters.values():
        hint = hints.get(parameter.name)
        if hint is ToolContext:
            context = parameter.name
            continue
        _check(parameter, hint, name)
        types[parameter.name] = hint
        if parameter.default is not inspect.Parameter.empty:
            defaults[parameter.name] = _plain(parameter, name)
    unknown = documented.parameters.keys() - types.keys() - {context}
    if unknown:
        raise ToolDefinitionError(
            f"{name}: the docstring describes {', '.join(sorted(unknown))}, which the function does not take."
        )
    return Signature(documented.text, _schema(types, defaults, documented, name), types, context, defaults)


def _hints(function: Callable[..., Any], name: str) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise ToolDefinitionError(
            f"{name}: the type hint {error.name!r} cannot be found; define it at module level."
        ) from error


def _check(parameter: inspect.Parameter, hint: Any, name: str) -> None:
    if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
        raise ToolDefinitionError(f"{name}: *{parameter.name} has no schema; name each parameter.")
    if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
        raise ToolDefinitionError(
            f"{name}: {parameter.name} is positional only; models name their arguments."
        )
    if hint is None:
        raise ToolDefinitionError(f"{name}: give the parameter {parameter.name} a type hint.")


def _plain(parameter: inspect.Parameter, name: str) -> Any:
    try:
        return msgspec.to_builtins(parameter.default, str_keys=True)
    except (TypeError, ValueError) as error:
        raise ToolDefinitionError(
            f"{name}: the default of {parameter.name} has no form in JSON ({parameter.default!r})."
        ) from error


def _schema(
    types: dict[str, Any], defaults: dict[str, Any], documented: Documented, name: str
) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for each, hint in types.items():
        try:
            (schema,), named = msgspec.json.schema_components([hint], ref_template="#/$defs/{name}")
        except TypeError as error:
            raise ToolDefinitionError(f"{name}: the type of {each} has no JSON schema: {error}") from error
        inlined = _inlined(schema, named, (), kept)
        if each in defaults:
            inlined = {**inlined, "default": defaults[each]}
        if documented.parameters.get(each):
            inlined = {**inlined, "description": documented.parameters[each]}
        properties[each] = inlined
    schema = {
        "type": "object",
        "properties": properties,
        "required": [each for each in types if each not in defaults],
        "additionalProperties": False,
    }
    return {**schema, "$defs": kept} if kept else schema


def _inlined(schema: Any, named: dict[str, Any], within: tuple[str, ...], kept: dict[str, Any]) -> Any:
    """Inline references, which small models read better; recursive types go into `kept` instead."""
    if isinstance(schema, list):
        return [_inlined(item, named, within, kept) for item in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        key = reference.rpartition("/")[2]
        if key in within:
            kept.setdefault(key, {})
            return schema
        body = _inlined(named[key], named, (*within, key), kept)
        if key in kept:
            kept[key] = body
            return schema
        return body
    found = {key: _inlined(value, named, within, kept) for key, value in schema.items() if key != "title"}
    return _tidy(found)


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    """Simplify a schema for models: enumerations get a type, "this or null" becomes a list of two types, and
    objects allow only their own members, because a model that may invent some hardly stops.
    """
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        schema = {**schema, "additionalProperties": False}
    values = schema.get("enum")
    if isinstance(values, list) and "type" not in schema:
        if all(isinstance(value, str) for value in values):
            return {"type": "string", **schema}
        if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
            return {"type": "integer", **schema}
    options = schema.get("anyOf")
    if isinstance(options, list) and len(options) == 2 and {"type": "null"} in options:
        other = next(option for option in options if option != {"type": "null"})
        if isinstance(other.get("type"), str) and "enum" not in other:
            rest = {key: value for key, value in schema.items() if key != "anyOf"}
            return {**other, "type": [other["type"], "null"], **rest}
    return schema
