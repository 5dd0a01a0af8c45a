"""What comes in the way of a host that reads experts from a disk: too little memory, a slow disk, one that is read
through the page cache only, a file that is changed, cut off, replaced or gone, a stop in the middle of a step.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from engine.local.measure.memory_limit import MemoryLimit, joined, memory_limit

_NEXT = "next"
_THROTTLE = Path("/sys/fs/cgroup/blkio")
# To the file.
HARMS = ("touched", "shortened", "replaced", "gone")


class Limits(msgspec.Struct, frozen=True):
    """Under which a host runs: of memory, and the folder of a group whose disk is slow, "": none. `files` are dropped
    from the page cache first."""

    memory: MemoryLimit = MemoryLimit()
    disk: str = ""
    files: tuple[str, ...] = ()


def choose(folder: Path, limits: Limits) -> None:
    """Those of the next hosts."""
    (folder / _NEXT).write_bytes(msgspec.json.encode(limits))


def limited_host(connection: Connection, log_path: str, folder: str) -> None:
    """The real host, within the limits that were chosen."""
    from engine.local import host

    host.prepare_process(log_path)
    limits = msgspec.json.decode((Path(folder) / _NEXT).read_bytes(), type=Limits)
    joined(limits.memory, [Path(file) for file in limits.files])
    if limits.disk:
        (Path(limits.disk) / "cgroup.procs").write_text(str(os.getpid()))
    host.Host(connection).run()


@contextmanager
def limits_of_memory(sizes: tuple[int, ...]) -> Iterator[dict[int, MemoryLimit]]:
    """A group for each size; without one where none may be made."""
    with ExitStack() as stack:
        yield {size: stack.enter_context(memory_limit(size)) for size in sizes}


@contextmanager
def slow_disk(folder: Path, rate: int) -> Iterator[str]:
    """The folder of a group that reads so many bytes a second from the disk of `folder`, "" where there may be none:
    of cgroups of the first version."""
    device = folder.stat().st_dev
    group = _THROTTLE / f"coterie-{os.getpid()}"
    with contextlib.suppress(OSError):
        group.mkdir()
        limit = f"{os.major(device)}:{os.minor(device)} {rate}"
        (group / "blkio.throttle.read_bps_device").write_text(limit)
        try:
            yield str(group)
        finally:
            _remove(group)
        return
    yield ""


def _remove(group: Path) -> None:
    """What ended leaves a moment later."""
    for _ in range(50):
        with contextlib.suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.1)


@contextmanager
def without_direct_reads(folder: Path) -> Iterator[Path | None]:
    """A file system that has none, None where nothing may be mounted."""
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "ramfs", "ramfs", str(folder)], capture_output=True, check=False)
    try:
        yield None if mounted.returncode else folder
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def harmed(path: Path, harm: str) -> Iterator[None]:
    """A file that somebody does this to, and brings back afterwards."""
    kept, state = path.with_suffix(".kept"), path.stat()
    if harm == "touched":
        os.utime(path)
    elif harm == "shortened":
        shutil.copyfile(path, kept)
        os.truncate(path, state.st_size // 2)
    elif harm == "replaced":
        path.rename(kept)
        path.write_bytes(b"no model")
    else:
        path.rename(kept)
    try:
        yield
    finally:
        if kept.exists():
            kept.replace(path)
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def stopped(pid: int | None, seconds: float) -> None:
    """Nothing of a process runs for so long, as if the machine slept."""
    with contextlib.suppress(ProcessLookupError):
        if pid is not None:
            os.kill(pid, signal.SIGSTOP)
            time.sleep(seconds)
            os.kill(pid, signal.SIGCONT)


def killed(pid: int | None) -> bool:
    with contextlib.suppress(ProcessLookupError):
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            return True
    return False
