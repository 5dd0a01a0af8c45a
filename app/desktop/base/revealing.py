"""Shows a file or a folder in the file manager of the system."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from engine.errors import UserError


def open_folder(folder: Path) -> None:
    """Open a folder. Blocks for a moment: call it off the GUI thread. Raises UserError `desktop.not_shown`."""
    _run(folder, None)


def reveal(path: str) -> None:
    """Open the folder of a file with the file chosen, where the file manager can; raises as `open_folder`."""
    file = Path(path)
    _run(file.parent, file)


def _run(folder: Path, file: Path | None) -> None:
    if not folder.is_dir():
        raise UserError("desktop.not_shown", path=str(folder))
    if sys.platform == "darwin":
        command = ["open", "-R", str(file)] if file is not None else ["open", str(folder)]
    elif sys.platform == "win32":
        command = ["explorer", f"/select,{file}" if file is not None else str(folder)]
    elif file is not None and _asked_file_manager(file):
        return
    else:
        command = ["xdg-open", str(folder)]
    try:
        done = subprocess.run(
            command, check=False, timeout=10, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError("desktop.not_shown", path=str(folder)) from error
    # Explorer says 1 when all is well.
    if done.returncode and sys.platform != "win32":
        raise UserError("desktop.not_shown", path=str(folder))


def _asked_file_manager(file: Path) -> bool:
    """Whether a file manager took the request over the session's bus (freedesktop's FileManager1)."""
    command = [
        "dbus-send", "--session", "--print-reply", "--reply-timeout=3000",
        "--dest=org.freedesktop.FileManager1", "/org/freedesktop/FileManager1",
        "org.freedesktop.FileManager1.ShowItems", f"array:string:{file.as_uri()}", "string:",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, check=False, timeout=5, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
