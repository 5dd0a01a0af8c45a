"""What a review says of a file besides its lines."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from agents.permissions.visible import visible
from agents.review.hunks import Hunk
from agents.review.values import ReviewFile
from app.desktop.text.words import joined
from app.format import format_count, format_size


def path_words(file: ReviewFile) -> str:
    path = visible(file.path).replace("\n", " ")
    return f"{visible(file.old_path)} → {path}" if file.old_path else path


def note_words(file: ReviewFile) -> str:
    """New, moved, binary and the like; "" for a text that only changed."""
    translate = QCoreApplication.translate
    there = file.after or file.before
    notes = [
        {
            "new": translate("Review", "new"),
            "deleted": translate("Review", "deleted"),
            "moved": translate("Review", "moved"),
        }.get(file.change, "")
    ]
    if file.modes is not None:
        before, after = (f"{mode:o}" for mode in file.modes)
        notes.append(translate("Review", "mode {before} → {after}").format(before=before, after=after))
    if there is not None and there.kind == "link":
        notes.append(translate("Review", "link to {target}").format(target=visible(there.link)))
    elif there is not None and there.kind == "file" and not file.hunks:
        same = file.before is not None and file.after is not None and file.before.hash == file.after.hash
        if not there.bytes and not same:
            notes.append(translate("Review", "empty"))
        elif not same:
            size = format_size(there.bytes)
            notes.append(translate("Review", "not text, {size}").format(size=size))
    if file.edited:
        notes.append(translate("Review", "changed since by someone else"))
    if not file.kept:
        notes.append(translate("Review", "no copy of what was there"))
    return joined([note for note in notes if note])


def counts_words(file: ReviewFile) -> tuple[str, str]:
    """Added and removed lines; "" for none."""
    added = f"+{format_count(file.added)}" if file.added else ""
    removed = f"−{format_count(file.removed)}" if file.removed else ""
    return added, removed


def hunk_words(hunk: Hunk) -> str:
    """Where it is."""
    numbers = [line.new or line.old for line in hunk.lines if line.mark != " "]
    first, last = min(numbers), max(numbers)
    translate = QCoreApplication.translate
    if first == last:
        return translate("Review", "Line {line}").format(line=format_count(first))
    return translate("Review", "Lines {first} to {last}").format(
        first=format_count(first), last=format_count(last)
    )
