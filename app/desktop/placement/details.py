"""The part of the page for those who want to know more, or to decide themselves."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.desktop.widgets.collapsible import Collapsible


class Details(Collapsible):
    """Closed until somebody opens it; the window remembers that."""

    def __init__(self, *widgets: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inside.setContentsMargins(0, 4, 0, 0)
        for widget in widgets:
            self.inside.addWidget(widget)
        self.refresh()

    def retranslate(self) -> None:
        self.set_words(self.tr("Details"))
