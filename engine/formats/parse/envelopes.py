"""Extracts a call from its JSON object."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from engine.formats.dialect import Envelope

_NAME_KEYS = ("name", "tool_name", "function_name", "function", "tool")
_ARGUMENT_KEYS = ("arguments", "parameters", "args", "input", "tool_input")
_ID_KEYS = ("id", "tool_call_id", "call_id")
_WRAPPERS = ("function", "function_call", "tool_call")


class Unwrapped(msgspec.Struct, frozen=True):
    name: str
    arguments: Any
    id: str = ""
    repaired: bool = False


def unwrap(value: Any, envelope: Envelope, known: Mapping[str, Any]) -> Unwrapped | None:
    """The call in `value`, under the keys of this envelope or under those that other formats use; None when
    there is none. `known` has the names of the tools.
    """
    outer = value
    for key in envelope.path:
        if isinstance(value, dict) and isinstance(value.get(key), dict):
            value = value[key]
    if not isinstance(value, dict):
        return None
    if not envelope.name_key and len(value) == 1:
        name, arguments = next(iter(value.items()))
        return Unwrapped(name, arguments)
    for key in _WRAPPERS:
        inner = value.get(key)
        if isinstance(inner, dict) and not isinstance(value.get("name"), str):
            return unwrap(inner, Envelope(id_key=envelope.id_key), known)
    name = _first(value, (envelope.name_key, *_NAME_KEYS), str)
    if not name:
        if len(value) == 1 and next(iter(value)) in known:
            only, arguments = next(iter(value.items()))
            return Unwrapped(only, arguments)
        return None
    found = [key for key in (envelope.arguments_key, *_ARGUMENT_KEYS) if key in value]
    arguments = value[found[0]] if found else _beside_name(value, known.get(name))
    id = _first(value, (envelope.id_key, *_ID_KEYS), str | int)
    if id is None and isinstance(outer, dict):
        id = _first(outer, (envelope.id_key, *_ID_KEYS), str | int)
    return Unwrapped(
        name, {} if arguments is None else arguments, "" if id is None else str(id), repaired=not found
    )


def _beside_name(value: dict[str, Any], schema: Any) -> dict[str, Any]:
    """The tool's own arguments that stand beside its name, where nothing else does."""
    names = schema.get("properties") if isinstance(schema, Mapping) else None
    beside = {key: item for key, item in value.items() if key not in (*_NAME_KEYS, *_ID_KEYS, "type")}
    return beside if isinstance(names, Mapping) and beside.keys() <= names.keys() else {}


def read_name(raw: str, envelope: Envelope) -> str:
    """The name in a call that cannot be read as a whole, "" when it is not there."""
    for key in (envelope.name_key, *_NAME_KEYS):
        if key and (
            match := re.search(rf"[\"']{re.escape(key)}[\"']\s*:\s*[\"']([^\"'\\]{{1,256}})[\"']", raw)
        ):
            return match.group(1)
    return ""


def _first(value: dict[str, Any], keys: tuple[str, ...], kind: Any) -> Any:
    for key in keys:
        if key and isinstance(value.get(key), kind):
            return value[key]
    return None
