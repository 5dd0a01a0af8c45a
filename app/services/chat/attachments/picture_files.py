"""The pixels of attached pictures in files that an engine reads: made of the originals, when they are wanted.

Those of chats that are kept lie in a folder that is limited and can be deleted at any time; those of a temporary chat
lie in memory where the system has a folder there, and go with the chat.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.reading import Pixels, decoded
from app.services.chat.events import ConversationChanged
from app.store.contents import not_written
from app.store.records import FIRST_TEMPORARY, Attachment
from engine.durable_files import write_whole
from engine.errors import UserError
from engine.pixels import read_pixels
from engine.values import Picture

if TYPE_CHECKING:
    from app.services.events import EventBus
    from app.store.store import Store

# Linux: files in memory, for this user alone.
_SHARED = Path("/dev/shm")
# The original's SHA-256, that of the pixels, their width and height.
_NAME = re.compile(r"([0-9a-f]{64})-([0-9a-f]{64})-(\d{1,5})x(\d{1,5})")
# Bytes of all files; those that were used in the last hour stay, as an answer may want them.
MOST_BYTES = 512 * 2**20
_YOUNG_S = 3600.0


class PictureFiles:
    """Thread-safe; making a file takes a part of a second."""

    def __init__(self, store: Store, folder: Path, events: EventBus) -> None:
        self._store, self._folder = store, folder
        self._making = threading.Lock()
        self._temporary: dict[int, TemporaryDirectory[str]] = {}
        events.subscribe(ConversationChanged, self._changed)

    def picture(self, conversation: int, attachment: Attachment) -> Picture | None:
        """The picture for the model; None where its original is gone or cannot be read any more."""
        with self._making:
            folder = self._of(conversation)
            if (found := _found(folder, attachment.sha256)) is not None:
                return found
        content = self._store.contents.get(conversation, attachment.sha256)
        if content is None:
            return None
        try:
            return self.keep(conversation, attachment.sha256, decoded(content, lambda: False))
        except (Unreadable, UserError):
            return None

    def pixels(self, conversation: int, attachment: Attachment) -> Pixels | None:
        """The pixels of a picture, None where they are gone."""
        picture = self.picture(conversation, attachment)
        if picture is not None:
            with contextlib.suppress(UserError):  # removed just now
                return Pixels(picture.width, picture.height, read_pixels(picture))
        return None

    def keep(self, conversation: int, original: str, pixels: Pixels) -> Picture:
        """Write the pixels of what has this SHA-256. Raises UserError `store.disk_full` or `store.disk_error`."""
        digest = hashlib.sha256(pixels.data).hexdigest()
        with self._making:
            folder = self._of(conversation)
            path = folder / f"{original}-{digest}-{pixels.width}x{pixels.height}"
            try:
                write_whole(path, pixels.data, synced=False)
            except OSError as error:
                raise not_written(error, folder) from error
            if conversation < FIRST_TEMPORARY:
                self._tidy()
        return Picture(str(path), digest, pixels.width, pixels.height)

    def sweep(self) -> None:
        """Remove what was made of contents that are not kept any more, or longer ago than there is room for."""
        with self._making:
            for path, _, used in self._files():
                name = _NAME.fullmatch(path.name)
                if used < time.time() - _YOUNG_S and (name is None or not self._store.contents.has(name[1])):
                    path.unlink(missing_ok=True)
            self._tidy()

    def close(self) -> None:
        """Remove the files of temporary chats."""
        with self._making:
            for folder in self._temporary.values():
                folder.cleanup()
            self._temporary.clear()

    # --- inside ---

    def _of(self, conversation: int) -> Path:
        if conversation < FIRST_TEMPORARY:
            return self._folder
        if conversation not in self._temporary:
            place = _SHARED if _SHARED.is_dir() else None
            self._temporary[conversation] = TemporaryDirectory(prefix="coterie-", dir=place)
        return Path(self._temporary[conversation].name)

    def _changed(self, event: ConversationChanged) -> None:
        """A temporary chat is deleted: what is restored makes its files again."""
        if event.conversation.temporary and event.conversation.deleted is not None:
            with self._making:
                folder = self._temporary.pop(event.conversation.id, None)
            if folder is not None:
                folder.cleanup()

    def _tidy(self) -> None:
        files = sorted(self._files(), key=lambda file: file[2])
        size = sum(bytes_ for _, bytes_, _ in files)
        for path, bytes_, used in files:
            if size <= MOST_BYTES or used > time.time() - _YOUNG_S:
                return
            with contextlib.suppress(OSError):
                path.unlink()
                size -= bytes_

    def _files(self) -> list[tuple[Path, int, float]]:
        """Each with its bytes and when it was used last."""
        found: list[tuple[Path, int, float]] = []
        with contextlib.suppress(FileNotFoundError):
            for path in self._folder.iterdir():
                with contextlib.suppress(OSError):
                    about = path.stat()
                    found.append((path, about.st_size, about.st_mtime))
        return found


def _found(folder: Path, original: str) -> Picture | None:
    """What was made of the original with this SHA-256 before, which is used now."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            name = _NAME.fullmatch(path.name) if path.name.startswith(f"{original}-") else None
            if name is None:
                continue
            picture = Picture(str(path), name[2], int(name[3]), int(name[4]))
            if path.stat().st_size == picture.bytes:
                path.touch()
                return picture
    return None
