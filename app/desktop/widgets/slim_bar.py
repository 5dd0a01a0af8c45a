"""How far something is, as a slim bar, with or without words beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from app.desktop.base.style import set_property
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Row

FULL = 1000
BAR = 90
WARN_FROM = 0.85


class SlimBar(QProgressBar):
    """Filled to a fraction, in the accent or, where nothing moves, in a quiet colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, FULL)
        self.setTextVisible(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_value(self, fraction: float, words: str, *, quiet: bool = False, warns: bool = False) -> None:
        """`fraction` from 0 to 1; `words` say the same to a screen reader."""
        self.setAccessibleName(words)
        self.setValue(round(FULL * min(1.0, max(0.0, fraction))))
        set_property(self, "tone", "warning" if warns else "quiet" if quiet else "")

    def fraction(self) -> float:
        return self.value() / FULL


class Gauge(ThemedWidget):
    """Text, then a short bar: how far a model is loaded, how full a disk is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._bar = text_label(self, "small"), SlimBar(self)
        self._bar.setProperty("kind", "gauge")
        middle = Qt.AlignmentFlag.AlignVCenter
        Row((self._words, 0, middle), (self._bar, 0, middle), parent=self, spacing=12)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.refresh()

    def show_value(self, text: str, fraction: float, explanation: str) -> None:
        """`explanation` is the whole sentence, for the tool tip and the screen reader."""
        self._words.setText(text)
        self._bar.show_value(fraction, explanation)
        self.setToolTip(explanation)
        self.setAccessibleName(explanation)

    def set_short(self, short: bool) -> None:
        """The words alone."""
        self._bar.setHidden(short)

    def text(self) -> str:
        return self._words.text()

    def restyle(self) -> None:
        self._bar.setFixedWidth(themes.current.px(BAR))
        self.setMinimumHeight(themes.current.px(30))
