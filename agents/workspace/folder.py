"""An open folder of the workspace, and operations on the names in it.

Everything is done relative to the open folder and never follows a link, so that nobody who swaps a folder for
a link meanwhile can lead it elsewhere. On Windows, which cannot open relative to a folder, names are full
paths: each folder is looked at for being a link, and the place of a file that was opened is compared. Nothing
that a model writes is executed there, so only a program of the user's own could swap a folder between the
two.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import sys
from pathlib import Path
from typing import BinaryIO

BY_DESCRIPTOR = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")

_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _FLAGS
# A pipe without a writer would block forever.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _FLAGS
_PIECE = 1 << 20
_OPEN_FILES = Path("/proc/self/fd")
_HAS_OPEN_FILES = _OPEN_FILES.is_dir()
# Temporary file beside the one that is written.
_PART = re.compile(r"\.[0-9a-f]{16}\.part")


class Folder:
    """An open folder: a context manager. `path` is its real place relative to the workspace, "" for the root.

    Methods take plain names ("." is the folder itself) and raise OSError as the functions of `os` do.
    """

    def __init__(self, place: Path, path: str, descriptor: int | None) -> None:
        self.place = place
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def root(cls, place: Path) -> Folder:
        """The workspace itself; links in its own path are followed."""
        if sys.platform == "win32" or not BY_DESCRIPTOR:
            return cls._by_path(place, "", follow=True)
        return cls(place, "", os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))

    @classmethod
    def _by_path(cls, place: Path, path: str, *, follow: bool = False) -> Folder:
        if (not follow and is_link(place.lstat())) or not stat.S_ISDIR(place.stat().st_mode):
            raise NotADirectoryError(str(place))
        return cls(place, path, None)

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def path_of(self, name: str) -> str:
        """Where `name` lies in the workspace, with "/"; "." for the workspace itself."""
        if name == ".":
            return self.path or "."
        return f"{self.path}/{name}" if self.path else name

    def _at(self, name: str) -> str:
        return name if BY_DESCRIPTOR else str(self.place / name)

    def reach(self, name: str) -> str:
        """A path to `name` for functions of the system that take no open folder."""
        if self._descriptor is None or not _HAS_OPEN_FILES:
            return str(self.place / name)
        return f"{_OPEN_FILES}/{self._descriptor}/{name}"

    def names(self) -> list[str]:
        """All names in it, sorted."""
        with os.scandir(self.place if self._descriptor is None else self._descriptor) as entries:
            return sorted(entry.name for entry in entries)

    def stat(self, name: str) -> os.stat_result:
        """Stat `name` itself; a link is not followed."""
        if self._descriptor is not None:
            return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        return (self.place / name).lstat()

    def found(self, name: str) -> os.stat_result | None:
        """As `stat`; None when nothing exists."""
        try:
            return self.stat(name)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def link(self, name: str) -> str:
        """The target of a symbolic link."""
        return os.readlink(self._at(name), dir_fd=self._descriptor)

    def folder(self, name: str, *, make: bool = False) -> Folder:
        """Open a folder in it; `make` creates it if missing."""
        if make:
            with contextlib.suppress(FileExistsError):
                os.mkdir(self._at(name), dir_fd=self._descriptor)
        place, path = self.place / name, self.path_of(name)
        if not BY_DESCRIPTOR:
            return self._by_path(place, "" if path == "." else path)
        descriptor = os.open(name, _FOLDER, dir_fd=self._descriptor)
        return Folder(place, "" if path == "." else path, descriptor)

    def read(self, name: str) -> BinaryIO:
        """A regular file, opened for reading. Raises OSError for a link, a pipe, a device or a folder."""
        descriptor = os.open(self._at(name), _READ, dir_fd=self._descriptor)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise IsADirectoryError(f"{self.path_of(name)} is no file")
            if not BY_DESCRIPTOR:
                self._check_place(name, descriptor)
            return os.fdopen(descriptor, "rb")
        except BaseException:
            os.close(descriptor)
            raise

    def _check_place(self, name: str, descriptor: int) -> None:
        """Check that what was opened lies at the real path, and that this is the path that was meant."""
        meant = self.place / name
        real = os.path.realpath(meant)  # with the letters' case as on the disk
        if os.path.normcase(real) != os.path.normcase(meant) or not os.path.samestat(
            os.fstat(descriptor), meant.stat(follow_symlinks=False)
        ):
            raise PermissionError(f"{self.path_of(name)} was changed while it was opened")

    def write(self, name: str, content: bytes, mode: int | None = None) -> None:
        """Write a file atomically: beside the old one, then in its place.

        `mode` are the permission bits, None those of the existing file, or a new file's usual ones.
        """
        old = self.found(name)
        if old is not None and stat.S_ISDIR(old.st_mode):
            raise IsADirectoryError(self.path_of(name))
        if mode is None and old is not None and stat.S_ISREG(old.st_mode):
            mode = stat.S_IMODE(old.st_mode)
        beside = f".{secrets.token_hex(8)}.part"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS
        descriptor = os.open(self._at(beside), flags, 0o666, dir_fd=self._descriptor)
        try:
            try:
                _write_all(descriptor, content)
                if mode is not None and sys.platform != "win32":
                    _keep_owner(descriptor, old)
                    os.fchmod(descriptor, mode)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            self.replace(name, beside)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(self._at(beside), dir_fd=self._descriptor)
            raise
        self.sync()

    def create(self, name: str) -> BinaryIO:
        """Create a file for writing; only its owner may read it. Raises FileExistsError."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS
        return os.fdopen(os.open(self._at(name), flags, 0o600, dir_fd=self._descriptor), "wb")

    def replace(self, name: str, by: str) -> None:
        """Move the file or link `by` to `name`, replacing what is there, atomically."""
        os.replace(self._at(by), self._at(name), src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def remove_parts(self) -> None:
        """Remove temporary files of writes whose process ended in the middle."""
        for name in filter(_PART.fullmatch, self.names()):
            info = self.found(name)
            if info is not None and stat.S_ISREG(info.st_mode):
                self.remove(name)

    def make_link(self, name: str, target: str) -> None:
        """Create a symbolic link."""
        os.symlink(target, self._at(name), dir_fd=self._descriptor)

    def make_pipe(self, name: str) -> None:
        """Create a named pipe that only its owner may use."""
        if sys.platform == "win32":
            raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP), name)
        os.mkfifo(self._at(name), 0o600, dir_fd=self._descriptor)

    def make_folder(self, name: str) -> None:
        os.mkdir(self._at(name), dir_fd=self._descriptor)

    def change_mode(self, name: str, mode: int) -> None:
        """Set permission bits of a file or folder, never of a link's target."""
        if sys.platform == "win32" or not BY_DESCRIPTOR:
            if not is_link(self.stat(name)):
                (self.place / name).chmod(mode)
            return
        # An unreadable file can be opened with O_PATH where there is /proc; elsewhere it has to be readable.
        by_name = getattr(os, "O_PATH", 0) if _HAS_OPEN_FILES else 0
        descriptor = os.open(name, (by_name or _READ) | _FLAGS, dir_fd=self._descriptor)
        try:
            if stat.S_ISLNK(os.fstat(descriptor).st_mode):
                return
            if by_name:
                (_OPEN_FILES / str(descriptor)).chmod(mode)
            else:
                os.fchmod(descriptor, mode)
        finally:
            os.close(descriptor)

    def set_owner(self, name: str, user: int, group: int) -> None:
        """Set the owner, never of a link's target."""
        if sys.platform != "win32":
            os.chown(self._at(name), user, group, dir_fd=self._descriptor, follow_symlinks=False)

    def set_time(self, name: str, modified: int) -> None:
        """Set the time of the last change, in nanoseconds since 1970, never of a link's target."""
        times = (self.stat(name).st_atime_ns, modified)
        if os.utime in os.supports_follow_symlinks:
            os.utime(self._at(name), ns=times, dir_fd=self._descriptor, follow_symlinks=False)
        elif not is_link(self.stat(name)):
            os.utime(self._at(name), ns=times)

    def make_hard_link(self, name: str, of: Folder, of_name: str) -> None:
        """Make `name` another name of the file `of_name` in `of`."""
        os.link(
            of._at(of_name),
            self._at(name),
            src_dir_fd=of._descriptor,
            dst_dir_fd=self._descriptor,
            follow_symlinks=False,
        )

    def write_over(self, name: str, by: str) -> None:
        """Write the content of the file `by` over that of the file `name`, whose other names get it too."""
        flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | _FLAGS
        with self.read(by) as source, os.fdopen(self._open(name, flags), "wb") as target:
            while data := source.read(_PIECE):
                target.write(data)
            target.truncate()
            target.flush()
            os.fsync(target.fileno())

    def _open(self, name: str, flags: int) -> int:
        return os.open(self._at(name), flags, dir_fd=self._descriptor)

    def move(self, name: str, to: Folder, new_name: str) -> None:
        """Move to another folder of the same file system. Raises FileExistsError when the name is taken."""
        if to.found(new_name) is not None:
            raise FileExistsError(to.path_of(new_name))
        os.rename(self._at(name), to._at(new_name), src_dir_fd=self._descriptor, dst_dir_fd=to._descriptor)
        to.sync()
        self.sync()

    def remove(self, name: str) -> None:
        """Remove a file, or a link itself."""
        os.unlink(self._at(name), dir_fd=self._descriptor)

    def remove_folder(self, name: str) -> None:
        """Remove an empty folder."""
        os.rmdir(self._at(name), dir_fd=self._descriptor)

    def remove_tree(self, name: str) -> None:
        """Remove a folder with all that is in it; links are removed, not followed."""
        with self.folder(name) as inner:
            for each in inner.names():
                info = inner.found(each)
                if info is not None and stat.S_ISDIR(info.st_mode) and not is_link(info):
                    inner.remove_tree(each)
                elif info is not None:
                    inner.remove(each)
        self.remove_folder(name)

    def sync(self) -> None:
        """Flush new names to the disk."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):  # some file systems cannot do that for folders
                os.fsync(self._descriptor)


def is_link(info: os.stat_result) -> bool:
    """Whether it is a symbolic link, or what Windows has instead (a junction)."""
    if sys.platform != "win32":
        return stat.S_ISLNK(info.st_mode)
    reparse = getattr(info, "st_reparse_tag", 0) in (
        getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1),
        getattr(stat, "IO_REPARSE_TAG_SYMLINK", -1),
    )
    return stat.S_ISLNK(info.st_mode) or reparse


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest[:_PIECE]) :]


def _keep_owner(descriptor: int, old: os.stat_result | None) -> None:
    """Give the new file the owner of the old one, where permitted."""
    if (
        sys.platform != "win32"
        and old is not None
        and (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid())
    ):
        with contextlib.suppress(OSError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
