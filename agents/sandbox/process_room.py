"""Room for a number of processes, held by the kernel where its limit for users holds nobody: for root.

The launcher counts too, and ends what has too many. But a program that only starts programs is faster than any count,
and takes the machine from everybody until it is ended.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

assert sys.platform == "linux"

# Where the controller "pids" may be: of cgroups version 1, of version 2.
ROOTS = (Path("/sys/fs/cgroup/pids"), Path("/sys/fs/cgroup"))
# The launcher's own, and bubblewrap's.
_BESIDES = 32
# Where a group lets nobody in, the launcher's count is left.
_ENTER = '{ echo $$ > "$0"; } 2> /dev/null; exec "$@"'
_PATIENCE = 2.0  # seconds until the last process has left


@contextlib.contextmanager
def process_room(most: int, roots: tuple[Path, ...] = ROOTS) -> Iterator[list[str]]:
    """The words before a command that let it and all that it starts be `most` processes and threads at once.

    None for another user than root, for 0, and where there are no such groups.
    """
    folder = _made(most, roots) if most and os.geteuid() == 0 else None
    if folder is None:
        yield []
        return
    try:
        yield ["/bin/sh", "-c", _ENTER, str(folder / "cgroup.procs")]
    finally:
        _remove(folder)


def _made(most: int, roots: tuple[Path, ...]) -> Path | None:
    for root in roots:
        _remove_left(root)
        folder = root / f"coterie-{os.getpid()}-{time.monotonic_ns()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        try:
            # Not to be created: without the controller there is no such file.
            with (folder / "pids.max").open("r+", encoding="ascii") as file:
                file.write(str(most + _BESIDES))
            return folder
        except OSError:
            _remove(folder)
    return None


def _remove_left(root: Path) -> None:
    """Remove groups of processes of ours that were killed."""
    for folder in root.glob("coterie-*-*"):
        number = folder.name.split("-")[1]
        if number.isdecimal() and not Path("/proc", number).exists():
            with contextlib.suppress(OSError):  # what they started still runs
                folder.rmdir()


def _remove(folder: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        with contextlib.suppress(OSError):
            folder.rmdir()
            return
        if time.monotonic() > until:
            return
        time.sleep(0.01)
