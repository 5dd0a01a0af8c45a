"""Whether the system starts Coterie at login: read from where the system reads it, and written there. Off the GUI
thread: both use the disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from app.desktop.background.login_entries import (
    LABEL,
    State,
    desktop_entry,
    launch_agent,
    run_command,
    state_of_desktop_entry,
    state_of_launch_agent,
    state_of_run_command,
)
from app.integration.launch import Launch, this_one
from app.integration.windows_registry import Registry
from engine.durable_files import write_whole
from engine.errors import UserError

RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
NAME = "Coterie"


class LoginFile:
    """An entry that is a file."""

    def __init__(self, file: Path, text: bytes, state_of: Callable[[bytes], State]) -> None:
        self.place = str(file)
        self._file, self._text, self._state_of = file, text, state_of

    def state(self) -> State:
        try:
            return self._state_of(self._file.read_bytes())
        except FileNotFoundError:
            return "off"

    def write(self) -> None:
        write_whole(self._file, self._text)

    def delete(self) -> None:
        self._file.unlink(missing_ok=True)


class LoginValue:
    """An entry that is a value of the registry."""

    place = rf"HKEY_CURRENT_USER\{RUN}\{NAME}"

    def __init__(self, registry: Registry, launch: Launch) -> None:
        self._registry, self._launch = registry, launch

    def state(self) -> State:
        value = self._registry.read(RUN, NAME)
        if value is None:
            return "off"
        return state_of_run_command(value, self._registry.read(APPROVED, NAME), self._launch)

    def write(self) -> None:
        self._registry.delete(APPROVED, NAME)
        self._registry.write(RUN, NAME, run_command(self._launch))

    def delete(self) -> None:
        self._registry.delete(RUN, NAME)


def login_entry() -> LoginFile | LoginValue:
    """That of this system for this installation."""
    launch = this_one("--background")
    if sys.platform == "win32":
        from app.integration.windows_registry import WindowsRegistry

        return LoginValue(WindowsRegistry(), launch)
    if sys.platform == "darwin":
        file = Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"
        return LoginFile(file, launch_agent(launch), lambda data: state_of_launch_agent(data, launch))
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    file = folder / "autostart" / "coterie.desktop"
    return LoginFile(file, desktop_entry(launch), lambda data: state_of_desktop_entry(data, launch))


def is_on(entry: LoginFile | LoginValue | None = None) -> bool:
    """Raises UserError `login.unreadable` (`place`, `detail`)."""
    entry = entry or login_entry()
    try:
        return entry.state() == "on"
    except OSError as error:
        raise UserError("login.unreadable", place=entry.place, detail=_detail(error)) from error


def turn(on: bool, entry: LoginFile | LoginValue | None = None) -> None:
    """Raises UserError `login.foreign` (`place`) where somebody else's entry has this name, which stays as it is, and
    `login.not_written` (`place`, `detail`)."""
    entry = entry or login_entry()
    try:
        if entry.state() == "foreign":
            raise UserError("login.foreign", place=entry.place)
        if on:
            entry.write()
        else:
            entry.delete()
    except OSError as error:
        raise UserError("login.not_written", place=entry.place, detail=_detail(error)) from error


def _detail(error: OSError) -> str:
    return error.strerror or type(error).__name__
