"""A limit of memory for a process that is measured, its page cache included: a memory cgroup of Linux.

Whoever may make one (root, for both versions of cgroups) gets a folder of its own; else systemd is asked for a scope
of the person's. Where neither can be had, there is no limit.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

_ROOT = Path("/sys/fs/cgroup")
_SYSTEMD = "org.freedesktop.systemd1"
_PATIENCE_S, _POLL_S = 5.0, 0.02


class MemoryLimit(msgspec.Struct, frozen=True):
    """`size` bytes, 0: none. `folder` is the group's, "": systemd makes one when the process joins."""

    size: int = 0
    folder: str = ""


@contextlib.contextmanager
def memory_limit(size: int) -> Iterator[MemoryLimit]:
    """A limit for a process that calls `joined`, as long as the block runs; all that joined must have ended then."""
    group = _own_group(size) if size and sys.platform == "linux" else None
    try:
        yield MemoryLimit(size, str(group or ""))
    finally:
        if group is not None:
            _remove(group)


def joined(limit: MemoryLimit, files: Sequence[Path]) -> int:
    """Put this process under the limit, and drop `files` from the page cache, where they would not count. What the
    process took before does not count either. The limit's bytes, or 0 where it could not be had."""
    if not limit.size or sys.platform != "linux":
        return 0
    for path in files:
        with contextlib.suppress(OSError), path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if limit.folder:
        with contextlib.suppress(OSError):
            (Path(limit.folder) / "cgroup.procs").write_text(str(os.getpid()))
            return limit.size
    return limit.size if _in_a_scope(limit.size) else 0


def _own_group(size: int) -> Path | None:
    name = f"coterie-{os.getpid()}-{time.monotonic_ns()}"
    if (_ROOT / "cgroup.controllers").exists():
        parent, limits = _ROOT, {"memory.max": size, "memory.swap.max": 0}
        with contextlib.suppress(OSError):  # it may be switched on, or somebody else's to switch
            (_ROOT / "cgroup.subtree_control").write_text("+memory")
    else:
        parent = _ROOT / "memory"
        limits = {"memory.limit_in_bytes": size, "memory.memsw.limit_in_bytes": size}
    group = parent / name
    try:
        group.mkdir()
    except OSError:
        return None
    try:
        for number, (file, value) in enumerate(limits.items()):
            # Systems that don't count swap have no limit of it.
            if number == 0 or (group / file).exists():
                (group / file).write_text(str(value))
    except OSError:
        _remove(group)
        return None
    return group


def _remove(group: Path) -> None:
    """An ended process leaves its group a moment later."""
    patience = time.monotonic() + _PATIENCE_S
    while time.monotonic() < patience:
        try:
            group.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(_POLL_S)


def _in_a_scope(size: int) -> bool:
    """Whether systemd moved this process to a scope with such a limit, which ends with it."""
    busctl = shutil.which("busctl")
    if busctl is None:
        return False
    unit = f"coterie-{os.getpid()}-{time.monotonic_ns()}.scope"
    command = [busctl, "--user", "call", _SYSTEMD, "/org/freedesktop/systemd1", f"{_SYSTEMD}.Manager"]
    command += [
        "StartTransientUnit",
        "ssa(sv)a(sa(sv))",
        unit,
        "fail",
        "3",
        "PIDs",
        "au",
        "1",
        str(os.getpid()),
    ]
    command += ["MemoryMax", "t", str(size), "MemorySwapMax", "t", "0", "0"]
    try:
        called = subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    patience = time.monotonic() + _PATIENCE_S
    while called.returncode == 0 and time.monotonic() < patience:
        if unit in Path("/proc/self/cgroup").read_text():
            return True
        time.sleep(_POLL_S)
    return False
