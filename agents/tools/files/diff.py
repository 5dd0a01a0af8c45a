"""Unified diff of a file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from itertools import islice

_CONTEXT = 3
_FILE = "diff --git "  # begins a file; no line of a hunk does, since each has a mark
# Diffing takes time with the product of differing lines: beyond this all are shown as removed and added.
_MOST_COMPARED = 4_000_000


def unified_diff(path: str, before: str | None, after: str | None) -> str:
    """The diff of two texts; None is a missing file. "" when nothing changes."""
    if before == after:
        return ""
    old, new = _lines(before), _lines(after)
    body = "".join(_ended(line) for line in _hunks(old, new))
    first = "/dev/null" if before is None else f"a/{path}"
    second = "/dev/null" if after is None else f"b/{path}"
    return f"--- {first}\n+++ {second}\n{body}"


def renamed(path: str, to: str) -> str:
    """A file that only moves, as Git shows it."""
    return f"rename from {path}\nrename to {to}\n"


def several(diffs: Sequence[tuple[str, str, str]]) -> str:
    """The diffs of several files, each with its old and its new path, in Git's form; of one as it is."""
    if len(diffs) == 1:
        return diffs[0][2]
    return "".join(f"{_FILE}a/{path} b/{to}\n{diff}" for path, to, diff in diffs)


def of_files(diff: str) -> list[str]:
    """The diffs of the files of which one is made, without what `several` puts between them."""
    parts = re.split(f"^{_FILE}.*\n", diff, flags=re.MULTILINE)
    return [part for part in parts if part] or [diff]


def counts(diff: str) -> str:
    """Added and removed lines, as "+3 −1"."""
    lines = diff.splitlines()
    added = sum(1 for line in lines if line.startswith("+") and not line.startswith("+++ "))
    removed = sum(1 for line in lines if line.startswith("-") and not line.startswith("--- "))
    return f"+{added} −{removed}"


def _lines(text: str | None) -> list[str]:
    """Lines with their ends; "\\n" alone ends a line, as in the file."""
    if not text:
        return []
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _hunks(old: list[str], new: list[str]) -> Iterator[str]:
    """The body of the diff. A common beginning and end are skipped."""
    same = 0
    for first, second in zip(old, new, strict=False):
        if first != second:
            break
        same += 1
    tail = 0
    while tail < min(len(old), len(new)) - same and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle_old, middle_new = old[same : len(old) - tail], new[same : len(new) - tail]
    if len(middle_old) * len(middle_new) <= _MOST_COMPARED:
        start = max(0, same - _CONTEXT)
        stop_old = min(len(old), len(old) - tail + _CONTEXT)
        stop_new = min(len(new), len(new) - tail + _CONTEXT)
        lines = difflib.unified_diff(old[start:stop_old], new[start:stop_new], n=_CONTEXT)
        for line in islice(lines, 2, None):
            yield _shifted(line, start) if line.startswith("@@") else line
        return
    yield f"@@ -{_range(same, len(middle_old))} +{_range(same, len(middle_new))} @@\n"
    yield from (f"-{line}" for line in middle_old)
    yield from (f"+{line}" for line in middle_new)


def _range(start: int, count: int) -> str:
    """As in a hunk's head: an empty range names the line before it."""
    return f"{start + 1 if count else start},{count}"


def _shifted(head: str, by: int) -> str:
    """A hunk's head with its line numbers shifted."""
    _, old, new, _ = head.split(" ", 3)
    return f"@@ -{_moved(old[1:], by)} +{_moved(new[1:], by)} @@\n"


def _moved(place: str, by: int) -> str:
    start, comma, count = place.partition(",")
    return f"{int(start) + by}{comma}{count}"
