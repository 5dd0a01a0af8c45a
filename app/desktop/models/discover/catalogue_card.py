"""One model of the catalogue: its name, why one would want it, and how it would fit this machine."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.style import grounds, hover
from app.desktop.base.theme import themes
from app.desktop.text.verdict_text import Tone
from app.desktop.text.words import joined

PADDING = 16


class CatalogueLine(msgspec.Struct, frozen=True):
    """What a card shows, in the language that is on. `chip` is the verdict, "" while there is none."""

    repo: str
    variant: str
    name: str
    why: str
    about: str
    size: str
    chip: str = ""
    tone: Tone = "accent"
    sentence: str = ""
    here: bool = False


class CatalogueCard(QAbstractButton):
    """Chosen by a click, Enter or space. `moved` carries the step that an arrow key asks for: columns, rows."""

    moved = Signal(int, int)
    focused = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = CatalogueLine("", "", "", "", "", "")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_line(self, line: CatalogueLine) -> None:
        self.line = line
        here = self.tr("in your library") if line.here else ""
        said = [line.name, line.why, line.about, line.size, line.sentence or line.chip, here]
        self.setAccessibleName(". ".join(part.rstrip(".") for part in said if part))
        self.setToolTip(line.sentence)
        self.update()

    def height_for(self, width: int) -> int:
        """The height that all of the words take at a width."""
        px = themes.current.px
        inner = width - 2 * px(PADDING)
        top = px(PADDING - 2) + QFontMetrics(self._name_font()).height() + px(4)
        return top + self._why_height(inner) + px(10) + self._foot_height() + px(PADDING - 2)

    def _name_font(self) -> QFont:
        return themes.current.font(15, bold=True)

    def _why_height(self, width: int) -> int:
        metrics = QFontMetrics(themes.current.font(13))
        flags = int(Qt.TextFlag.TextWordWrap)
        return metrics.boundingRect(QRect(0, 0, max(1, width), 10_000), flags, self.line.why).height()

    def _foot_height(self) -> int:
        return QFontMetrics(themes.current.font(12)).height() + themes.current.px(8)

    def sizeHint(self) -> QSize:
        width = themes.current.px(300)
        return QSize(width, self.height_for(width))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self.moved.emit(*step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        painter.setBrush(QColor(hover(theme) if self.underMouse() and not chosen else theme.card))
        width = 2 if self.hasFocus() else 1.2 if chosen else 1
        painter.setPen(QPen(QColor(theme.accent if chosen or self.hasFocus() else theme.line), width))
        inset = width / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, theme.px(12), theme.px(12))
        inner = self.rect().adjusted(theme.px(PADDING), theme.px(PADDING - 2), -theme.px(PADDING), 0)
        self._paint_words(painter, inner)
        self._paint_foot(painter, inner)

    def _paint_words(self, painter: QPainter, inner: QRect) -> None:
        theme, line = themes.current, self.line
        room = inner.width()
        if line.here:
            size = theme.px(15)
            room -= size + theme.px(6)
            icon("check", "good", 15).paint(
                painter, inner.right() - size, inner.top() + theme.px(3), size, size
            )
        painter.setFont(self._name_font())
        painter.setPen(QColor(theme.text))
        metrics = painter.fontMetrics()
        name = metrics.elidedText(line.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(
            QRect(inner.left(), inner.top(), room, metrics.height()), Qt.AlignmentFlag.AlignLeft, name
        )
        top = inner.top() + metrics.height() + theme.px(4)
        painter.setFont(theme.font(13))
        painter.setPen(QColor(theme.muted))
        why = QRect(inner.left(), top, inner.width(), self._why_height(inner.width()) + 2)
        painter.drawText(why, int(Qt.TextFlag.TextWordWrap), line.why)

    def _paint_foot(self, painter: QPainter, inner: QRect) -> None:
        theme, line = themes.current, self.line
        painter.setFont(theme.font(12))
        metrics = painter.fontMetrics()
        height = self._foot_height()
        top = self.height() - theme.px(PADDING - 2) - height
        left = inner.left()
        if line.chip:
            ground, words = grounds(theme, line.tone)
            wide = min(metrics.horizontalAdvance(line.chip) + 2 * theme.px(8) + 2, inner.width())
            place = QRect(left, top, wide, height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(place, theme.px(6), theme.px(6))
            painter.setPen(QColor(words))
            text = metrics.elidedText(line.chip, Qt.TextElideMode.ElideRight, wide - 2 * theme.px(8) + 1)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
            left += wide + theme.px(10)
        painter.setPen(QColor(theme.muted))
        rest = QRect(left, top, max(0, inner.right() - left), height)
        about = metrics.elidedText(joined([line.size, line.about]), Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, about)
