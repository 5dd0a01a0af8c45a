"""Widgets that follow theme and language while they live."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.desktop.base.tab_order import step_focus
from app.desktop.base.theme import themes


class TranslatedWidget(QFrame):
    """Calls `retranslate` when the language changes. The property `kind` gives it a ground of the style sheet."""

    def retranslate(self) -> None:
        """Set every text that a person reads or a screen reader says."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes by what is seen. What a widget does not say itself comes to its window."""
        if self.isWindow():
            return step_focus(self, forward=forward)
        return super().focusNextPrevChild(forward)


class FittedWidget(TranslatedWidget):
    """`fit` gives the height for a width, by the layout unless a subclass overrides it; `height_changed` comes when
    that is another. Stands in a layout, or where its parent puts it."""

    height_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.height_changed.connect(self.updateGeometry)

    def fit(self, width: int) -> int:
        layout = self.layout()
        if layout.hasHeightForWidth():
            return layout.totalHeightForWidth(width)
        return layout.totalSizeHint().height()

    def hasHeightForWidth(self) -> bool:
        # A layout around this one asks its layout, not `fit`, and takes “none” for no height at all.
        layout = self.layout()
        return layout is None or layout.hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        return self.fit(width)

    def restyle(self) -> None:
        """Take from the theme what the style sheet does not say."""


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
