"""Landlock: restricts a Linux process to files below some folders.

Numbers and structures are those of include/uapi/linux/landlock.h and
Documentation/userspace-api/landlock.rst.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct
import sys

assert sys.platform == "linux"

from agents.sandbox.inside.privileges import failed, libc

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every machine
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_MAKE_CHAR, _MAKE_BLOCK = 1 << 6, 1 << 11
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_SCOPE_ABSTRACT_SOCKETS, _SCOPE_SIGNALS = 1, 2
_BIND_TCP, _CONNECT_TCP = 1, 2


def abi() -> int:
    """The kernel's version of Landlock: 1 since Linux 5.13, 6 since 6.12; 0 when it has none or it is off."""
    return max(0, int(libc().syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))))


def every_access(version: int) -> int:
    """All file access rights that this version of Landlock handles."""
    rights = (1 << 13) - 1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEVICE)):
        if version >= since:
            rights |= right
    return rights


def confine_files(
    version: int,
    reads: tuple[str, ...],
    writes: tuple[str, ...],
    *,
    network: bool,
    lists: tuple[str, ...] = (),
) -> None:
    """Allow reading and executing below `reads`, all but making devices below `writes`, the names of files below
    `lists`, and nothing else.

    `version` is that of Landlock to use. Paths that are not there are passed over. Signals and abstract sockets
    of processes outside are out of reach since version 6, TCP since 4 unless `network`. Raises OSError.
    """
    rights = every_access(version)
    ruleset = _ruleset(version, rights, 0 if network else _BIND_TCP | _CONNECT_TCP)
    try:
        for path in reads:
            _allow(ruleset, path, rights & (_EXECUTE | _READ_FILE | _READ_DIR))
        for path in lists:
            _allow(ruleset, path, rights & _READ_DIR)
        for path in writes:
            _allow(ruleset, path, rights & ~(_MAKE_CHAR | _MAKE_BLOCK))
        if libc().syscall(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0)):  # after `no_new_privs`
            raise failed("landlock")
    finally:
        os.close(ruleset)


def _ruleset(version: int, files: int, tcp: int) -> int:
    fields = [files]
    if version >= 4:
        fields.append(tcp)
    if version >= 6:
        fields.append(_SCOPE_ABSTRACT_SOCKETS | _SCOPE_SIGNALS)
    body = struct.pack(f"={len(fields)}Q", *fields)
    attribute = ctypes.create_string_buffer(body, len(body))
    found = libc().syscall(_CREATE, attribute, ctypes.c_size_t(len(body)), ctypes.c_uint32(0))
    if found < 0:
        raise failed("landlock ruleset")
    return int(found)


def _allow(ruleset: int, path: str, rights: int) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(opened).st_mode):
                rights &= _OF_FILES
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, opened), 12)
            if libc().syscall(
                _ADD, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0)
            ):
                raise failed("landlock rule")
        finally:
            os.close(opened)
