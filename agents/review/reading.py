"""What a run changed in its workspace, from its journal and its snapshots."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from agents.events import Entry
from agents.review.hunks import hunks_of
from agents.review.moves import moved
from agents.review.values import Review, ReviewFile
from agents.snapshots.manifest import Item
from agents.snapshots.names import kept_name
from agents.snapshots.planning import alike, exactly
from agents.snapshots.snapshots import Snapshots
from agents.snapshots.timeline import Timeline
from agents.tools.files.text_file import Text, read_text
from engine.errors import UserError

MOST_BYTES = 4 * 1024 * 1024  # of a file that is compared line by line
MOST_READ = 2_000  # files that are compared


def read_review(entries: Sequence[Entry], snapshots: Snapshots) -> Review:
    """The files that differ from before the run, and how. Raises UserError `undo.no_folder`."""
    changed: dict[str, tuple[Item | None, Item | None]] = {}
    for path, layers in sorted(Timeline(entries).layers.items()):
        if layers and _differs(layers[0].before, layers[-1].after):
            changed[path] = _leading(layers[0].before, snapshots), _leading(layers[-1].after, snapshots)
    now = snapshots.look(changed)
    old_paths = moved(changed, lambda item: _raw(item, snapshots))
    files: list[ReviewFile] = []
    for path, (before, after) in changed.items():
        if path in old_paths.values():
            continue
        old_path = old_paths.get(path, "")
        was = changed[old_path][0] if old_path else before
        there = now.get(path)
        edited = not alike(there, after) or bool(old_path and old_path in now)
        read = len(files) < MOST_READ
        files.append(_file(path, old_path, was, after, snapshots, edited=edited, read=read))
    return Review(tuple(files))


def _leading(item: Item | None, snapshots: Snapshots) -> Item | None:
    """A link with its own target: a journal names only one of the two that a changed link had."""
    if item is None or item.kind != "link" or not item.hash:
        return item
    try:
        return replace(item, link=kept_name(os.fsdecode(snapshots.content(item.hash))))
    except UserError:
        return replace(item, link="")


def _differs(before: Item | None, after: Item | None) -> bool:
    if all(item is None or item.kind == "folder" for item in (before, after)):
        return False
    return not (exactly(before, after) and (before is None or bool(before.hash) or before.kind != "file"))


def _file(
    path: str,
    old_path: str,
    before: Item | None,
    after: Item | None,
    snapshots: Snapshots,
    *,
    edited: bool,
    read: bool,
) -> ReviewFile:
    change: Literal["new", "changed", "deleted", "moved"]
    change = "moved" if old_path else "new" if before is None else "deleted" if after is None else "changed"
    kept = before is None or before.kind in ("folder", "pipe") or bool(before.hash)
    old, new = (_text(item, snapshots) if read else None for item in (before, after))
    file = ReviewFile(path, change, before, after, old_path, edited=edited, kept=kept)
    if old is None or new is None or not _comparable(old, new, before, after):
        return file
    return ReviewFile(
        path, change, before, after, old_path, hunks_of(old.raw, new.raw), old.raw, new.raw, edited, kept
    )


def _comparable(old: Text, new: Text, before: Item | None, after: Item | None) -> bool:
    """Whether a text of both can be written: they are written in the same way, or one of them is not there."""
    return before is None or after is None or (old.encoding, old.mark) == (new.encoding, new.mark)


def _raw(item: Item, snapshots: Snapshots) -> str | None:
    text = _text(item, snapshots)
    return None if text is None else text.raw


def _text(item: Item | None, snapshots: Snapshots) -> Text | None:
    """The text of a file; empty for nothing, None for what is no text or was not kept."""
    if item is None:
        return Text("")
    if item.kind != "file" or not item.hash or item.bytes > MOST_BYTES:
        return None
    try:
        return read_text(snapshots.content(item.hash))
    except UserError:
        return None
