"""How the rows of a review are painted."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QCoreApplication, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from app.desktop.base.icons import icon
from app.desktop.base.theme import themes
from app.desktop.run_view.review.choice import Choice
from app.desktop.run_view.review.diff_rows import DiffRow
from app.desktop.run_view.review.file_words import counts_words, hunk_words, note_words, path_words
from app.format import format_count

HEAD, HUNK, BOX, SIDE, MARK, LETTERS = 38, 28, 16, 10, 16, 12.5
# How strongly lines are tinted and written, of 255, and how strongly what is dropped.
TINT, FADED = 34, 110
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class Measures(msgspec.Struct, frozen=True):
    """In device-independent pixels: the height of a line, the width of a line number, where lines begin, and how wide
    the widest is with all before it."""

    line: int
    number: int
    text: int
    widest: int


def measures_for(rows: Sequence[DiffRow]) -> Measures:
    px, metrics = themes.current.px, QFontMetrics(themes.current.fixed_font(LETTERS))
    numbers = (max(row.line.old, row.line.new) for row in rows if row.line is not None)
    number = metrics.horizontalAdvance("0" * len(str(max(numbers, default=1)))) + px(SIDE)
    text = 2 * number + px(SIDE + MARK)
    longest = max((row.text for row in rows), key=len, default="")
    return Measures(
        metrics.height() + px(3), number, text, text + metrics.horizontalAdvance(longest) + px(2 * SIDE)
    )


class DiffPainting:
    """Paints rows of one view. `shift` is how far its lines are scrolled to the left."""

    def __init__(self, painter: QPainter, measures: Measures, choice: Choice, shift: int) -> None:
        self._painter, self._measures, self._choice, self._shift = painter, measures, choice, shift

    def row(self, row: DiffRow, place: QRect) -> None:
        if row.kind == "file":
            self._file(row, place)
        elif row.kind == "line":
            self._line(row, place)
        elif row.kind == "hunk":
            self._hunk(row, place)
        else:
            words = QCoreApplication.translate("Review", "and {count} more lines")
            place = place.adjusted(self._measures.text - self._shift, 0, 0, 0)
            self._words(words.format(count=format_count(row.left)), themes.current.muted, place, size=12)

    def _file(self, row: DiffRow, place: QRect) -> None:
        theme, file = themes.current, row.file
        self._painter.fillRect(place, QColor(theme.sidebar))
        self._painter.fillRect(place.x(), place.y(), place.width(), 1, QColor(theme.line))
        x = self._box(place, self._choice.file_state(file.path), able=file.kept)
        right = place.right() - theme.px(SIDE)
        for text, colour in zip(counts_words(file)[::-1], (theme.bad, theme.good), strict=True):
            if text:
                room = QRect(x, place.y(), right - x, place.height())
                right -= self._words(text, colour, room, _RIGHT) + theme.px(8)
        note = note_words(file)
        wide = min(QFontMetrics(theme.font(12)).horizontalAdvance(note) + theme.px(12), (right - x) // 2)
        path = QRect(x, place.y(), right - x - (wide if note else 0), place.height())
        used = self._words(path_words(file), theme.text, path, bold=True)
        if note:
            tone = theme.warning if file.edited or not file.kept else theme.muted
            self._words(note, tone, QRect(x + used + theme.px(10), place.y(), wide, place.height()), size=12)

    def _hunk(self, row: DiffRow, place: QRect) -> None:
        assert row.hunk is not None
        x = self._box(place, "all" if self._choice.is_kept(row.place) else "none", able=row.file.kept)
        self._words(
            hunk_words(row.hunk), themes.current.muted, place.adjusted(x - place.x(), 0, 0, 0), size=12
        )

    def _line(self, row: DiffRow, place: QRect) -> None:
        theme, line, measures = themes.current, row.line, self._measures
        assert line is not None
        kept = self._choice.is_kept(row.place)
        colour = {"+": theme.good, "-": theme.bad}.get(line.mark)
        if colour is not None:
            tint = QColor(colour)
            tint.setAlpha(TINT if kept else TINT // 2)
            self._painter.fillRect(place, tint)
        left, y, height = place.x() - self._shift, place.y(), place.height()
        font = theme.fixed_font(LETTERS)
        self._painter.setFont(font)
        self._painter.setPen(QColor(theme.muted))
        for at, number in ((left, line.old), (left + measures.number, line.new)):
            if number:
                spot = QRect(at + theme.px(6), y, measures.number - theme.px(4), height)
                self._painter.drawText(spot, _RIGHT | _MIDDLE, str(number))
        text = QColor(theme.text)
        text.setAlpha(255 if kept else FADED)
        self._painter.setPen(QColor(colour) if colour is not None else text)
        mark = QRect(left + measures.text - theme.px(MARK), y, theme.px(MARK), height)
        self._painter.drawText(mark, _LEFT | _MIDDLE, line.mark)
        if not kept and line.mark == "+":
            font = QFont(font)
            font.setStrikeOut(True)
            self._painter.setFont(font)
        self._painter.setPen(text)
        spot = QRect(left + measures.text, y, max(measures.widest, place.width()), height)
        self._painter.drawText(spot, _LEFT | _MIDDLE | Qt.TextFlag.TextSingleLine, row.text)

    def _box(self, place: QRect, state: str, *, able: bool) -> int:
        """A box to tick at the left; returns where words begin."""
        theme = themes.current
        size, x = theme.px(BOX), place.x() + theme.px(SIDE)
        box = QRectF(x, place.center().y() - size / 2 + 1, size, size)
        full = state == "all" and able
        self._painter.setBrush(QColor(theme.accent if full else theme.card))
        self._painter.setPen(QPen(QColor(theme.accent if full else theme.muted if able else theme.line), 1.2))
        self._painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), theme.px(4), theme.px(4))
        if state == "all":
            check = icon("check", "on_accent" if able else "faint", BOX - 6)
            check.paint(self._painter, box.adjusted(3, 3, -3, -3).toRect())
        elif state == "some":
            dash = QRectF(box.x() + size * 0.28, box.center().y() - 1, size * 0.44, 2)
            self._painter.fillRect(dash, QColor(theme.muted))
        return x + size + theme.px(SIDE)

    def _words(
        self,
        text: str,
        colour: str,
        place: QRect,
        align: Qt.AlignmentFlag = _LEFT,
        *,
        size: float = 13,
        bold: bool = False,
    ) -> int:
        """Words, shortened in their middle where there is no room; returns how wide they are."""
        font = themes.current.font(size, bold=bold)
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, max(0, place.width()))
        self._painter.setFont(font)
        self._painter.setPen(QColor(colour))
        self._painter.drawText(place, align | _MIDDLE | Qt.TextFlag.TextSingleLine, shown)
        return metrics.horizontalAdvance(shown)
