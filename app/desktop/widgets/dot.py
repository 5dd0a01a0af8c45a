"""A round mark in a colour of the theme; what it means stands beside it in words."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.desktop.base.style import set_property
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget

SIZE = 8


class Dot(ThemedWidget):
    """`tone` is "good", "bad", "warning", "accent" or "faint"."""

    def __init__(self, parent: QWidget, tone: str = "faint") -> None:
        super().__init__(parent)
        self.setProperty("kind", "dot")
        self.show_tone(tone)
        self.refresh()

    def show_tone(self, tone: str) -> None:
        set_property(self, "tone", tone)

    def restyle(self) -> None:
        self.setFixedSize(themes.current.px(SIZE), themes.current.px(SIZE))
