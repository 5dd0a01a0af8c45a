"""Widgets that follow theme and language while they live."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.desktop.base.theme import themes


class TranslatedWidget(QFrame):
    """Calls `retranslate` when the language changes. The property `kind` gives it a ground of the style sheet."""

    def retranslate(self) -> None:
        """Set every text that a person reads or a screen reader says."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()


class ThemedWidget(TranslatedWidget):
    """Calls `restyle` as well, when the theme changes.

    A subclass calls `self.refresh()` once at the end of its constructor.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        themes.changed.connect(self.restyle)

    def refresh(self) -> None:
        self.restyle()
        self.retranslate()

    def restyle(self) -> None:
        """Set sizes, fonts and icons from `themes.current`."""
