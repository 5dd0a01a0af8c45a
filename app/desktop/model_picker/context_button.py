"""How full the context is, as a button."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Row
from app.desktop.widgets.slim_bar import BAR, WARN_FROM, SlimBar

SHORT_BAR = 32


class ContextButton(QPushButton):
    """Words, then a short bar that changes colour when it is nearly full. `set_short`: the bar alone."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "quiet")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._words, self._bar = text_label(self, "small"), SlimBar(self)
        self._bar.setProperty("kind", "gauge")
        for part in (self._words, self._bar):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        middle = Qt.AlignmentFlag.AlignVCenter
        Row((self._words, 0, middle), (self._bar, 0, middle), parent=self, margins=(8, 0, 8, 0), spacing=10)
        self._short = False
        themes.changed.connect(self._restyle)
        self._restyle()

    def show_value(self, text: str, fraction: float, explanation: str) -> None:
        """`explanation` is the whole sentence, for the tool tip and the screen reader."""
        self._words.setText(text)
        self._bar.show_value(fraction, explanation, warns=fraction >= WARN_FROM)
        self.setToolTip(explanation)
        self.setAccessibleName(explanation)
        self.updateGeometry()

    def set_short(self, short: bool) -> None:
        if short != self._short:
            self._short = short
            self._words.setHidden(short)
            self._restyle()

    def words(self) -> str:
        """What is read on it, "" while it is short."""
        return "" if self._short else self._words.text()

    def sizeHint(self) -> QSize:
        return self.layout().sizeHint().expandedTo(QSize(0, themes.current.px(30)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _restyle(self) -> None:
        self._bar.setFixedWidth(themes.current.px(SHORT_BAR if self._short else BAR))
        self.layout().invalidate()  # Qt would get to it only with the next event
        self.updateGeometry()
