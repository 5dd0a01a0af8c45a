"""The text of an answer, each of its tokens on a ground as deep as the model was unsure of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextBlock,
    QTextCursor,
    QTextLine,
)
from PySide6.QtWidgets import QScrollArea, QToolTip, QWidget

from app.desktop.base.style import mixed
from app.desktop.base.theme import Theme, themes
from app.desktop.chat.answer_views.shown_tokens import ShownTokens, shade
from app.desktop.chat.answer_views.token_tip import spoken, tip_html
from app.desktop.markdown.text_box import PlainText, TextBox
from app.desktop.widgets.labels import announce

MOST_LINES = 60
# How much of the shade's color is on the deepest ground: text on it stays easy to read.
DEEPEST = 0.36
# The tool tip stays while the pointer or the focus does.
_TIP_MS = 600_000
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


def ground(theme: Theme, depth: float) -> str:
    """The ground of a token whose shade is so deep, from 0 to 1."""
    return mixed(theme.code, theme.warning, DEEPEST * depth)


class TokenText(PlainText):
    """Paints only what is seen, however long the answer is. The arrow keys go from token to token."""

    def __init__(self, parent: QWidget, most_lines: int) -> None:
        super().__init__(parent, most_lines)
        self.tokens: ShownTokens | None = None
        self.current: int | None = None
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().valueChanged.connect(lambda: QToolTip.hideText())

    def show_current(self, index: int | None, *, by_keys: bool = False) -> None:
        """Mark a token and tell what is known of it; None: no token."""
        if index == self.current and not by_keys:
            return
        self.current = index
        self.viewport().update()
        if index is None or self.tokens is None:
            QToolTip.hideText()
            return
        piece = self.tokens.pieces[index]
        if by_keys:
            self._scroll_to(self.tokens.span(index)[0])
            announce(self, spoken(piece))
        spot = next(iter(self._rects(index)), None)
        if spot is not None:
            box = spot.toAlignedRect()
            where = self.viewport().mapToGlobal(box.bottomLeft() + QPoint(0, themes.current.px(2)))
            QToolTip.showText(where, tip_html(piece), self.viewport(), QRect(), _TIP_MS)

    # --- places ---

    def _rects(self, index: int) -> Iterator[QRectF]:
        """Where a token is seen, a rectangle for each of its lines."""
        if self.tokens is None:
            return
        start, end = self.tokens.span(index)
        for line, origin, first, last in self._lines(self.viewport().rect()):
            if first < end and start < last:
                yield self._rect(line, origin, first, max(start, first), min(end, last))

    def _lines(self, area: QRect) -> Iterator[tuple[QTextLine, QPointF, int, int]]:
        """The lines that are seen in `area`: where their block is drawn, and the places that they hold, the end of a
        paragraph included."""
        block: QTextBlock = self.firstVisibleBlock()
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if place.top() > area.bottom():
                return
            layout = block.layout()
            for number in range(layout.lineCount()):
                line = layout.lineAt(number)
                top = place.top() + line.y()
                if top > area.bottom():
                    return
                if top + line.height() >= area.top():
                    first = block.position() + line.textStart()
                    is_last = number == layout.lineCount() - 1
                    yield line, place.topLeft(), first, first + line.textLength() + is_last
            block = block.next()

    def _rect(self, line: QTextLine, origin: QPointF, first: int, start: int, end: int) -> QRectF:
        """The part of a line from one place to another; the end of a paragraph is a narrow mark."""
        from_start = line.textStart()
        most = from_start + line.textLength()
        left, right = (_x(line, min(most, from_start + place - first)) for place in (start, end))
        if from_start + end - first > most:
            right += themes.current.px(5)
        return QRectF(origin.x() + min(left, right), origin.y() + line.y(), abs(right - left), line.height())

    def _token_at(self, point: QPointF) -> int | None:
        if self.tokens is None:
            return None
        for line, origin, first, last in self._lines(self.viewport().rect()):
            if origin.y() + line.y() <= point.y() < origin.y() + line.y() + line.height():
                x = point.x() - origin.x()
                if not 0 <= x <= line.naturalTextWidth() + themes.current.px(5):
                    return None
                if x > line.naturalTextWidth():
                    return self.tokens.at(last - 1)
                cursor = line.xToCursor(x, QTextLine.CursorPosition.CursorOnCharacter)
                return self.tokens.at(first + cursor - line.textStart())
        return None

    def _scroll_to(self, place: int) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(place, self.document().characterCount() - 1))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        spot, above = self.cursorRect().center(), self.parentWidget()
        while above is not None:
            if isinstance(above, QScrollArea) and (column := above.widget()) is not None:
                point = self.viewport().mapTo(column, spot)
                above.ensureVisible(point.x(), point.y(), 0, themes.current.px(60))
            above = above.parentWidget()

    # --- events ---

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.tokens is not None:
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_grounds(painter, self.tokens, event.rect())
            painter.end()
        super().paintEvent(event)

    def _paint_grounds(self, painter: QPainter, tokens: ShownTokens, area: QRect) -> None:
        theme = themes.current
        painter.setPen(Qt.PenStyle.NoPen)
        for line, origin, first, last in self._lines(area):
            for index in tokens.between(first, last):
                start, end = tokens.span(index)
                rect = self._rect(line, origin, first, max(start, first), min(end, last))
                depth = shade(tokens.pieces[index].probability)
                painter.fillRect(rect.adjusted(0, 1, -1, -1), QColor(ground(theme, depth)))
        if self.current is not None:
            painter.setPen(QPen(QColor(theme.accent), 2))
            for rect in self._rects(self.current):
                painter.drawRoundedRect(rect.adjusted(0, 1, -1, -1), 3, 3)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not event.buttons():
            self.show_current(self._token_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.show_current(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.show_current(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        count = 0 if self.tokens is None else len(self.tokens.pieces)
        if not count or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        key = Qt.Key(event.key())
        if key in _STEPS:
            before = self.current if self.current is not None else -1 if _STEPS[key] > 0 else count
            self.show_current(min(count - 1, max(0, before + _STEPS[key])), by_keys=True)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.show_current(0 if key == Qt.Key.Key_Home else count - 1, by_keys=True)
        else:
            super().keyPressEvent(event)


class TokenBox(TextBox):
    """A text whose tokens are shaded."""

    text: TokenText

    def new_text(self, most_lines: int) -> TokenText:
        return TokenText(self, most_lines)

    def show_tokens(self, tokens: ShownTokens) -> None:
        self.text.tokens, self.text.current = tokens, None
        self.show_text(tokens.text)

    def _let_reach(self) -> None:
        super()._let_reach()
        self.text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


def _x(line: QTextLine, place: int) -> float:
    """Where the cursor stands before the character at this place of a block."""
    found: Any = line.cursorToX(place)
    return float(found[0] if isinstance(found, tuple) else found)
