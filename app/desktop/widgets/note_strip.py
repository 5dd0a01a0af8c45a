"""Strips: one sentence that says what happened, and its buttons."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.buttons import PillButton
from app.desktop.widgets.layouts import discard


class Strip(QWidget):
    """A sentence and up to three buttons. `kind` is "bad", "warning" or "quiet" and colours the edge."""

    pressed = Signal(int)

    def __init__(self, parent: QWidget, kind: str = "quiet", *, floating: bool = False) -> None:
        super().__init__(parent)
        self._kind, self._floating = kind, floating
        self._text = ""
        self._buttons: list[PillButton] = []
        self._split = (0, 0, 0)  # left, width and height of the text
        self._wrap = 0

    def set_content(self, text: str, buttons: list[str], kind: str | None = None) -> None:
        if kind is not None:
            self._kind = kind
        self._text = text
        self.setAccessibleName(text)
        if [button.text() for button in self._buttons] != buttons:
            for button in self._buttons:
                discard(button)
            self._buttons = [self._button(index, label) for index, label in enumerate(buttons)]
        self.update()

    def _button(self, index: int, label: str) -> PillButton:
        button = PillButton(self, primary=self._floating and index == 0)
        button.setText(label)
        button.clicked.connect(lambda: self.pressed.emit(index))
        button.show()
        return button

    def focus_last(self) -> None:
        """Puts the focus on the harmless button, which is the last."""
        if self._buttons:
            self._buttons[-1].setFocus(Qt.FocusReason.PopupFocusReason)

    def restyle(self) -> None:
        for button in self._buttons:
            button.restyle()
        self.update()

    def _text_rect(self, width: int) -> tuple[int, int, int]:
        taken = sum(button.sizeHint().width() + 8 for button in self._buttons)
        left = themes.current.px(14)
        room = width - left - 8 - taken
        below = room < themes.current.px(240) and bool(self._buttons)
        return left, (width - 2 * left if below else room), taken if not below else 0

    def fit(self, width: int) -> int:
        theme = themes.current
        left, room, beside = self._text_rect(width)
        metrics = QFontMetrics(theme.font(13))
        self._wrap = self._flags(metrics, room)
        lines = metrics.boundingRect(0, 0, room, 10_000, self._wrap, self._text).height()
        pad = theme.px(9)
        text_height = max(lines, theme.px(24)) + 2 * pad
        buttons = self._buttons[0].sizeHint().height() if self._buttons else 0
        height = max(text_height, buttons + 2 * theme.px(6)) if beside else text_height
        y = (height - buttons) // 2 if beside else height
        sizes = [button.sizeHint() for button in self._buttons]
        x = width - theme.px(8) - sum(size.width() for size in sizes) - 8 * max(0, len(sizes) - 1)
        for button, size in zip(self._buttons, sizes, strict=True):
            button.setGeometry(x, y, size.width(), size.height())
            x += size.width() + 8
        self._split = (left, room, height)
        return height if beside or not self._buttons else height + buttons + theme.px(8)

    def _flags(self, metrics: QFontMetrics, room: int) -> int:
        """Breaks between words, within them only where one is wider than the room (an address)."""
        fits = all(metrics.horizontalAdvance(word) <= room for word in self._text.split())
        wrap = Qt.TextFlag.TextWordWrap if fits else Qt.TextFlag.TextWrapAnywhere
        return int(wrap) | int(Qt.AlignmentFlag.AlignVCenter)

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._floating and event.key() == Qt.Key.Key_Escape:
            self.pressed.emit(len(self._buttons) - 1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        edge = {"bad": theme.bad, "warning": theme.warning}.get(self._kind, theme.line)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QColor(theme.line))
        painter.setBrush(QColor(theme.card))
        painter.drawRoundedRect(rect, 8, 8)
        if self._kind != "quiet":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(edge))
            painter.drawRoundedRect(QRectF(5, 9, 3, self.height() - 18), 1.5, 1.5)
        left, room, height = self._split
        painter.setPen(QColor(theme.text))
        painter.setFont(theme.font(13))
        painter.drawText(left + (2 if self._kind != "quiet" else 0), 0, room, height, self._wrap, self._text)
        painter.end()
