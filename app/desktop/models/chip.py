"""A few words on a ground of their own: a verdict, a property, a state."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.desktop.style import set_kind
from app.desktop.theme import themes

KINDS = {"accent": "chip", "quiet": "quiet-chip", "warning": "warning-chip", "plain": "small"}


class Chip(QLabel):
    """`tone` is "accent", "quiet", "warning", or "plain" for words without a ground."""

    def __init__(self, parent: QWidget | None = None, tone: str = "quiet") -> None:
        super().__init__(parent)
        self._tone = tone
        self.setProperty("kind", KINDS[tone])
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def say(self, text: str, tone: str | None = None, explanation: str = "") -> None:
        """`explanation` is the whole sentence, for the tool tip and the screen reader."""
        if tone is not None and tone != self._tone:
            self._tone = tone
            set_kind(self, KINDS[tone])
        self.setText(text)
        self.setToolTip(explanation)
        self.setAccessibleName(explanation or text)
        self.updateGeometry()

    def tone(self) -> str:
        return self._tone


class FlowRow(QWidget):
    """Widgets side by side that break into lines, each as wide as its words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widgets: list[QWidget] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        widget.setParent(self)
        self._widgets.append(widget)

    def refit(self) -> None:
        """A widget changed its size or came or went."""
        self._place(self.width(), move=True)
        self.updateGeometry()

    def _place(self, width: int, *, move: bool) -> int:
        """The height for a width; with `move` the widgets are put there."""
        gap = themes.current.px(6)
        x = y = line = 0
        for widget in self._widgets:
            if widget.isHidden():
                continue
            size = widget.sizeHint().boundedTo(QSize(max(1, width), 10_000))
            if x and x + size.width() > width:
                x, y, line = 0, y + line + gap, 0
            if move:
                widget.setGeometry(x, y, size.width(), size.height())
            x += size.width() + gap
            line = max(line, size.height())
        return y + line

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(width, move=False)

    def sizeHint(self) -> QSize:
        shown = [widget.sizeHint() for widget in self._widgets if not widget.isHidden()]
        gaps = themes.current.px(6) * max(0, len(shown) - 1)
        wide = sum(size.width() for size in shown) + gaps
        return QSize(wide, max((size.height() for size in shown), default=0))

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(60), 0)

    def resizeEvent(self, event: object) -> None:
        self._place(self.width(), move=True)
