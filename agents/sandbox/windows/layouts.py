"""What Windows is told about a contained program: structures, flags and texts, worked out on any system.

Structures are those of winnt.h, winbase.h and processthreadsapi.h of the Windows SDK, with types of fixed width so
that they are the same wherever they are looked at; pointers and SIZE_T have 64 bits.
"""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import PureWindowsPath

from agents.sandbox.windows.plan import Share

# CreateRestrictedToken: no privilege but that to pass through folders, and no rights of an administrator.
TOKEN_FLAGS = 0x1 | 0x4  # DISABLE_MAX_PRIVILEGE, LUA_TOKEN
TOKEN_ACCESS = 0x0001 | 0x0002 | 0x0008 | 0x0080  # ASSIGN_PRIMARY, DUPLICATE, QUERY, ADJUST_DEFAULT
TOKEN_INTEGRITY_LEVEL = 25
INTEGRITY = 0x20  # SE_GROUP_INTEGRITY
LOW_INTEGRITY = "S-1-16-4096"

# A folder's mandatory label, with all that is and comes to be in it: who has less integrity cannot write there. What
# has no label counts as medium.
LOW_LABEL = "S:(ML;OICI;NW;;;LW)"
MEDIUM_LABEL = "S:(ML;OICI;NW;;;ME)"
FILE_OBJECT = 1
LABEL_INFORMATION = 0x10

# CREATE_NO_WINDOW, CREATE_UNICODE_ENVIRONMENT, EXTENDED_STARTUPINFO_PRESENT
CREATION_FLAGS = 0x08000000 | 0x00000400 | 0x00080000
USE_STANDARD_HANDLES = 0x100
HANDLE_LIST, JOB_LIST = 0x00020002, 0x0002000D  # PROC_THREAD_ATTRIBUTE_*: since Windows 10

EXTENDED_LIMIT_INFORMATION, UI_RESTRICTIONS = 9, 4
# All of them: handles and atoms of others, the clipboard, settings of the system and the display, other desktops, and
# ending the session.
NO_UI = 0xFF
_BELOW_NORMAL = 0x4000
# ACTIVE_PROCESS, PRIORITY_CLASS, PROCESS_MEMORY, JOB_MEMORY, DIE_ON_UNHANDLED_EXCEPTION, KILL_ON_JOB_CLOSE
_JOB_FLAGS = 0x8 | 0x20 | 0x100 | 0x200 | 0x400 | 0x2000
_JOB_TIME = 0x4

_WIDE = ctypes.c_uint64


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION; times in 100 nanoseconds."""

    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", _WIDE),
        ("most_working_set", _WIDE),
        ("processes", ctypes.c_uint32),
        ("affinity", _WIDE),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION; `counters` is an IO_COUNTERS."""

    _fields_ = (
        ("basic", BasicLimits),
        ("counters", _WIDE * 6),
        ("process_memory", _WIDE),
        ("job_memory", _WIDE),
        ("peak_process_memory", _WIDE),
        ("peak_job_memory", _WIDE),
    )


class StartupInfo(ctypes.Structure):
    """STARTUPINFOEXW; `place` are position, size, character counts and colours of a window that there is not."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("reserved", _WIDE),
        ("desktop", _WIDE),
        ("title", _WIDE),
        ("place", ctypes.c_uint32 * 7),
        ("flags", ctypes.c_uint32),
        ("show", ctypes.c_uint16),
        ("reserved_bytes", ctypes.c_uint16),
        ("reserved_too", _WIDE),
        ("stdin", _WIDE),
        ("stdout", _WIDE),
        ("stderr", _WIDE),
        ("attributes", _WIDE),
    )


class ProcessInformation(ctypes.Structure):
    """PROCESS_INFORMATION."""

    _fields_ = (
        ("process", _WIDE),
        ("thread", _WIDE),
        ("process_id", ctypes.c_uint32),
        ("thread_id", ctypes.c_uint32),
    )


class MandatoryLabel(ctypes.Structure):
    """TOKEN_MANDATORY_LABEL."""

    _fields_ = (("sid", _WIDE), ("attributes", ctypes.c_uint32))


def job_limits(share: Share, processors: int) -> ExtendedLimits:
    """What all processes of a job may use together: the memory of two of them, and the time of all processors for as
    long as it may take. The job ends with its last handle."""
    found = ExtendedLimits()
    found.basic.flags = _JOB_FLAGS | (_JOB_TIME if share.seconds else 0)
    found.basic.job_time = int(share.seconds * 10_000_000) * max(1, processors)
    found.basic.processes = share.processes
    found.basic.priority_class = _BELOW_NORMAL
    found.process_memory = share.memory
    found.job_memory = 2 * share.memory
    return found


def environment_block(environment: Mapping[str, str]) -> str:
    """Variables as CreateProcess takes them: sorted without regard to case, each ended by NUL, and one more."""
    names = sorted(environment, key=str.upper)
    return "".join(f"{name}={environment[name]}\0" for name in names if "\0" not in environment[name]) + "\0"


def command_line(argv: Sequence[str]) -> str:
    """The arguments as one text. Raises ValueError for one that is longer than Windows takes."""
    text = subprocess.list2cmdline(argv)
    if len(text) >= 32767:
        raise ValueError("the command line is longer than 32,767 characters")
    return text


def private_places(home: PureWindowsPath) -> dict[str, str]:
    """The variables by which programs find where to keep things, all in one folder that is gone afterwards."""
    names = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP")
    return dict.fromkeys(names, str(home)) | {
        "HOMEDRIVE": home.drive,
        "HOMEPATH": str(home)[len(home.drive) :],
    }
