"""Whether the system opens model files and links with this installation: read from where the system reads it, and
written there. Blocks on the disk and on the system's own tools.

Nothing of it is in the settings: others may change it at any time, and a switch that said otherwise would lie.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Protocol

from app.integration import linux_entries as linux
from app.integration import windows_entries as windows
from app.integration.launch import Launch, this_one
from app.integration.windows_registry import Registry
from engine.durable_files import write_whole
from engine.errors import UserError
from resources import FOLDER

PATIENCE_S = 60


class Entry(Protocol):
    """The places of one system; `place` names the one that matters most. All methods raise OSError."""

    place: str

    def is_on(self) -> bool: ...

    def is_foreign(self) -> bool:
        """Whether somebody else has what we would write."""

    def write(self) -> None: ...

    def delete(self) -> None: ...


class LinuxEntry:
    """One person's folders of data and settings, as freedesktop.org has them. Each desktop may have a list of its own
    that counts before the common one; only the common one is written."""

    def __init__(self, launch: Launch) -> None:
        data, config = _folder("XDG_DATA_HOME", "~/.local/share"), _folder("XDG_CONFIG_HOME", "~/.config")
        desktops = os.environ.get("XDG_CURRENT_DESKTOP", "").lower().split(":")
        self._launch = launch
        self._file = data / "applications" / linux.ENTRY
        self._package = data / "mime" / "packages" / linux.PACKAGE
        self._icon = data / "icons" / "hicolor" / "scalable" / "apps" / linux.ICON
        self._list = config / "mimeapps.list"
        self._lists = [*(config / f"{name}-mimeapps.list" for name in desktops if name), self._list]
        self.place = str(self._file)

    def is_on(self) -> bool:
        entry = _bytes(self._file)
        lists = [_text(file) for file in self._lists]
        return (
            linux.is_own(entry)
            and linux.starts(entry, self._launch)
            and self._package.exists()
            and all(linux.default_of(lists, type) == linux.ENTRY for type in linux.TYPES)
        )

    def is_foreign(self) -> bool:
        return self._file.exists() and not linux.is_own(_bytes(self._file))

    def write(self) -> None:
        write_whole(self._icon, (FOLDER / "icons" / "coterie.svg").read_bytes())
        write_whole(self._package, linux.mime_package())
        write_whole(self._file, linux.application_entry(self._launch, own=True))
        self._change_list(linux.with_default(_text(self._list)))
        self._tell_system()

    def delete(self) -> None:
        if self._list.exists():
            self._change_list(linux.without_default(_text(self._list)))
        if self._file.exists():
            for file in (self._file, self._package, self._icon):
                file.unlink(missing_ok=True)
            self._tell_system()

    def _change_list(self, text: str) -> None:
        if text != _text(self._list):  # a link to it stays one
            write_whole(self._list.resolve(), text.encode("utf-8", "surrogateescape"))

    def _tell_system(self) -> None:
        """Have the caches made anew, where the system has tools for it; without them it looks at the files."""
        for tool, folder in (
            ("update-mime-database", self._package.parents[1]),
            ("update-desktop-database", self._file.parent),
        ):
            if program := shutil.which(tool):
                try:
                    quiet = subprocess.DEVNULL
                    subprocess.run(
                        [program, folder], check=False, timeout=PATIENCE_S, stdout=quiet, stderr=quiet
                    )
                except (OSError, subprocess.TimeoutExpired):
                    continue


class WindowsEntry:
    """Classes of one person's registry."""

    place = rf"HKEY_CURRENT_USER\{windows.LINK}"

    def __init__(self, registry: Registry, launch: Launch) -> None:
        self._registry, self._launch = registry, launch

    def is_on(self) -> bool:
        return all(self._registry.read(key, name) == text for key, name, text in windows.values(self._launch))

    def is_foreign(self) -> bool:
        read = self._registry.read
        return read(windows.LINK, "") is not None and read(windows.LINK, windows.MARK) is None

    def write(self) -> None:
        for value in windows.values(self._launch):
            self._registry.write(*value)
        if not self._registry.read(windows.ENDING, ""):
            self._registry.write(windows.ENDING, "", windows.PROGRAM)

    def delete(self) -> None:
        for key, name, _ in windows.values(self._launch):
            self._registry.delete(key, name)
        if self._registry.read(windows.ENDING, "") == windows.PROGRAM:
            self._registry.delete(windows.ENDING, "")
        for key in windows.keys_made():
            self._registry.delete_key(key)


def is_offered(platform: str = sys.platform) -> bool:
    """Whether there is anything to switch: on macOS the bundle says it, and the system reads it there."""
    return platform != "darwin"


def system_entry() -> Entry:
    """That of this system for this installation."""
    if sys.platform == "win32":
        from app.integration.windows_registry import WindowsRegistry

        return WindowsEntry(WindowsRegistry(), this_one())
    return LinuxEntry(this_one())


def is_on(entry: Entry | None = None) -> bool:
    """Raises UserError `open_with.unreadable` (`place`, `detail`)."""
    entry = entry or system_entry()
    try:
        return entry.is_on()
    except OSError as error:
        raise UserError("open_with.unreadable", place=entry.place, detail=_detail(error)) from error


def turn(on: bool, entry: Entry | None = None) -> None:
    """Raises UserError `open_with.foreign` (`place`) where somebody else has what would be written, which stays as it
    is, and `open_with.not_written` (`place`, `detail`)."""
    entry = entry or system_entry()
    try:
        if entry.is_foreign():
            raise UserError("open_with.foreign", place=entry.place)
        if on:
            entry.write()
        else:
            entry.delete()
    except OSError as error:
        raise UserError("open_with.not_written", place=entry.place, detail=_detail(error)) from error


def _folder(variable: str, otherwise: str) -> Path:
    chosen = os.environ.get(variable, "")
    return Path(chosen if Path(chosen).is_absolute() else otherwise).expanduser()


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def _text(file: Path) -> str:
    return _bytes(file).decode("utf-8", "surrogateescape")


def _detail(error: OSError) -> str:
    return error.strerror or type(error).__name__
