"""Writes what a patch makes of the files: all of it, or nothing where something goes wrong."""

from __future__ import annotations

import contextlib
import functools
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from agents.tools.files.changing import new_folders, place_to_change
from agents.tools.files.patch.planning import Change, File, Plan
from agents.tools.files.trash import to_trash
from agents.workspace.workspace import Workspace


def write(plan: Plan, workspace: Workspace, trash: Path) -> None:
    """Change the files. What is deleted goes to the trash.

    Raises OSError and PathRefused; then everything is put back, as far as the system lets it.
    """
    _Writing(plan, workspace, trash).write()


class _Writing:
    def __init__(self, plan: Plan, workspace: Workspace, trash: Path) -> None:
        self._plan, self._workspace, self._trash = plan, workspace, trash
        self._back: list[Callable[[], None]] = []

    def write(self) -> None:
        moved = self._plan.moved
        try:
            for change in self._plan.changes:
                arrives = change.path in moved.values()
                if change.before and (arrives or (change.after is None and change.path not in moved)):
                    self._delete(change.path, change.before)
            for old, new in moved.items():
                self._move(old, new)
            for change in self._plan.changes:
                if change.after is not None:
                    self._put(change, change.after, arrived=moved.get(change.after.origin) == change.path)
        except BaseException:
            for back in reversed(self._back):
                with contextlib.suppress(OSError):
                    back()
            raise

    def _delete(self, path: str, was: File) -> None:
        with place_to_change(self._workspace, path, follow=False) as (folder, name):
            kept = to_trash(folder, name, self._trash)
        self._back.append(functools.partial(self._restore, path, was))
        self._back.append(lambda: kept.unlink(missing_ok=True))

    def _move(self, old: str, new: str) -> None:
        self._make_folders(new)
        self._moved(old, new)
        self._back.append(lambda: self._moved(new, old))

    def _moved(self, old: str, new: str) -> None:
        with (
            place_to_change(self._workspace, old, follow=False) as (folder, name),
            place_to_change(self._workspace, new, follow=False) as (into, new_name),
        ):
            folder.move(name, into, new_name)

    def _put(self, change: Change, file: File, *, arrived: bool) -> None:
        path = change.path
        source = file.origin if arrived else path
        before = next((each.before for each in self._plan.changes if each.path == source), None)
        if before is not None and (before.content, before.executable) == (file.content, file.executable):
            return
        self._make_folders(path)
        self._restore(path, file, before)
        if before is None:
            self._back.append(functools.partial(self._remove, path))
        else:
            self._back.append(functools.partial(self._restore, path, before))

    def _make_folders(self, path: str) -> None:
        missing = new_folders(self._workspace, path)
        with place_to_change(self._workspace, path, make=True, follow=False):
            pass
        self._back += [functools.partial(self._remove, each, folder=True) for each in missing]

    def _restore(self, path: str, file: File, before: File | None = None) -> None:
        with place_to_change(self._workspace, path, follow=False) as (folder, name):
            if before is None or before.content != file.content:
                folder.write(name, file.content)
            mode = stat.S_IMODE(folder.stat(name).st_mode)
            wanted = mode | (mode & 0o444) >> 2 if file.executable else mode & ~0o111
            if file.executable != bool(mode & 0o100) and sys.platform != "win32":
                folder.change_mode(name, wanted)

    def _remove(self, path: str, *, folder: bool = False) -> None:
        with place_to_change(self._workspace, path, follow=False) as (parent, name):
            (parent.remove_folder if folder else parent.remove)(name)
