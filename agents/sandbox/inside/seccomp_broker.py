"""System call broker: changes modes and times of files for a program confined by Landlock, which does not
cover those.

The kernel holds such a call of the program and asks the launcher (seccomp_unotify(2)), which looks at what
file is meant and does it when that file lies where the program may write. No path is followed out of there
(openat2(2)), and what is changed is the very file that was looked at, so that nothing is won by swapping a
link meanwhile. Layouts and numbers are those of include/uapi/linux/seccomp.h and openat2.h.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import stat
import struct
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

assert sys.platform == "linux"

import fcntl

from agents.sandbox.inside import seccomp
from agents.sandbox.inside.privileges import failed, libc

_ASKED = struct.Struct("=QIIiIQ6Q")  # struct seccomp_notif
_ANSWER = struct.Struct("=QqiI")  # struct seccomp_notif_resp
_RECEIVE, _SEND, _IS_VALID = 0xC0502100, 0xC0182101, 0x40082102
_HERE, _NO_FOLLOW, _EMPTY_PATH = -100, 0x100, 0x1000  # AT_FDCWD, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH
_NOW, _UNCHANGED = (1 << 30) - 1, (1 << 30) - 2  # UTIME_NOW, UTIME_OMIT
_OPENAT2, _BENEATH, _NO_MAGIC_LINKS = 437, 0x08, 0x02
_LONGEST_PATH = 4096
_MODES = 0o1777


class Refused(OSError):
    """The call fails with this error."""


class SyscallBroker:
    """Answers the calls at `listener`, the descriptor of the program's filter.

    `roots` are where it may write, without links.
    """

    def __init__(self, listener: int, roots: Sequence[str]) -> None:
        self.listener = listener
        self._roots = [Path(root) for root in roots]
        machine = seccomp.column(os.uname().machine)
        self._calls: dict[int, Callable[[_Caller], None]] = {
            numbers[machine]: getattr(self, f"_{name}") for name, numbers in seccomp.DEPUTED.items()
        }

    def answer(self) -> None:
        """Answer one call. Nothing happens when the program has stopped waiting for it."""
        asked = ctypes.create_string_buffer(_ASKED.size)
        with contextlib.suppress(OSError):
            fcntl.ioctl(self.listener, _RECEIVE, asked)
            id, pid, _, number, _, _, *arguments = _ASKED.unpack(asked.raw)
            error = self._carried_out(id, pid, number, arguments)
            fcntl.ioctl(self.listener, _SEND, _ANSWER.pack(id, 0, -error, 0))

    def _carried_out(self, id: int, pid: int, number: int, arguments: list[int]) -> int:
        """Carry out a call; returns 0 or an errno."""
        try:
            with _Caller(pid, arguments) as caller:
                # Check that the process is the one that asked, not another that was given its number since.
                fcntl.ioctl(self.listener, _IS_VALID, struct.pack("=Q", id))
                self._calls[number](caller)
        except OSError as error:
            return error.errno or errno.EPERM
        except KeyError:
            return errno.ENOSYS
        return 0

    def _chmod(self, caller: _Caller) -> None:
        self._change_mode(self._place(caller.path(_HERE, 0)), caller.arguments[1])

    def _fchmod(self, caller: _Caller) -> None:
        self._change_mode(caller.descriptor(0), caller.arguments[1])

    def _fchmodat(self, caller: _Caller) -> None:
        self._change_mode(self._place(caller.path(caller.signed(0), 1)), caller.arguments[2])

    def _fchmodat2(self, caller: _Caller) -> None:
        flags = caller.arguments[3]
        self._change_mode(self._place(caller.path(caller.signed(0), 1, flags), flags), caller.arguments[2])

    def _utime(self, caller: _Caller) -> None:
        self._change_times(self._place(caller.path(_HERE, 0)), caller.seconds(1))

    def _utimes(self, caller: _Caller) -> None:
        self._change_times(self._place(caller.path(_HERE, 0)), caller.times(1, 1000))

    def _futimesat(self, caller: _Caller) -> None:
        self._change_times(self._place(caller.path(caller.signed(0), 1)), caller.times(2, 1000))

    def _utimensat(self, caller: _Caller) -> None:
        # Without a path the descriptor is meant: that is how futimens works.
        flags = caller.arguments[3]
        named = caller.arguments[1] != 0
        place = self._place(caller.path(caller.signed(0), 1, flags), flags) if named else caller.descriptor(0)
        self._change_times(place, caller.times(2, 1))

    def _place(self, path: str, flags: int = 0) -> _Place:
        """Open what lies at an absolute path, if that is below a root and does not lead out of it."""
        path = os.path.normpath(path)
        root = next((root for root in self._roots if Path(path).is_relative_to(root)), None)
        if root is None:
            raise Refused(errno.EPERM, "it lies elsewhere")
        return _Place(_beneath(str(root), os.path.relpath(path, root), bool(flags & _NO_FOLLOW)))

    def _change_mode(self, place: _Place, mode: int) -> None:
        with place:
            self._check(place)
            if mode & ~_MODES & 0o7777:
                raise Refused(errno.EPERM, "it would run as its owner")
            if stat.S_ISLNK(os.fstat(place.descriptor).st_mode):
                raise Refused(errno.EOPNOTSUPP, "the mode of a link")
            os.chmod(place.name, mode & _MODES)  # noqa: PTH101

    def _change_times(self, place: _Place, times: tuple[int, int] | None) -> None:
        with place:
            self._check(place)
            facts = os.fstat(place.descriptor)
            if stat.S_ISLNK(facts.st_mode):
                return  # a link's own times matter to nobody, and cannot be set by its descriptor
            if times is None:
                os.utime(place.name)
                return
            accessed, modified = times
            accessed = facts.st_atime_ns if accessed == _UNCHANGED else accessed
            modified = facts.st_mtime_ns if modified == _UNCHANGED else modified
            os.utime(place.name, ns=(accessed, modified))

    def _check(self, place: _Place) -> None:
        """Refuse what lies outside the writable roots. Raises Refused."""
        real = Path(os.readlink(place.name))  # noqa: PTH115
        if not any(real.is_relative_to(root) for root in self._roots):
            raise Refused(errno.EPERM, "it lies elsewhere")


def _beneath(root: str, path: str, no_follow: bool) -> int:
    """An O_PATH descriptor of `path` below `root`."""
    flags = os.O_PATH | os.O_CLOEXEC | (os.O_NOFOLLOW if no_follow else 0)
    how = struct.pack("=QQQ", flags, 0, _BENEATH | _NO_MAGIC_LINKS)
    folder = os.open(root, os.O_PATH | os.O_CLOEXEC | os.O_DIRECTORY)
    try:
        name = ctypes.create_string_buffer(os.fsencode(path))
        structure = ctypes.create_string_buffer(how, len(how))
        found = libc().syscall(*(_OPENAT2, ctypes.c_int(folder), name, structure, ctypes.c_size_t(len(how))))
        if found < 0:
            raise failed("openat2")
        return int(found)
    finally:
        os.close(folder)


class _Place:
    """A file or folder held by an O_PATH descriptor; `name` leads to it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.name = f"/proc/self/fd/{descriptor}"

    def __enter__(self) -> _Place:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)


class _Caller:
    """The process that waits for its answer, and the arguments of its call."""

    def __init__(self, pid: int, arguments: list[int]) -> None:
        self.arguments = arguments
        self._pid = pid
        self._memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY | os.O_CLOEXEC)

    def __enter__(self) -> _Caller:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._memory)

    def signed(self, argument: int) -> int:
        """An argument as a signed int."""
        found: int = ctypes.c_int(self.arguments[argument] & 0xFFFFFFFF).value
        return found

    def descriptor(self, argument: int) -> _Place:
        """The file behind one of the process's descriptors."""
        path = f"/proc/{self._pid}/fd/{self.signed(argument)}"
        return _Place(os.open(path, os.O_PATH | os.O_CLOEXEC))

    def path(self, folder: int, argument: int, flags: int = 0) -> str:
        """A path argument as an absolute path, links and ".." unresolved."""
        text = os.fsdecode(self._text(self.arguments[argument]))
        if not text and not flags & _EMPTY_PATH:
            raise FileNotFoundError(errno.ENOENT, "an empty path")
        if text.startswith("/"):
            return text
        start = f"/proc/{self._pid}/cwd" if folder == _HERE else f"/proc/{self._pid}/fd/{folder}"
        return f"{os.readlink(start)}/{text}"  # noqa: PTH115

    def seconds(self, argument: int) -> tuple[int, int] | None:
        """`struct utimbuf`: access and modification, in nanoseconds; None for now."""
        if not self.arguments[argument]:
            return None
        accessed, modified = struct.unpack("=qq", self._read(self.arguments[argument], 16))
        return accessed * 10**9, modified * 10**9

    def times(self, argument: int, unit: int) -> tuple[int, int] | None:
        """Access and modification time in nanoseconds, of two timeval (`unit` 1000) or timespec (1)."""
        if not self.arguments[argument]:
            return None
        found = struct.unpack("=qqqq", self._read(self.arguments[argument], 32))
        pairs = ((found[0], found[1]), (found[2], found[3]))
        if unit == 1:
            if all(part == _NOW for _, part in pairs):
                return None
            return _nanoseconds(*pairs[0]), _nanoseconds(*pairs[1])
        return pairs[0][0] * 10**9 + pairs[0][1] * unit, pairs[1][0] * 10**9 + pairs[1][1] * unit

    def _read(self, address: int, size: int) -> bytes:
        found = os.pread(self._memory, size, address)
        if len(found) != size:
            raise Refused(errno.EFAULT, "its memory ends there")
        return found

    def _text(self, address: int) -> bytes:
        """Read a string up to its NUL; memory may end right after it."""
        found = b""
        while len(found) < _LONGEST_PATH:
            page = 4096 - (address + len(found)) % 4096
            found += self._read(address + len(found), min(page, _LONGEST_PATH - len(found)))
            text, end, _ = found.partition(b"\0")
            if end:
                return text
        raise Refused(errno.ENAMETOOLONG, "the path is too long")


def _nanoseconds(seconds: int, part: int) -> int:
    """Nanoseconds of a `struct timespec`: `_UNCHANGED` stays, "now" becomes the time."""
    if part == _UNCHANGED:
        return _UNCHANGED
    return time.time_ns() if part == _NOW else seconds * 10**9 + part
