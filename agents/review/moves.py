"""Which new files are old ones in another place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from agents.review.hunks import lines_of
from agents.snapshots.manifest import Item

_ALIKE = 0.5  # the share of lines that both have, as Git counts renames
_MOST = 50  # files that are compared with each other
_MOST_BYTES = 256 * 1024

Changed = Mapping[str, tuple[Item | None, Item | None]]


def moved(changed: Changed, text_of: Callable[[Item], str | None]) -> dict[str, str]:
    """Old paths by new ones: those of the same content, then those of which most lines are the same."""
    gone = {path: before for path, (before, after) in changed.items() if _is_file(before) and after is None}
    came = {path: after for path, (before, after) in changed.items() if before is None and _is_file(after)}
    found: dict[str, str] = {}
    by_hash = {item.hash: path for path, item in gone.items() if item is not None and item.bytes}
    for path, item in came.items():
        old = by_hash.pop(item.hash, "") if item is not None else ""
        if old:
            found[path] = old
            gone.pop(old)
    rest = [path for path in came if path not in found]
    if not (gone and rest) or len(gone) > _MOST or len(rest) > _MOST:
        return found
    old_lines = {path: _lines(item, text_of) for path, item in gone.items()}
    for path in rest:
        lines = _lines(came[path], text_of)
        near = max(old_lines, key=lambda old: _share(old_lines[old], lines), default="")
        if near and _share(old_lines[near], lines) >= _ALIKE:
            found[path] = near
            old_lines.pop(near)
    return found


def _is_file(item: Item | None) -> bool:
    return item is not None and item.kind == "file" and bool(item.hash)


def _lines(item: Item | None, text_of: Callable[[Item], str | None]) -> Counter[str]:
    text = text_of(item) if item is not None and item.bytes <= _MOST_BYTES else None
    return Counter(line for line in lines_of(text or "") if line.strip())


def _share(one: Counter[str], other: Counter[str]) -> float:
    total = max(one.total(), other.total())
    return (one & other).total() / total if total else 0.0
