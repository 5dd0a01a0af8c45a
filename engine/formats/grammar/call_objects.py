"""Calls that are JSON objects between a dialect's marks: the object that the marks spell."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from engine.formats.dialect import ARGUMENTS, ID, INDEX, NAME, Dialect

_MARK = "Qx7"
# What stands in an object for what a call fills in.
SENTINELS = {NAME: "Qx7name", ARGUMENTS: "Qx7arguments", ID: "Qx7id", INDEX: "Qx7index"}


class CallObject(msgspec.Struct, frozen=True):
    """The JSON object of a call, with sentinels in its slots. `after`: what follows the outermost one."""

    members: dict[str, Any]
    after: str = ""

    def until_name(self) -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
        """The members before the one with the tool's name, and the others."""
        members = list(self.members.items())
        place = next(index for index, (k, v) in enumerate(members) if _tells_tool(k, v))
        return members[:place], members[place:]


def _tells_tool(name: str, value: Any) -> bool:
    if isinstance(value, CallObject):
        return any(_tells_tool(k, v) for k, v in value.members.items())
    return SENTINELS[NAME] in (name, value) or value == SENTINELS[ARGUMENTS]


def is_needed(value: Any) -> bool:
    return isinstance(value, CallObject) or value in (SENTINELS[NAME], SENTINELS[ARGUMENTS])


def skeleton(dialect: Dialect) -> CallObject | None:
    """The object that an envelope's literals spell; None where they spell none."""
    if dialect.envelope is None:
        return None
    text = ""
    for index, part in enumerate(dialect.call):
        if isinstance(part, str):
            text += part
            continue
        quoted = text.endswith('"') and part is not ARGUMENTS
        text += SENTINELS[part] if quoted else f'"{SENTINELS[part]}"'
        if part is ARGUMENTS and index > 0 and text.endswith('""'):
            return None
    start = text.find("{")
    try:
        value, end = json.JSONDecoder().raw_decode(text, start) if start >= 0 else (None, 0)
    except (json.JSONDecodeError, RecursionError):
        return None
    found = _as_object(value)
    if found is None or not _tells_tool("", found):
        return None
    return msgspec.structs.replace(found, after=text[end:])


def _as_object(value: Any) -> CallObject | None:
    if not isinstance(value, dict):
        return None
    inner = {
        k: _as_object(v) if isinstance(v, dict) and _MARK in json.dumps(v) else v for k, v in value.items()
    }
    return CallObject(inner)
