"""SKILL.md: YAML between two lines of dashes, then the instructions. Pure.

Source: agentskills.io/specification. Files in the wild are less strict than that; what a person can read in one, this
reads too.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from agents.permissions.visible import visible

FILE = "SKILL.md"
# Of the part between the dashes; a description is cut at what the specification allows.
_MOST_HEAD = 16_384
_MOST_NAME, _MOST_DESCRIPTION = 64, 1024
_FENCE = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)^---[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"^([A-Za-z][\w-]*):[ \t]*(.*)$")
_NOT_NAME = re.compile(r"[^\w-]+")


class SkillText(msgspec.Struct, frozen=True):
    """`allowed_tools` is what its author wishes; it grants nothing."""

    name: str
    description: str
    body: str
    allowed_tools: str = ""
    license: str = ""


def parsed(text: str, folder: str) -> SkillText:
    """The skill in a file of the folder of this name, which names it where the file does not.

    Raises ValueError with the reason: no head, no description, or nothing behind the head.
    """
    text = text.replace("\r\n", "\n")
    match = _FENCE.match(text)
    if match is None:
        raise ValueError("it does not begin with a head between lines of ---")
    if len(match[1]) > _MOST_HEAD:
        raise ValueError(f"its head has more than {_MOST_HEAD:,} characters")
    head = _head(match[1])
    description = " ".join(_text(head.get("description")).split())
    body = text[match.end() :].strip()
    if not description:
        raise ValueError("its head has no description")
    if not body:
        raise ValueError("there is nothing behind its head")
    name = skill_name(_text(head.get("name")) or folder)
    if not name:
        raise ValueError("it has no name")
    return SkillText(
        name,
        visible(description)[:_MOST_DESCRIPTION],
        visible(body),
        visible(_text(head.get("allowed-tools")))[:_MOST_DESCRIPTION],
        visible(_text(head.get("license", head.get("licence"))))[:_MOST_DESCRIPTION],
    )


def skill_name(name: str) -> str:
    """A name as people type it behind a slash: small letters of any script, digits, and dashes."""
    return _NOT_NAME.sub("-", name.strip().casefold()).strip("-_")[:_MOST_NAME].strip("-_")


def _head(text: str) -> dict[str, Any]:
    """The head's fields. Where it is no YAML, as with a colon in a description, each line is read by itself."""
    import yaml  # 20 ms that a process without skills saves

    try:
        found = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        found = {
            match[1]: match[2].strip("\"' ") for line in text.splitlines() if (match := _LINE.match(line))
        }
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    """A field as text. What YAML makes of lists is joined; of anything deeper nothing is read."""
    if isinstance(value, list | tuple):
        return " ".join(each for each in value if isinstance(each, str))
    return str(value).strip() if isinstance(value, str | int | float | bool) else ""
