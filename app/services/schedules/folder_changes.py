"""Changes of files in a watched folder: found by looking, so that none is missed, also while nobody watches."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Collection
from pathlib import Path

from agents.tools.files.glob import Glob
from agents.tools.files.list_files import SKIPPED
from app.store.schedules.store import Listing
from engine.errors import UserError

MOST_FILES = 50_000
# A look at a large folder takes its time: of it, so much is spent on looking.
_SHARE = 0.02


def checked_pattern(pattern: str) -> Glob:
    """The pattern of file names. Raises UserError `schedule.bad_pattern`."""
    try:
        return Glob(pattern)
    except ValueError as error:
        raise UserError("schedule.bad_pattern", value=pattern[:80]) from error


def listing_of(workspace: Path, pattern: str) -> Listing:
    """The files that the pattern names: their sizes and the times of their last change. Hidden ones and folders of
    programs such as `.git` are left out; links are not followed.

    Raises UserError `run.no_workspace`, `run.workspace_unreadable`, `schedule.too_many_files`,
    `schedule.bad_pattern`.
    """
    glob, found, folders = checked_pattern(pattern), Listing(), [""]
    while folders:
        below = folders.pop()
        try:
            with os.scandir(workspace / below) as entries:
                for entry in entries:
                    path = f"{below}{entry.name}"
                    if entry.name.startswith(".") or entry.name in SKIPPED:
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(f"{path}/")
                    elif glob.matches(path):
                        _add(found, path, entry)
        except OSError as error:
            if below:  # it was removed meanwhile, or is nobody's to read
                continue
            code = "run.no_workspace" if isinstance(error, FileNotFoundError) else "run.workspace_unreadable"
            detail = error.strerror or str(error)
            raise UserError(code, path=str(workspace), detail=detail) from error
        if len(found) > MOST_FILES:
            raise UserError("schedule.too_many_files", most=MOST_FILES)
    return found


def _add(found: Listing, path: str, entry: os.DirEntry[str]) -> None:
    try:
        info = entry.stat(follow_symlinks=False)
    except OSError:  # it is gone meanwhile
        return
    if stat.S_ISREG(info.st_mode):
        found[path] = (info.st_size, info.st_mtime_ns)


def differing(before: Listing, now: Listing) -> tuple[str, ...]:
    """Files that are new, changed or gone."""
    paths = before.keys() | now.keys()
    return tuple(sorted(path for path in paths if before.get(path) != now.get(path)))


class FolderWatch:
    """What is known of one watched folder. `known` is what was there when it last was the cause of a run; what runs
    wrote
    themselves is no cause. `is_kept`: `known` is in the store as it is."""

    def __init__(
        self,
        workspace: Path,
        pattern: str,
        known: Listing | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.workspace, self.pattern = workspace, pattern
        self.known, self.is_kept = known, known is not None
        self._own: set[str] = set()
        self._last: Listing | None = None
        self._moved = self._next = -float("inf")
        self._clock = clock

    def wrote(self, paths: Collection[str]) -> None:
        """A run has changed these."""
        self._own.update(paths)
        self._next = -float("inf")

    def look(self, quiet: float) -> tuple[str, ...]:
        """Files that were changed by others, once nothing has changed for `quiet` seconds; none before. `known` is
        None until the first look. Raises UserError as `listing_of`."""
        began = self._clock()
        if began < self._next:
            return ()
        self._last, before = listing_of(self.workspace, self.pattern), self._last
        took = self._clock() - began
        self._next = began + took / _SHARE if took > 0.02 else -float("inf")
        if self.known is None:
            self.known = dict(self._last)
        self._forgive()
        changed = differing(self.known, self._last)
        if before != self._last:
            # What was changed before anybody looked may be quiet for long.
            is_old = before is None and self._is_old(changed, quiet)
            self._moved = -float("inf") if is_old else self._clock()
        return changed if self._clock() - self._moved >= quiet else ()

    def taken(self) -> Listing:
        """What is there now was the cause of a run."""
        self.known = dict(self._last or {})
        return self.known

    def _forgive(self) -> None:
        """What runs wrote is known as it is now."""
        assert self.known is not None and self._last is not None
        self.is_kept = self.is_kept and not self._own
        for path in self._own:
            if path in self._last:
                self.known[path] = self._last[path]
            else:
                self.known.pop(path, None)
        self._own.clear()

    def _is_old(self, changed: Collection[str], quiet: float) -> bool:
        """Whether all changes were made long enough ago, by the times of the files."""
        assert self._last is not None
        latest = max((self._last[path][1] for path in changed if path in self._last), default=0)
        return time.time() - latest / 1e9 >= quiet
