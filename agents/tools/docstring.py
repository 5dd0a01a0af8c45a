"""Parses docstrings of functions and their parameters, in the styles of Google, NumPy and Sphinx.

Sources: the Google Python style guide (3.8.3), numpydoc's format, Sphinx's field lists.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import msgspec

# Headings that end a list of parameters; "Args" and the like begin one.
_PARAMETERS = frozenset({"args", "arguments", "parameters", "params", "other parameters", "keyword args"})
_OTHERS = frozenset(
    {
        "returns",
        "return",
        "yields",
        "raises",
        "examples",
        "example",
        "note",
        "notes",
        "see also",
        "references",
    }
    | {"attributes", "warning", "warnings", "todo", "warns"}
)
_GOOGLE = re.compile(r"\*{0,2}(?P<name>\w+)\s*(?:\([^)]*\))?\s*:\s*(?P<text>.*)", re.DOTALL)
_NUMPY = re.compile(r"(?P<names>\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?")
_SPHINX = re.compile(r":(?P<field>\w+)(?:\s+(?P<words>[^:]*))?:\s*(?P<text>.*)")
_SPHINX_PARAMETERS = frozenset({"param", "parameter", "arg", "argument", "key", "keyword"})


class Documented(msgspec.Struct, frozen=True):
    """A parsed docstring: `text` is what comes before any section, `parameters` what is said of each."""

    text: str
    parameters: dict[str, str]


def read_docstring(docstring: str) -> Documented:
    """Parse a docstring. Text in no known style stays part of `text`."""
    lines = inspect.cleandoc(docstring).splitlines()
    text: list[str] = []
    parameters: dict[str, str] = {}
    for kind, block in _sections(lines):
        if kind == "text":
            text += block
        elif kind == "google":
            parameters |= _google(block)
        elif kind == "numpy":
            parameters |= _numpy(block)
        elif kind == "sphinx":
            parameters |= _sphinx(block)
    return Documented("\n".join(text).strip(), parameters)


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Pieces of the docstring with their kind: "text", "google", "numpy", "sphinx", or "other"."""
    kind, block = "text", list[str]()
    index = 0
    while index < len(lines):
        line = lines[index]
        below = lines[index + 1] if index + 1 < len(lines) else ""
        title = line.strip().rstrip(":").casefold()
        known = not line[:1].isspace() and (title in _PARAMETERS or title in _OTHERS)
        if known and below.strip() and not below.strip("- ="):
            yield kind, block
            kind, block = ("numpy" if title in _PARAMETERS else "other"), []
            index += 2
            continue
        if known and line.rstrip().endswith(":"):
            yield kind, block
            kind, block = ("google" if title in _PARAMETERS else "other"), []
        elif kind != "sphinx" and _SPHINX.match(line):
            yield kind, block
            kind, block = "sphinx", [line]
        elif kind in ("google", "other") and line.strip() and not line[:1].isspace() and block:
            # A paragraph at the margin ends Google's sections, which are indented.
            yield kind, block
            kind, block = "text", [line]
        else:
            block.append(line)
        index += 1
    yield kind, block


def _google(lines: list[str]) -> dict[str, str]:
    """`name (type): text`, with further lines indented more."""
    found: dict[str, str] = {}
    for item in _items(lines):
        match = _GOOGLE.match(" ".join(item))
        if match:
            found[match["name"]] = match["text"].strip()
    return found


def _numpy(lines: list[str]) -> dict[str, str]:
    """`name : type` at the margin, the text indented below."""
    found: dict[str, str] = {}
    for first, *rest in _items(lines):
        match = _NUMPY.fullmatch(first)
        if match:
            for name in match["names"].split(","):
                found[name.strip().lstrip("*")] = " ".join(rest).strip()
    return found


def _sphinx(lines: list[str]) -> dict[str, str]:
    """`:param type name: text`, with further lines indented."""
    found: dict[str, str] = {}
    for item in _items(lines):
        match = _SPHINX.match(" ".join(item))
        if match and match["field"] in _SPHINX_PARAMETERS and match["words"]:
            found[match["words"].split()[-1].lstrip("*")] = match["text"].strip()
    return found


def _items(lines: list[str]) -> Iterator[list[str]]:
    """Lines grouped: one at the block's own margin with those below it that are indented more."""
    filled = [line for line in lines if line.strip()]
    margin = min((len(line) - len(line.lstrip()) for line in filled), default=0)
    item: list[str] = []
    for line in filled:
        if len(line) - len(line.lstrip()) == margin and item:
            yield item
            item = []
        item.append(line.strip())
    if item:
        yield item
