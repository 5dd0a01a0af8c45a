"""Timers of this user's systemd: written, started, and removed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from app.services.schedules.timers.command import timed_command
from app.services.schedules.timers.other_systems import launchd_text, task_scheduler_text
from app.services.schedules.timers.systemd import MARK, service_text, timer_text
from app.store.schedules.records import Schedule
from engine.durable_files import write_whole
from engine.errors import UserError

System = Literal["linux", "macos", "windows"]
PATIENCE_S = 20.0


def systemctl(*arguments: str) -> None:
    """Ask the user's systemd. Raises OSError, subprocess.SubprocessError."""
    command = ["systemctl", "--user", *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE_S)


class Timers:
    """Of the data folder `home`. `manage` asks the service manager."""

    def __init__(self, home: Path, manage: Callable[..., None] = systemctl) -> None:
        self._home, self._manage = home, manage

    @property
    def are_here(self) -> bool:
        """Whether this user has a systemd that can be asked."""
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        has_manager = bool(runtime) and (Path(runtime) / "systemd").is_dir()
        return sys.platform == "linux" and has_manager and shutil.which("systemctl") is not None

    def files(self, id: int) -> tuple[Path, Path]:
        """Where the unit of a schedule and its timer lie."""
        base = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "systemd" / "user"
        name = timed_command(id, "", self._home).name
        return base / f"{name}.service", base / f"{name}.timer"

    def texts(self, schedule: Schedule, system: System) -> tuple[str, ...]:
        """What would be set up on a system, file by file."""
        command = timed_command(schedule.id, schedule.name, self._home)
        if system == "linux":
            return service_text(command), timer_text(command, schedule.when)
        text = launchd_text if system == "macos" else task_scheduler_text
        return (text(command, schedule.when),)

    def install(self, schedule: Schedule) -> tuple[Path, Path]:
        """Write the units and start the timer; returns the files.

        Raises UserError `schedule.no_systemd`, `schedule.foreign_timer`, `schedule.timer_not_written`,
        `schedule.timer_not_started`.
        """
        if not self.are_here:
            raise UserError("schedule.no_systemd")
        files = self.files(schedule.id)
        for file, text in zip(files, self.texts(schedule, "linux"), strict=True):
            self._write(file, text)
        self._ask(("daemon-reload",), ("enable", "--now", files[1].name), ("restart", files[1].name))
        return files

    def remove(self, id: int) -> None:
        """Stop the timer and delete its files, where they are ours."""
        ours = [file for file in self.files(id) if _is_ours(file)]
        if not ours:
            return
        with contextlib.suppress(UserError):  # one that is not loaded is as good as stopped
            self._ask(("disable", "--now", self.files(id)[1].name))
        for file in ours:
            with contextlib.suppress(OSError):
                file.unlink()
        with contextlib.suppress(UserError):
            self._ask(("daemon-reload",))

    def _write(self, file: Path, text: str) -> None:
        if file.exists() and not _is_ours(file):
            raise UserError("schedule.foreign_timer", path=str(file))
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, text.encode())
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise UserError("schedule.timer_not_written", path=str(file), detail=detail) from error

    def _ask(self, *wishes: Sequence[str]) -> None:
        for wish in wishes:
            try:
                self._manage(*wish)
            except (OSError, subprocess.SubprocessError) as error:
                said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
                detail = said[-1][:200] if said else type(error).__name__
                raise UserError("schedule.timer_not_started", detail=detail) from error


def _is_ours(file: Path) -> bool:
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return opened.readline().strip() == MARK
    except OSError:
        return False
