"""Lock on the library's files while they are moved, between threads and processes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from app.services.settings.file_lock import locked
from engine.errors import UserError

PATIENCE = 10.0


class LibraryLock:
    """For threads of this process a lock in memory, for other processes a lock of the file `path`.

    One thread may take it twice.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = threading.RLock()
        self._depth = 0

    @contextlib.contextmanager
    def held(self, patience: float | None = None) -> Iterator[None]:
        """Context manager: inside, this thread has exclusive access.

        Raises UserError `library.busy` after this many seconds.
        """
        patience = PATIENCE if patience is None else patience
        if not self._thread.acquire(timeout=patience):
            raise UserError("library.busy")
        try:
            with contextlib.ExitStack() as held:
                if not self._depth:
                    try:
                        held.enter_context(locked(self._path, patience))
                    except TimeoutError as error:
                        raise UserError("library.busy") from error
                self._depth += 1
                held.callback(self._left)
                yield
        finally:
            self._thread.release()

    def _left(self) -> None:
        self._depth -= 1
