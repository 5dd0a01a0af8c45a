"""Log file of a host's native output. Only the parent reads it, and nothing of it stays behind."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

_OPEN_FILES = "/proc/self/fd"


class LogFile:
    """Open for reading; `path` is where the child opens it for writing, as long as this process has it open.

    On Linux it never has a name in a folder, so that nothing is left behind whenever either process is killed.
    Elsewhere the child takes the name away as soon as it has opened it. Raises OSError.
    """

    def __init__(self) -> None:
        self._name: Path | None = None
        if sys.platform == "linux" and Path(_OPEN_FILES).is_dir():
            self._file = tempfile.TemporaryFile("w+b", buffering=0)  # noqa: SIM115 (open as long as the host)
            self.path = f"/proc/{os.getpid()}/fd/{self._file.fileno()}"
            return
        handle, self.path = tempfile.mkstemp(prefix="coterie-engine-", suffix=".log")
        self._name = Path(self.path)
        self._file = os.fdopen(handle, "rb", buffering=0)

    def lines(self, most: int) -> tuple[str, ...]:
        """The last lines."""
        self._file.seek(0)
        return tuple(self._file.read().decode("utf-8", "replace").splitlines()[-most:])

    def close(self) -> None:
        self._file.close()
        if self._name is not None:
            self._name.unlink(missing_ok=True)


def open_in_child(path: str) -> int:
    """Open for appending in the child; ends the process if the parent has closed the file."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND)
    except FileNotFoundError:
        os._exit(0)
    if os.name == "posix" and not path.startswith("/proc/"):
        Path(path).unlink(missing_ok=True)
    return handle
