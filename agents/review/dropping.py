"""Plans what becomes of the files when changes of a run are dropped."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from agents.events import Entry, FileChange
from agents.review.hunks import Hunk, with_only, without
from agents.review.values import Dropped, Review, ReviewFile
from agents.snapshots.manifest import Item
from agents.snapshots.planning import above, alike
from agents.snapshots.snapshots import Snapshots
from agents.snapshots.timeline import Timeline
from agents.snapshots.values import Step, UndoPlan
from agents.tools.files.text_file import read_text
from engine.errors import UserError


def drop_plan(entries: Sequence[Entry], snapshots: Snapshots, review: Review, dropped: Dropped) -> UndoPlan:
    """A plan for `Snapshots.undo`, of hunks and of whole files.

    Hunks that somebody worked on since are left alone; their files are in `left`. Raises UserError `review.stale`
    when the journal tells of other changes than `review` has, and `undo.*`.
    """
    timeline = Timeline(entries)
    whole: set[str] = set()
    parts: dict[ReviewFile, tuple[Hunk, ...]] = {}
    for file in review.files:
        if file.path not in dropped:
            continue
        _check(file, timeline)
        hunks = file.hunks_in(dropped)
        all_of_it = len(hunks) == len(file.hunks) and (dropped[file.path] is None or bool(file.hunks))
        if all_of_it and not (file.edited and file.hunks and file.change == "changed"):
            whole |= {*file.paths}
        elif hunks:
            parts[file] = hunks
    plan = UndoPlan((), ())
    if whole:
        plan = snapshots.plan(entries, None, whole | _emptied(timeline, whole))
    return _with_parts(plan, snapshots, parts)


def _check(file: ReviewFile, timeline: Timeline) -> None:
    layers = timeline.layers.get(file.path)
    if not layers or not alike(layers[-1].after, file.after):
        raise UserError("review.stale")


def _emptied(timeline: Timeline, whole: set[str]) -> set[str]:
    """Folders that the run made, and in which nothing that it made is left."""
    made = {path: layers for path, layers in timeline.layers.items() if layers and layers[0].before is None}
    kinds = {path: layers[-1].after.kind for path, layers in made.items() if layers[-1].after is not None}
    files = [path for path, kind in kinds.items() if kind != "folder"]
    stays = {folder for path in files if path not in whole for folder in above(path)}
    emptied = {folder for path in whole for folder in above(path)} - stays
    return {path for path in emptied if kinds.get(path) == "folder"}


def _with_parts(plan: UndoPlan, snapshots: Snapshots, parts: dict[ReviewFile, tuple[Hunk, ...]]) -> UndoPlan:
    now = snapshots.look([file.path for file in parts])
    steps: list[Step] = []
    left: list[str] = []
    for file, hunks in parts.items():
        step, is_whole = _part(file, hunks, now.get(file.path), snapshots)
        if not is_whole:
            left.append(file.path)
        if step is not None:
            steps.append(step)
    return msgspec.structs.replace(
        plan,
        steps=(*plan.steps, *steps),
        partly=tuple(step.path for step in steps),
        left=tuple(left),
    )


def _part(
    file: ReviewFile, hunks: tuple[Hunk, ...], there: Item | None, snapshots: Snapshots
) -> tuple[Step | None, bool]:
    """The step that writes a file without the hunks, and whether it is without all of them."""
    if there is None or there.kind != "file" or not there.hash:
        return None, False
    text = read_text(snapshots.content(there.hash))
    if text is None:
        return None, False
    carried = without(file.old_text, file.new_text, hunks, text.raw)
    missing = [hunk for hunk in hunks if hunk.number in carried.left]
    # Lines that somebody put back by hand are no conflict.
    is_whole = not with_only(file.old_text, file.new_text, missing, text.raw).left
    if carried.text == text.raw:
        return None, is_whole
    try:
        content = text.encode(carried.text)
    except UnicodeEncodeError:  # somebody gave it an encoding since in which these lines cannot be written
        return None, False
    attributes = there.attributes
    if attributes is not None:
        attributes = msgspec.structs.replace(attributes, modified=time.time_ns(), linked="")
    change = FileChange(
        file.path,
        "changed",
        before=snapshots.keep(content),
        after=there.hash,
        bytes_before=len(content),
        bytes_after=there.bytes,
        mode=there.mode,
        mode_after=there.mode,
        attributes=attributes,
        attributes_after=there.attributes,
    )
    return Step(file.path, "restore", change), is_whole
