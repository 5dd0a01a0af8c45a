"""A few words on a ground of their own: a verdict, a property, a state."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.desktop.base.style import set_kind
from app.desktop.base.theme import themes

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
        self._gap = 6
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def add(self, widget: QWidget) -> None:
        widget.setParent(self)
        self._widgets.append(widget)

    def refit(self) -> None:
        """A widget changed its size or came or went."""
        self.setFixedHeight(self._place(self.width()))
        self.updateGeometry()

    def set_gap(self, pixels: int) -> None:
        """The distance between widgets and between lines, at a text size of 100 %."""
        self._gap = pixels
        self.refit()

    def _place(self, width: int) -> int:
        """Put the widgets where they go in a width; the height that takes."""
        gap = themes.current.px(self._gap)
        y = 0
        for line in self._lines(width, gap):
            tall = max(size.height() for _, size in line)
            x = 0
            for widget, size in line:
                widget.setGeometry(x, y + (tall - size.height()) // 2, size.width(), size.height())
                x += size.width() + gap
            y += tall + gap
        return max(0, y - gap)

    def _lines(self, width: int, gap: int) -> list[list[tuple[QWidget, QSize]]]:
        lines: list[list[tuple[QWidget, QSize]]] = []
        x = 0
        for widget in self._widgets:
            if widget.isHidden():
                continue
            size = widget.sizeHint().boundedTo(QSize(max(1, width), 10_000))
            if not lines or x + size.width() > width:
                lines.append([])
                x = 0
            lines[-1].append((widget, size))
            x += size.width() + gap
        return lines

    def sizeHint(self) -> QSize:
        shown = [widget.sizeHint() for widget in self._widgets if not widget.isHidden()]
        gaps = themes.current.px(self._gap) * max(0, len(shown) - 1)
        wide = sum(size.width() for size in shown) + gaps
        return QSize(wide, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(60), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self.setFixedHeight(self._place(self.width()))
