"""One draft for a chat that is open in several windows: what is typed in one is seen in all."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject

from app.desktop.chat.composer import Composer
from app.desktop.chat.shown_chat import ShownChat


class SharedDraft(QObject):
    """Follows `composer`, and has the others that show the same chat follow it. `all` gives those of every window.

    A composer tells its words before another one can have the focus: what is typed last is what all of them have.
    """

    def __init__(self, shown: ShownChat, composer: Composer) -> None:
        super().__init__(composer)
        self._shown, self._composer = shown, composer
        self.all: Callable[[], Iterable[SharedDraft]] = tuple
        composer.draft_changed.connect(self._share)
        composer.replaced.connect(self._share)

    def take_up(self, stored: str) -> None:
        """The chat has come: show its draft, which another window may have newer, and behind it what was typed
        meanwhile."""
        stored = next((other._composer.text() for other in self._twins()), stored)
        typed = self._composer.text()
        self._composer.set_text(stored + typed)
        if typed:
            self._shown.save_draft(stored + typed)
            self._share(stored + typed)

    def _twins(self) -> list[SharedDraft]:
        """Those of other windows that show the same chat."""
        chat = self._shown.now.id
        return [d for d in self.all() if d is not self and chat is not None and d._shown.now.id == chat]

    def _share(self, text: str) -> None:
        for other in self._twins():
            other._composer.follow(text)
