"""The session, lent by the host's main thread to threads beside it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.local.model.session import Session


class SessionGuard:
    """The main thread lends the session and takes it back before it changes or closes it. Who wants it while a model
    loads waits for the end of that.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._session: Session | None = None
        self._loads = self._users = 0

    def load_begins(self) -> None:
        """From the thread that reads the pipe: what is asked from here on means the model that this load brings."""
        with self._changed:
            self._loads += 1

    def load_ended(self, session: Session | None) -> None:
        with self._changed:
            self._session = session
            self._loads -= 1
            self._changed.notify_all()

    def withdraw(self) -> None:
        """On return nobody uses it any more."""
        with self._changed:
            self._session = None
            self._changed.wait_for(lambda: not self._users)

    @contextlib.contextmanager
    def acquire(self) -> Iterator[Session | None]:
        """The session while the block runs; None when no model is loaded."""
        with self._changed:
            self._changed.wait_for(lambda: not self._loads)
            session = self._session
            self._users += session is not None
        try:
            yield session
        finally:
            if session is not None:
                with self._changed:
                    self._users -= 1
                    self._changed.notify_all()
