"""The strip that says that a chat is not saved, and can be kept."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.widgets.banner import Banner, BannerAction


class TemporaryNote(Banner):
    """Shown over a temporary chat; `keep_wanted` asks to save it after all."""

    keep_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self._is_temporary = self._has_words = False
        super().__init__(parent, persistent=True)

    def show_chat(self, *, temporary: bool, has_words: bool) -> None:
        """`has_words`: there is something to keep."""
        if (temporary, has_words) != (self._is_temporary, self._has_words):
            self._is_temporary, self._has_words = temporary, has_words
            self._show()

    def _show(self) -> None:
        if not self._is_temporary:
            self.hide()
            return
        keep = [BannerAction(self.tr("Save this chat"), self.keep_wanted.emit)] if self._has_words else []
        words = self.tr("Temporary chat. Nothing in it is saved, and it’s gone when you quit Coterie.")
        self.say(words, keep, "accent")

    def retranslate(self) -> None:
        super().retranslate()
        self._show()
