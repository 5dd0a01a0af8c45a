"""The first starts of a new version: one that goes well makes it stay, and after two that do not the old one is back.

A start leaves a mark that it holds locked while it runs. A mark that nobody holds is of a process that ended without
a word. Nothing but the standard library is needed, for this runs before anything that a broken version breaks.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.installation.facts import REPLACED, installation

if TYPE_CHECKING:
    from app.installation.sites import Site


class FirstStart:
    """What becomes of a start; without a `site` nothing is on trial. `held` is the mark of this start, if it has
    one."""

    def __init__(self, site: Site | None = None, held: _Held | None = None) -> None:
        self._site, self._held = site, held
        self._broken = False

    def good(self) -> None:
        """The version has started well: it stays."""
        if self._site is None or self._broken:
            return
        self._release()
        self._site.settle()
        self._site = None

    def broken(self) -> None:
        """Something failed that is no fault of the machine or of what was asked: this start counts as a bad one,
        however the process ends."""
        self._broken = True

    def ended(self, code: int) -> None:
        """The process ends with an exit code by itself. One that was told why something cannot be done says nothing
        about the version."""
        if self._site is None or self._broken:
            return
        if code == 0:
            self.good()
        else:
            self.says_nothing()

    def says_nothing(self) -> None:
        """This start is neither a good one nor a bad one, such as one that left its work to a process that runs."""
        site, held = self._site, self._held
        if site is None or self._broken:
            return
        self._site = self._held = None
        if held is not None:
            # Windows removes no file that is open; nobody may find the mark in between.
            with contextlib.suppress(OSError), _alone(site.mark("starting")):
                held.release()
                held.forget()
            if site.read("trial") is None:  # another start has settled it
                site.forget_trial()

    def _release(self) -> None:
        if self._held is not None:
            self._held.release()
            self._held = None


_now = FirstStart()


def this_start() -> FirstStart:
    """The start of this process."""
    return _now


def begin(arguments: Sequence[str]) -> FirstStart:
    """Note a start of a version on trial. After two bad ones the old version is started with these arguments instead,
    and this process ends with it."""
    global _now
    if installation().kind not in REPLACED:
        return _now
    from app.installation.sites import site_of  # other kinds do without

    site = site_of(installation())
    trial = None if site is None else site.read("trial")
    if site is not None and trial is not None:
        if trial.after == installation().version:
            _now = _noted(site, arguments)
        elif trial.before != installation().version:  # a person has put another version there
            site.forget_trial()
    return _now


def _noted(site: Site, arguments: Sequence[str]) -> FirstStart:
    from app.installation.sites import STARTS

    try:
        with _alone(site.mark("starting")):
            for name in STARTS:
                held = _Held(site.mark(name))
                if held.is_new or held.elsewhere:  # one that is under way says nothing yet
                    return FirstStart(site, held if held.is_new else None)
                held.release()
    except OSError:  # a folder that cannot be written to any more
        return FirstStart(site)
    _start_old(site, arguments)
    return FirstStart(site)


def _start_old(site: Site, arguments: Sequence[str]) -> None:
    """Go back and start the old version in the place of this process; returns where that cannot be done."""
    with contextlib.suppress(OSError):
        if site.go_back():
            command = [*site.program, *arguments]
            sys.stdout.flush()
            if os.name == "posix":
                os.execv(command[0], command)
            import subprocess

            sys.exit(subprocess.run(command, check=False).returncode)


class _Held:
    """A mark. `is_new`: this process made it, and holds it; `elsewhere`: another process that lives holds it."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self._path = path
        self.is_new = not path.exists()
        self._file = path.open("ab")
        self.elsewhere = not _lock(self._file.fileno())

    def release(self) -> None:
        self._file.close()

    def forget(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Only one process at a time looks at the marks. Raises OSError."""
    with path.open("ab") as file:
        _lock(file.fileno(), wait=True)
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int, *, wait: bool = False) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(handle: int, *, wait: bool = False) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            return False
        return True
