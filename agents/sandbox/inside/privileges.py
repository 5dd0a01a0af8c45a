"""Drops privileges of a process, for good."""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from pathlib import Path

assert sys.platform == "linux"

import resource

from agents.sandbox.inside.plan import LaunchPlan

_DUMPABLE = 4
_DEATH_SIGNAL, _DROP_FROM_BOUND, _SECURE_BITS, _NO_NEW_PRIVILEGES, _SUBREAPER = 1, 24, 28, 38, 36
_CAPABILITY_VERSION_3 = 0x20080522


def libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def failed(what: str) -> OSError:
    code = ctypes.get_errno()
    return OSError(code, f"{what}: {os.strerror(code)}")


def no_new_privileges() -> None:
    """Programs that are setuid run as this user from here on."""
    if libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise failed("no_new_privs")


def drop_capabilities() -> None:
    """Drop root's capabilities: root is then a user who owns the system's files."""
    c = libc()
    for capability in range(64):
        c.prctl(_DROP_FROM_BOUND, capability, 0, 0, 0)  # refused where there is nothing to drop
    # Being root gives none back: NOROOT, NO_SETUID_FIXUP, locked; no ambient.
    c.prctl(_SECURE_BITS, 0x2F, 0, 0, 0)
    head, none = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), bytes(24)
    if c.capset(ctypes.create_string_buffer(head, 8), ctypes.create_string_buffer(none, 24)):
        raise failed("capset")


def adopt_orphans() -> None:
    """Become the subreaper: orphaned descendants become children of this process."""
    if libc().prctl(_SUBREAPER, 1, 0, 0, 0):
        raise failed("subreaper")


def signalled_when_parent_dies(number: int) -> None:
    """Signal this process when its parent, the thread that started it, ends."""
    if libc().prctl(_DEATH_SIGNAL, number, 0, 0, 0):
        raise failed("pdeathsig")


def limit(plan: LaunchPlan) -> None:
    """Set resource limits of this process and all it starts."""
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_FSIZE, plan.file_bytes)
    _set(resource.RLIMIT_NOFILE, plan.open_files)
    # What is written to counts, not what is merely reserved: RLIMIT_AS would refuse Node and Go their start.
    _set(resource.RLIMIT_DATA, plan.memory)
    if plan.processes:
        _set(resource.RLIMIT_NPROC, _processes_now(plan) + plan.processes)
    with contextlib.suppress(OSError):
        os.nice(5)  # so that the launcher, and the person's desktop, come first
    first_to_end()


def first_to_end() -> None:
    """Make the kernel end this process and its children first when memory is short."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def before_all_others() -> None:
    """Prefer this process in scheduling, not its children.

    Only root may, and only root needs it: the number of a user's processes is limited by the kernel.
    """
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))


def not_to_be_read() -> None:
    """Deny other processes of this user to read or trace this one. Ends with exec."""
    if libc().prctl(_DUMPABLE, 0, 0, 0, 0):
        raise failed("dumpable")


def _set(which: int, most: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(which, (most, most))


def _processes_now(plan: LaunchPlan) -> int:
    """The kernel's count of this user's processes; a user namespace counts its own since Linux 5.14."""
    if plan.kind == "bubblewrap":
        major, minor = (int(part) for part in os.uname().release.split(".")[:2])
        if (major, minor) >= (5, 14):
            return 0
    user, count = os.getuid(), 512  # others of this user's programs may grow meanwhile
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if entry.stat().st_uid == user:
                    count += Path(entry.path, "task").stat().st_nlink - 2
    return count
