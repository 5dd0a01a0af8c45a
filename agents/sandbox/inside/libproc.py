"""The processes of macOS, by libproc: <libproc.h>, and <sys/proc_info.h> for the layouts."""

from __future__ import annotations

import ctypes
import functools
import os
import struct
import sys
from collections.abc import Iterable
from typing import NamedTuple

assert sys.platform != "win32"

_BSD_INFO, _TASK_INFO = 3, 4
# struct proc_bsdinfo: flags, status, xstatus, pid, ppid, uid, gid and five more, two names, nfiles, pgid, pjobc,
# tdev, tpgid, nice, and when it was started, in seconds and microseconds.
BSD = struct.Struct("=12I16s32s5IiQQ")
# struct proc_taskinfo: virtual and resident bytes, four times, policy and seven counts of events, switches, threads,
# running threads, priority.
TASK = struct.Struct("=6Q12i")
_GLOBAL_NAME = 2  # of sandbox_check, as WebKit's SandboxSPI.h has it


class Row(NamedTuple):
    """A process: its parent and its group, whose it is, and when it was started, in microseconds."""

    pid: int
    parent: int
    group: int
    user: int
    started: int


def row(info: bytes) -> Row:
    """What a `struct proc_bsdinfo` says."""
    fields = BSD.unpack(info)
    return Row(fields[3], fields[4], fields[15], fields[5], fields[-2] * 1_000_000 + fields[-1])


def task(info: bytes) -> tuple[int, int]:
    """Resident bytes and threads of a `struct proc_taskinfo`."""
    fields = TASK.unpack(info)
    return int(fields[1]), int(fields[15])


def rows() -> list[Row]:
    """This user's processes. Those that end meanwhile are left out."""
    listed = (ctypes.c_int * 16384)()
    count = _library().proc_listallpids(listed, ctypes.sizeof(listed))
    found = (row(info) for info in _infos(listed[: max(0, count)], _BSD_INFO, BSD.size))
    return [one for one in found if one.user == os.getuid()]


def tasks(pids: Iterable[int]) -> list[tuple[int, int]]:
    """Resident bytes and threads of these processes, as far as they are there."""
    return [task(info) for info in _infos(pids, _TASK_INFO, TASK.size)]


def is_marked(pid: int, mark: str) -> bool:
    """Whether a process is bound to the profile that has this mark, which it cannot shed: it may look up a service of
    that name, and none of another name that nobody has."""
    return _may_look_up(pid, mark) and not _may_look_up(pid, f"{mark}.no")


def _may_look_up(pid: int, service: str) -> bool:
    try:
        check = _library().sandbox_check
        quietly = ctypes.c_int.in_dll(_library(), "SANDBOX_CHECK_NO_REPORT").value
    except (AttributeError, ValueError):
        return False
    check.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int]  # what follows is variable
    return bool(check(pid, b"mach-lookup", _GLOBAL_NAME | quietly, ctypes.c_char_p(service.encode())) == 0)


def _infos(pids: Iterable[int], flavor: int, size: int) -> Iterable[bytes]:
    buffer = ctypes.create_string_buffer(size)
    for pid in pids:
        if _library().proc_pidinfo(pid, flavor, ctypes.c_uint64(0), buffer, size) == size:
            yield buffer.raw


@functools.cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None)
