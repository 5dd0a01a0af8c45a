"""JSON Schema reader: resolves references and merges parts that hold at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from engine.formats.grammar.schema_merge import Merged, Schema

DEEPEST = 160
MOST_NODES = 50_000
MOST_PARTS = 64
_LARGEST_NUMBER = float("1e300")

Widen = Callable[[str, str], None]


class Copied:
    """A copy of a JSON value of bounded size; the rest becomes True, which allows anything. `cut`:
    something was left out."""

    def __init__(self, value: Any) -> None:
        self._left = MOST_NODES
        self.cut = False
        self.value = self._copy(value, 0)

    def _copy(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if depth > DEEPEST or self._left < 0:
            self.cut = True
            return True
        if isinstance(value, dict):
            return {str(key): self._copy(item, depth + 1) for key, item in value.items() if self._left > 0}
        if isinstance(value, list | tuple):
            return [self._copy(item, depth + 1) for item in value if self._left > 0]
        if value is None or isinstance(value, str | bool):
            return value
        return value if isinstance(value, int | float) and abs(value) < _LARGEST_NUMBER else True


def pointer(at: str, *parts: str | int) -> str:
    """A JSON pointer (RFC 6901) one or more steps further."""
    return at + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


class Document:
    """One schema document: finds what its references mean."""

    def __init__(self, root: Any, widen: Widen) -> None:
        self._root = root
        self._widen = widen

    def target(self, reference: str) -> Any:
        """The target of `#`, `#/...` or `#anchor`. Raises KeyError for anything else."""
        if reference in ("", "#"):
            return self._root
        if not reference.startswith("#"):
            raise KeyError(reference)
        from urllib.parse import unquote  # takes a while, and schemas with references are rare

        if not reference.startswith("#/"):
            return self._anchored(unquote(reference[1:]))
        value = self._root
        for step in reference[2:].split("/"):
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(value, list) and key.isascii() and key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            elif isinstance(value, dict) and key in value:
                value = value[key]
            else:
                raise KeyError(reference)
        return value

    def _anchored(self, name: str) -> Any:
        level = [self._root]
        while level:
            node = level.pop()
            if isinstance(node, dict):
                if name in (node.get("$anchor"), node.get("$dynamicAnchor")) or node.get("$id") == f"#{name}":
                    return node
                level += node.values()
            elif isinstance(node, list):
                level += node
        raise KeyError(name)

    def flat(self, schema: Schema, at: str) -> Schema | None:
        """The schema without $ref and allOf; None if unsatisfiable."""
        merged = Merged()
        parts: list[tuple[Any, tuple[str, ...]]] = [(schema, ())]
        read = 0
        while parts:
            part, followed = parts.pop(0)
            read += 1
            if read > MOST_PARTS:
                self._widen(at, "it has too many parts that hold at once")
                break
            if not isinstance(part, dict):
                merged.add(part)
                continue
            inner: list[tuple[Any, tuple[str, ...]]] = []
            for reference in references(part):
                if reference in followed:
                    self._widen(at, f"the reference {reference} leads back to itself")
                    continue
                try:
                    inner.append((self.target(reference), (*followed, reference)))
                except KeyError:
                    self._widen(at, f"the reference {reference} is not within the schema")
            conjuncts = part.get("allOf")
            inner += [(item, followed) for item in conjuncts] if isinstance(conjuncts, list) else []
            merged.add({key: value for key, value in part.items() if key not in _COMBINING})
            parts = inner + parts
        for key in dict.fromkeys(merged.dropped):
            self._widen(at, f"several values of {key} that hold at once")
        return merged.schema


_REFERENCES = ("$ref", "$recursiveRef", "$dynamicRef")
_COMBINING = frozenset({*_REFERENCES, "allOf"})


def references(schema: Schema) -> list[str]:
    return [schema[key] for key in _REFERENCES if isinstance(schema.get(key), str)]


def fingerprint(schema: Any) -> str:
    """Equal for schemas that say the same in the same order."""
    return json.dumps(schema)
