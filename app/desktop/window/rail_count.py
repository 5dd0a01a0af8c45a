"""A small number on a button of the rail: so many things there wait for an answer."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.desktop.base.theme import themes

SIZE = 17
MOST = 9


class RailCount(QWidget):
    """Lies on the upper right corner of `button`, hidden while the count is 0. Only for the eye: what it says belongs
    into the name of the button."""

    def __init__(self, button: QAbstractButton) -> None:
        super().__init__(button)
        self._count = 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        button.installEventFilter(self)
        themes.changed.connect(self._place)
        self._place()
        self.hide()

    def show_count(self, count: int) -> None:
        self._count = count
        self.setVisible(count > 0)
        self.update()

    def text(self) -> str:
        return str(self._count) if self._count <= MOST else f"{MOST}+"

    def _place(self) -> None:
        size, inset = themes.current.px(SIZE), themes.current.px(2)
        self.setGeometry(self.parentWidget().width() - size - inset, inset, size, size)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.warning))
        painter.drawEllipse(self.rect())
        painter.setFont(theme.font(11, bold=True))
        painter.setPen(QColor(theme.on_accent))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
