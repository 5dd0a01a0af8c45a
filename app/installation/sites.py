"""Where the versions of an installation lie, how another one becomes the current one, and how the old one comes back.

The standard library alone is used, and `engine.durable_files`, which uses nothing else: a version that cannot start
must still find the way back.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from app.installation.facts import Installation
from engine.durable_files import sync_folder, write_whole

# Names the folder of the current version, relative to its own.
CURRENT = "current.txt"
STARTS = ("start-1", "start-2")
# An option of the runtime of AppImages.
WITHOUT_FUSE = "--appimage-extract-and-run"


class Switch(NamedTuple):
    """A change of versions that has to prove itself, or that did not."""

    before: str
    after: str


class Site(ABC):
    """The place of one installation. `incoming` is where the file of a new version is put.

    Beside the versions lie small marks: `trial` from a switch until the new version has started well, the starts of
    `STARTS`, and `fallen` once the old version is back, until it has told so.
    """

    incoming: Path

    @property
    def folder(self) -> Path:
        return self.incoming.parent

    @abstractmethod
    def mark(self, name: str) -> Path:
        """The path of a mark."""

    @property
    @abstractmethod
    def program(self) -> tuple[str, ...]:
        """The command that starts the current version."""

    @abstractmethod
    def commands(self, version: str) -> tuple[tuple[str, ...], ...]:
        """The commands to try that would start a version that is unpacked and not current, the usual one first."""

    @abstractmethod
    def unpack(self, version: str) -> None:
        """Make what came a version that can be started. Raises OSError, ValueError for a file that is none."""

    @abstractmethod
    def drop(self, version: str) -> None:
        """Remove what `unpack` made of a version that is not wanted after all."""

    @abstractmethod
    def _is_put(self, version: str) -> bool:
        """Whether this version, which was to become the current one, is it."""

    @abstractmethod
    def _keep(self) -> None:
        """Keep the current version for the way back. Raises OSError."""

    @abstractmethod
    def _put(self, version: str) -> None:
        """Make an unpacked version the current one, in one step. Raises OSError."""

    @abstractmethod
    def _put_back(self) -> bool:
        """Make the old version the current one again, in one step; False where it is gone. Raises OSError."""

    @abstractmethod
    def _tidy(self) -> None:
        """Remove versions that nobody needs. What cannot be removed stays."""

    def switch(self, before: str, after: str) -> None:
        """Make version `after` the current one from the next start on; `before` runs. Raises OSError."""
        self._forget_starts()
        last = self.read("trial")
        try:
            if last is None:  # else what is kept already is the last that is known to be good
                self._keep()
            self._write("trial", Switch(before, after))
            self._put(after)
        except BaseException:
            self._undo(last)
            raise
        sync_folder(self.folder)

    def _undo(self, last: Switch | None) -> None:
        """A switch that failed is none: the mark would say that the next start takes a version that is not there."""
        if last is None:
            self.forget_trial()
            self._remove(self.mark("previous"))
            return
        with contextlib.suppress(OSError):
            self._write("trial", last)

    def waiting(self, running: str) -> str:
        """The version that the next start takes, where another one runs; "" for none."""
        switch = self.read("trial")
        if switch is None or switch.after == running or not self._is_put(switch.after):
            return ""
        return switch.after

    def go_back(self) -> bool:
        """Make the old version the current one again; False where there is none. Raises OSError."""
        switch = self.read("trial")
        back = self._put_back()
        if back and switch is not None:
            self._write("fallen", switch)
        self.forget_trial()
        return back

    def settle(self) -> None:
        """The version that was on trial is good: let the old one go."""
        self.forget_trial()
        self._tidy()

    def read(self, name: str) -> Switch | None:
        """The switch that a mark tells of."""
        try:
            before, after = json.loads(self.mark(name).read_bytes())
        except (OSError, ValueError, TypeError):
            return None
        return Switch(str(before), str(after))

    def _write(self, name: str, switch: Switch) -> None:
        write_whole(self.mark(name), json.dumps(switch).encode())

    def forget_trial(self) -> None:
        for name in ("trial", "starting"):
            self._remove(self.mark(name))
        self._forget_starts()

    def forget_fallen(self) -> None:
        self._remove(self.mark("fallen"))

    def _forget_starts(self) -> None:
        for name in STARTS:
            self._remove(self.mark(name))

    @staticmethod
    def _remove(path: Path) -> None:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


class FileSite(Site):
    """An AppImage: the new file takes the name of the old one, which is kept beside it under a hidden name."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.incoming = self.mark("next")

    def mark(self, name: str) -> Path:
        return self.file.with_name(f".{self.file.name}.{name}")

    @property
    def program(self) -> tuple[str, ...]:
        # The runtime unpacks itself there where FUSE is missing and a person said so.
        unpacked = "appimage_extracted" in os.environ.get("APPDIR", "")
        return (str(self.file), *([WITHOUT_FUSE] if unpacked else []))

    def commands(self, version: str) -> tuple[tuple[str, ...], ...]:
        file = str(self.incoming)
        return (file,), (file, WITHOUT_FUSE)

    def unpack(self, version: str) -> None:
        self.incoming.chmod(0o755)

    def drop(self, version: str) -> None:
        self._remove(self.incoming)

    def _is_put(self, version: str) -> bool:
        return not self.incoming.exists()

    def _keep(self) -> None:
        unfinished = self.mark("previous-part")
        self._remove(unfinished)
        try:
            os.link(self.file, unfinished)
        except OSError:  # a file system without links
            shutil.copy2(self.file, unfinished)
        self._remove(self.mark("previous"))  # two names of one file: renaming would do nothing
        unfinished.replace(self.mark("previous"))

    def _put(self, version: str) -> None:
        self.incoming.replace(self.file)

    def _put_back(self) -> bool:
        try:
            self.mark("previous").replace(self.file)
        except FileNotFoundError:
            return False
        sync_folder(self.folder)
        return True

    def _tidy(self) -> None:
        for name in ("previous", "previous-part", "next"):
            self._remove(self.mark(name))


class FolderSite(Site):
    """Folders beside each other, one a version, and a file that names the current one: what runs is never touched."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "next.zip"

    def mark(self, name: str) -> Path:
        return self.root / f".{name}"

    @property
    def program(self) -> tuple[str, ...]:
        starter = self.root / "Coterie.exe"
        return (str(starter),) if starter.is_file() else _command(self.current())

    def current(self) -> Path:
        """The folder of the current version. Raises OSError."""
        return self.root / (self.root / CURRENT).read_text(encoding="utf-8").strip()

    def version_folder(self, version: str) -> Path:
        return self.root / f"app-{version}"

    def commands(self, version: str) -> tuple[tuple[str, ...], ...]:
        return (_command(self.version_folder(version)),)

    def unpack(self, version: str) -> None:
        folder = self.version_folder(version)
        if folder == self.current():
            raise ValueError(version)
        from app.installation.unpacking import unpack

        unfinished = folder.with_name(f".{folder.name}.part")
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            unpack(self.incoming, unfinished)
            if hasattr(os, "sync"):
                os.sync()
            if folder.exists():
                shutil.rmtree(folder)
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        self._remove(self.incoming)
        sync_folder(self.root)

    def drop(self, version: str) -> None:
        if self.version_folder(version) != self.current():
            self._remove_folder(self.version_folder(version))

    def _is_put(self, version: str) -> bool:
        try:
            return self.current() == self.version_folder(version)
        except OSError:
            return False

    def _keep(self) -> None:
        write_whole(self.mark("previous"), self.current().name.encode())

    def _put(self, version: str) -> None:
        write_whole(self.root / CURRENT, self.version_folder(version).name.encode())

    def _put_back(self) -> bool:
        try:
            name = self.mark("previous").read_text(encoding="utf-8").strip()
        except OSError:
            return False
        if not name or not (self.root / name).is_dir():
            return False
        write_whole(self.root / CURRENT, name.encode())
        return True

    def _tidy(self) -> None:
        self._remove(self.mark("previous"))
        self._remove(self.incoming)
        with contextlib.suppress(OSError):
            current = self.current()
            for folder in self.root.glob("app-*"):
                if folder != current and folder.is_dir():
                    self._remove_folder(folder)

    def _remove_folder(self, folder: Path) -> None:
        """Whole or not at all: what runs from it keeps it from being renamed."""
        gone = folder.with_name(f".{folder.name}.part")
        with contextlib.suppress(OSError):
            shutil.rmtree(gone, ignore_errors=True)
            folder.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)


def _command(folder: Path) -> tuple[str, ...]:
    """What starts the version in a folder."""
    python = folder / "python" / ("python.exe" if os.name == "nt" else "bin/python3")
    return (str(python), "-I", "-m", "app")


def site_of(here: Installation, environ: Mapping[str, str] = os.environ) -> Site | None:
    """The place of an installation that replaces itself; None for any other, or one that does not know its place."""
    if here.kind == "appimage" and (file := environ.get("APPIMAGE")):
        path = Path(os.path.realpath(file))
        return FileSite(path) if path.is_file() else None
    if here.kind == "windows" and (here.root.parent.parent / CURRENT).is_file():
        return FolderSite(here.root.parent.parent)
    return None
