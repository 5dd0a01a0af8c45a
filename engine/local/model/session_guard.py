"""Session guard: shares the session between the host's main thread and threads beside it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.local.model.session import Session


class SessionGuard:
    """Hands the session to other threads; the main thread withdraws it before it changes or closes it.
    `acquire` blocks while a model is loading."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._session: Session | None = None
        self._loads = self._users = 0

    def load_begins(self) -> None:
        """Announce a load, on the pipe's reader thread: later requests mean the model that it brings."""
        with self._changed:
            self._loads += 1

    def load_ended(self, session: Session | None) -> None:
        with self._changed:
            self._session = session
            self._loads -= 1
            self._changed.notify_all()

    @property
    def is_withdrawn(self) -> bool:
        """Whether the session that a thread has acquired is wanted back."""
        return self._session is None

    def withdraw(self) -> None:
        """Withdraw the session; returns once no thread uses it."""
        with self._changed:
            self._session = None
            self._changed.wait_for(lambda: not self._users)

    @contextlib.contextmanager
    def acquire(self) -> Iterator[Session | None]:
        """The session while the block runs; None without a loaded model. Blocks while a model is loading."""
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
