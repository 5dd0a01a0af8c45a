"""Contents of attachments that are kept in memory alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.durable_files import write_whole

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

# Linux: files in memory, for this user alone.
_SHARED = Path("/dev/shm")


class MemoryContents(dict[str, bytes]):
    """Contents by their names."""

    def __init__(self) -> None:
        super().__init__()
        self._files: TemporaryDirectory[str] | None = None

    def file(self, name: str) -> Path | None:
        """A content as a file that others can read until `close`: in memory where the system has a folder there."""
        from tempfile import TemporaryDirectory  # brings much along

        content = self.get(name)
        if content is None:
            return None
        if self._files is None:
            self._files = TemporaryDirectory(prefix="coterie-", dir=_SHARED if _SHARED.is_dir() else None)
        path = Path(self._files.name) / name
        if not path.exists():
            write_whole(path, content)
        return path

    def close(self) -> None:
        """Delete the files."""
        if self._files is not None:
            self._files.cleanup()
