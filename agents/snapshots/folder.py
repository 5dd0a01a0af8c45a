"""Folders of the workspace, opened one inside the other, so that no link leads out of it.

Where the system can do so, names are looked up in an open folder and not by their path: a folder that is swapped
for a link meanwhile is not followed. Windows has no such calls for Python; there each part is looked at first.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

BY_HANDLE = os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT, which is a folder to lstat
# A pipe that is opened to be read must not wait for its writer.
_FILE = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class Folder:
    """An open folder and what can be done with the names in it. Nothing follows a link; all methods raise OSError.

    Close it, or use it as a context.
    """

    def __init__(self, path: Path, handle: int | None) -> None:
        self._path = path
        self._handle = handle

    @classmethod
    def open(cls, root: Path) -> Folder:
        return cls(root, os.open(root, os.O_RDONLY | _FOLDER) if BY_HANDLE else None)

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def names(self) -> list[str]:
        """Sorted, as the disk has them."""
        return sorted(os.listdir(self._path if self._handle is None else self._handle))  # noqa: PTH208

    def look(self, name: str) -> os.stat_result:
        return os.stat(self._at(name), dir_fd=self._handle, follow_symlinks=False)

    def child(self, name: str) -> Folder:
        """A folder in this one. Raises NotADirectoryError, also for a link to a folder."""
        if self._handle is None:
            found = self.look(name)
            if not stat.S_ISDIR(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION:
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name)
            return Folder(self._path / name, None)
        try:
            handle = os.open(name, os.O_RDONLY | _FOLDER, dir_fd=self._handle)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name) from None
            raise
        return Folder(self._path / name, handle)

    def read(self, name: str) -> int:
        """A descriptor to read a file from, to be closed by the caller."""
        return os.open(self._at(name), os.O_RDONLY | _FILE, dir_fd=self._handle)

    def create(self, name: str) -> int:
        """A descriptor to write a new file to. Raises FileExistsError."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE
        return os.open(self._at(name), flags, 0o600, dir_fd=self._handle)

    def link(self, name: str) -> str:
        return os.readlink(self._at(name), dir_fd=self._handle)

    def make_link(self, target: str, name: str) -> None:
        os.symlink(target, self._at(name), dir_fd=self._handle)

    def make(self, name: str) -> None:
        os.mkdir(self._at(name), 0o777, dir_fd=self._handle)

    def replace(self, name: str, by: str) -> None:
        """Let the file `by` take the place of `name` in one step."""
        os.replace(self._at(by), self._at(name), src_dir_fd=self._handle, dst_dir_fd=self._handle)

    def remove(self, name: str) -> None:
        os.unlink(self._at(name), dir_fd=self._handle)

    def remove_folder(self, name: str) -> None:
        """Raises OSError when there is something in it."""
        os.rmdir(self._at(name), dir_fd=self._handle)

    def mode(self) -> int:
        """The mode bits of this folder itself."""
        found = self._path.stat() if self._handle is None else os.fstat(self._handle)
        return stat.S_IMODE(found.st_mode)

    def set_mode(self, mode: int) -> None:
        """The mode bits of this folder itself."""
        if self._handle is not None:
            os.fchmod(self._handle, mode)

    def sync(self) -> None:
        """Return when new and removed names are on the disk."""
        if self._handle is not None:
            with contextlib.suppress(OSError):  # some file systems have no such thing for folders
                os.fsync(self._handle)

    def _at(self, name: str) -> str:
        return name if self._handle is not None else str(self._path / name)


@contextlib.contextmanager
def parent_of(root: Path, path: str) -> Iterator[tuple[Folder, str]]:
    """The folder that holds `path` (relative to `root`, with "/"), open, and the last part of `path`.

    Raises FileNotFoundError and NotADirectoryError, the latter also where a link stands in the way.
    """
    *above, name = path.split("/")
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(Folder.open(root))
        for part in above:
            folder = stack.enter_context(folder.child(part))
        yield folder, name
