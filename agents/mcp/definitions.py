"""Tool definitions of a server: whether they can be offered to a model, and their fingerprint."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from agents.mcp.sanitize import clean_schema, clean_words, hides
from agents.permissions.values import ToolFacts

MOST_TOOLS = 512
MOST_DESCRIPTION = 2000
MOST_PARAMETER = 400
MOST_SCHEMA_BYTES = 48 * 1024
LONGEST_NAME = 64


class Definition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tool as its server describes it, word for word. The hints are None where the server says nothing."""

    name: str
    description: str
    schema: dict[str, Any]
    title: str = ""
    read_only: bool | None = None
    destructive: bool | None = None
    open_world: bool | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 over name, description and input schema, keys sorted: a changed fingerprint is a different
        tool.
        """
        said = [self.name, self.description, self.schema]
        text = json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def hides(self) -> bool:
        """Whether its text contains invisible characters."""
        return hides(self.description) or hides(json.dumps(self.schema, ensure_ascii=False))


class Offered(msgspec.Struct, frozen=True):
    """A tool as it is offered to a model: `name` is unique and safe, the text is sanitized and capped."""

    name: str
    description: str
    schema: dict[str, Any]
    definition: Definition


def offered(prefix: str, definitions: Iterable[Definition], taken: Collection[str] = ()) -> list[Offered]:
    """Definitions that can be offered, in the server's order. `taken` are names already in use."""
    names = set(taken)
    found: list[Offered] = []
    for definition in definitions:
        if schema_fault(definition.schema):
            continue
        name = safe_name(prefix, definition.name, names)
        names.add(name)
        found.append(
            Offered(
                name,
                clean_words(definition.description or definition.title, MOST_DESCRIPTION),
                clean_schema(definition.schema, MOST_PARAMETER),
                definition,
            )
        )
    return found


def safe_name(prefix: str, tool: str, taken: Collection[str]) -> str:
    """A name `prefix_tool` of letters, digits, "_" and "-", at most 64 long, and not among `taken`: a changed
    name ends in a piece of its hash, so it stays the same from run to run.

    A tool that has the prefix already keeps its name.
    """
    wanted = tool if tool.startswith(f"{prefix}_") else f"{prefix}_{tool}"
    name = re.sub(r"[^A-Za-z0-9_-]", "_", wanted)
    if name == wanted and len(name) <= LONGEST_NAME and name not in taken:
        return name
    mark = hashlib.sha256(wanted.encode("utf-8", "replace")).hexdigest()
    for size in (6, 12, 24):
        candidate = f"{name[: LONGEST_NAME - size - 1]}_{mark[:size]}"
        if candidate not in taken:
            return candidate
    return f"{name[:31]}_{mark[:32]}"


def schema_fault(schema: dict[str, Any]) -> str:
    """Why a schema cannot be offered: "large", "deep", "remote" (it refers to something elsewhere), "invalid" (it is
    none, or not of an object); "" for a good one."""
    import jsonschema

    try:
        clean_schema(schema, MOST_PARAMETER)
        text = json.dumps(schema)
    except (ValueError, RecursionError):
        return "deep"
    if len(text) > MOST_SCHEMA_BYTES:
        return "large"
    if schema.get("type", "object") != "object":
        return "invalid"
    if any(not target.startswith("#") for target in _references(schema)):
        return "remote"
    # A schema may say which dialect it is written in (SEP-1613); without a word it is 2020-12.
    dialect: Any = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        dialect.check_schema(schema)
    except jsonschema.SchemaError:
        return "invalid"
    return ""


def _references(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("$ref", "$dynamicRef", "$recursiveRef") and isinstance(item, str):
                yield item
            else:
                yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def facts(
    definition: Definition,
    *,
    trusted: bool,
    network: bool,
    writes: bool,
    timeout_s: float,
    held: bool = False,
    loopback: bool = False,
) -> ToolFacts:
    """What the approval rules may know of a tool.

    Hints of a server that is not trusted can only make a call stricter, and nothing is stricter than what is
    taken of a tool of which nothing is known.

    `network`: the server can reach others at all; `writes`: it can write in the workspace; `held`: nothing
    but that is left to it.
    """
    read_only = trusted and definition.read_only is True
    destructive = not (trusted and (read_only or definition.destructive is False))
    reaches = network and not (trusted and definition.open_world is False)
    return ToolFacts(
        read_only=read_only,
        destructive=destructive,
        network=reaches,
        anywhere=writes and not read_only,
        untrusted=True,
        held=held,
        loopback=loopback,
        timeout_s=timeout_s,
        fingerprint=definition.fingerprint,
    )
