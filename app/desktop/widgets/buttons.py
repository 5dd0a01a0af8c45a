"""The transcript's own small buttons, painted from the theme: text that stays quiet until it is needed."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QPushButton, QWidget

from app.desktop.base.theme import themes


def push_button(parent: QWidget, kind: str = "", text: str = "") -> QPushButton:
    """A button that takes the focus by keys alone. `kind` is a form of the style sheet."""
    button = QPushButton(text, parent)
    if kind:
        button.setProperty("kind", kind)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class Presence(Enum):
    """How much an action shows: not at all, faintly, or in full. Focus and hover always show it in full."""

    HIDDEN = 0
    FAINT = 1
    FULL = 2


def paint_focus_ring(painter: QPainter, rect: QRectF, radius: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(themes.current.accent), 2))
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)


class QuietButton(QAbstractButton):
    """A word to press, 12 to 13 px. Its accessible name is its text unless another is set."""

    def __init__(self, parent: QWidget, *, pixels: float = 12.5, padding: int = 6) -> None:
        super().__init__(parent)
        self._pixels, self._padding = pixels, padding
        self._presence = Presence.FULL
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.restyle()

    def restyle(self) -> None:
        self.setFont(themes.current.font(self._pixels))
        self.updateGeometry()
        self.update()

    def set_presence(self, presence: Presence) -> None:
        if presence is not self._presence:
            self._presence = presence
            self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.text()) + 2 * self._padding, metrics.height() + 8)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def text_colour(self) -> QColor:
        theme = themes.current
        if not self.isEnabled():
            return QColor(theme.faint)
        if self.underMouse() or self.hasFocus():
            return QColor(theme.text)
        return QColor(
            {Presence.FULL: theme.muted, Presence.FAINT: theme.faint}.get(self._presence, "#00000000")
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.text_colour())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), 6)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.EnabledChange:
            self.update()
        super().changeEvent(event)


class PillButton(QuietButton):
    """A button with a ground of its own: `primary` in the accent, else with a hair line."""

    def __init__(self, parent: QWidget, *, primary: bool = False) -> None:
        self._primary = primary
        super().__init__(parent, pixels=13, padding=12)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), themes.current.px(30))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        hover = self.underMouse() and self.isEnabled()
        if self._primary:
            ground = QColor(theme.accent)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground.lighter(108) if hover else ground)
        else:
            painter.setPen(QColor(theme.line))
            painter.setBrush(QColor(theme.accent_soft if hover else theme.card))
        painter.drawRoundedRect(rect, 8, 8)
        words = theme.on_accent if self._primary else theme.text if self.isEnabled() else theme.faint
        painter.setPen(QColor(words))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            if self._primary:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme.on_accent), 1.5))
                painter.drawRoundedRect(rect.adjusted(2.5, 2.5, -2.5, -2.5), 6, 6)
            else:
                paint_focus_ring(painter, QRectF(self.rect()), 8)
        painter.end()


class CopyButton(QuietButton):
    """The two sheets and the word, in the head of a code block."""

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(16, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.text_colour()
        painter.setPen(QPen(colour, 1.2))
        top = (self.height() - 11) / 2
        painter.drawRoundedRect(QRectF(self._padding, top, 7.5, 7.5), 1.5, 1.5)
        painter.drawRoundedRect(QRectF(self._padding + 3.5, top + 3.5, 7.5, 7.5), 1.5, 1.5)
        painter.setPen(colour)
        painter.drawText(
            self.rect().adjusted(self._padding + 16, 0, 0, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text(),
        )  # fmt: skip
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), 6)
        painter.end()


class JumpButton(QAbstractButton):
    """The round button that goes to the newest words."""

    DIAMETER = 36

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(self.DIAMETER, self.DIAMETER)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.line))
        painter.setBrush(QColor(theme.accent_soft if self.underMouse() else theme.card))
        painter.drawEllipse(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        pen = QPen(QColor(theme.text if self.underMouse() or self.hasFocus() else theme.muted), 1.7)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        middle = self.rect().center() + QPoint(1, 1)
        painter.drawLine(middle - QPoint(0, 6), middle + QPoint(0, 6))
        tip = QPointF(middle + QPoint(0, 6))
        painter.drawPolyline(QPolygonF([tip + QPointF(-5, -5), tip, tip + QPointF(5, -5)]))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawEllipse(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()
