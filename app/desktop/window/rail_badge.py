"""A small ring on a button of the rail: something is under way there, and how far it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.desktop.base.theme import themes

SIZE = 17
STROKE = 2.5


class RailBadge(QWidget):
    """Lies on the upper right corner of `button`, hidden while there is nothing to show. Only for the eye: what it
    says belongs into the name of the button."""

    def __init__(self, button: QAbstractButton) -> None:
        super().__init__(button)
        self._button = button
        self._fraction = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        button.installEventFilter(self)
        button.toggled.connect(self.update)
        themes.changed.connect(self._place)
        self._place()
        self.hide()

    def show_fraction(self, fraction: float | None) -> None:
        """Fill the ring to `fraction` (0 to 1); None hides it."""
        self.setVisible(fraction is not None)
        if fraction is not None and fraction != self._fraction:
            self._fraction = fraction
            self.update()

    def fraction(self) -> float:
        return self._fraction

    def _place(self) -> None:
        size, inset = themes.current.px(SIZE), themes.current.px(3)
        self.setGeometry(self.parentWidget().width() - size - inset, inset, size, size)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        stroke = theme.px(1) * STROKE
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # A ground of the button's own colour keeps it apart from the icon that it lies on.
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent_soft if self._button.isChecked() else theme.rail))
        painter.drawEllipse(self.rect())
        ring = (
            QRectF(self.rect())
            .adjusted(2, 2, -2, -2)
            .adjusted(stroke / 2, stroke / 2, -stroke / 2, -stroke / 2)
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.disk), stroke))
        painter.drawEllipse(ring)
        pen = QPen(QColor(theme.accent), stroke)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        # From the top, clockwise, in sixteenths of a degree; a little of it is there from the start.
        painter.drawArc(ring, 90 * 16, -round(360 * 16 * max(0.04, self._fraction)))
