"""A field of several lines whose placeholder gives way to what an input method composes."""

from __future__ import annotations

from PySide6.QtGui import QContextMenuEvent, QInputMethodEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.desktop.base.menu import menu_of_field


class PromptEdit(QPlainTextEdit):
    """Plain text. Qt draws the placeholder of a `QPlainTextEdit` as long as the document is empty, also below
    letters that are composed: Hangul, kana and pinyin would be written over it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._placeholder = ""
        self.preedit = ""  # held by the input method, not in the document yet

    def composing(self) -> bool:
        """Whether an input method holds text that is not in the document yet."""
        return bool(self.preedit)

    def setPlaceholderText(self, text: str) -> None:
        self._placeholder = text
        self._show_placeholder()

    def placeholderText(self) -> str:
        return self._placeholder

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.preedit = event.preeditString()
        self._show_placeholder()
        super().inputMethodEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu_of_field(self.createStandardContextMenu(event.pos()), self).popup(event.globalPos())

    def _show_placeholder(self) -> None:
        super().setPlaceholderText("" if self.preedit else self._placeholder)
        # Qt draws another placeholder only with the next change. Out of sight nothing is drawn, and who first asks
        # for the viewport has PySide create all enums of widgets: a tenth of the way to the first paint.
        if self.isVisible():
            self.viewport().update()
