"""A review as a unified diff in Git's form. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.review.hunks import Hunk, hunks_of
from agents.review.values import Review, ReviewFile
from agents.snapshots.manifest import Item

_PLAIN = re.compile(r"[^\x00-\x1f\x7f\"\\\ufffd]+")


def review_diff(review: Review) -> str:
    """All changes, as `git apply` takes them; what is no text is only named."""
    return "".join(file_diff(file) for file in review.files)


def file_diff(file: ReviewFile) -> str:
    hunks = _hunks(file)
    return "".join(
        f"{line}\n" for line in (*_file_head(file, hunks), *(each for h in hunks for each in hunk_lines(h)))
    )


def _hunks(file: ReviewFile) -> tuple[Hunk, ...]:
    """Those of a text, or from one target of a link to the other, which has none to drop one by one."""
    sides = [item for item in (file.before, file.after) if item is not None]
    if file.hunks or not all(item.kind == "link" for item in sides):
        return file.hunks
    return hunks_of(file.before.link if file.before else "", file.after.link if file.after else "")


def _file_head(file: ReviewFile, hunks: Sequence[Hunk]) -> Iterator[str]:
    """The lines before the first hunk."""
    old, new = (
        _quoted(f"{side}/{path}") for side, path in (("a", file.old_path or file.path), ("b", file.path))
    )
    yield f"diff --git {old} {new}"
    if file.before is None and file.after is not None:
        yield f"new file mode {_mode(file.after)}"
    elif file.after is None and file.before is not None:
        yield f"deleted file mode {_mode(file.before)}"
    elif file.before is not None and file.after is not None and _mode(file.before) != _mode(file.after):
        yield f"old mode {_mode(file.before)}"
        yield f"new mode {_mode(file.after)}"
    if file.old_path:
        yield f"rename from {_quoted(file.old_path)}"
        yield f"rename to {_quoted(file.path)}"
    if hunks:
        yield f"--- {old if file.before is not None else '/dev/null'}"
        yield f"+++ {new if file.after is not None else '/dev/null'}"
    elif any(item is not None and item.bytes for item in (file.before, file.after)) and not _same(file):
        sides = (
            old if file.before is not None else "/dev/null",
            new if file.after is not None else "/dev/null",
        )
        yield f"Binary files {sides[0]} and {sides[1]} differ"


def hunk_lines(hunk: Hunk) -> Iterator[str]:
    """A hunk with its head."""
    yield hunk.head
    for line in hunk.lines:
        yield line.mark + line.text
        if not line.ended:
            yield "\\ No newline at end of file"


def _same(file: ReviewFile) -> bool:
    return file.before is not None and file.after is not None and file.before.hash == file.after.hash


def _mode(item: Item) -> str:
    if item.kind == "link":
        return "120000"
    return "100755" if item.mode & 0o100 else "100644"


def _quoted(path: str) -> str:
    """As Git writes names with characters that would break a line."""
    if _PLAIN.fullmatch(path):
        return path
    letters = (
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03o}" for byte in path.encode()
    )
    return f'"{"".join(letters)}"'
