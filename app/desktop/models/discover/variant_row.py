"""One quantisation of a repository: its name, size and verdict, and what can be done with it."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.desktop.base.style import grounds
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts

GAP = 16
HIGH, FOLDED_HIGH = 42, 66


class VariantLine(msgspec.Struct, frozen=True):
    """What a row shows, in the language that is on. `chip` is the verdict in a few words, `sentence` the whole;
    `mark` stands beside the name. `action` is the text of the button."""

    name: str
    size: str
    chip: str = ""
    tone: str = "quiet"
    sentence: str = ""
    mark: str = ""
    mark_tone: str = "accent"
    action: str = ""
    said: str = ""
    primary: bool = False


class Columns(msgspec.Struct, frozen=True):
    """Where the columns begin, alike for all rows; `folded`: the verdict goes below the name."""

    size: int
    verdict: int
    button: int
    folded: bool


def name_font() -> QFont:
    return themes.current.font(14, bold=True)


class VariantRow(ThemedWidget):
    """Painted but for its button, so that a repository of thirty variants opens at once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = VariantLine("", "")
        self._columns = Columns(0, 0, 0, False)
        self.button = push_button(self, "bar")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_line(self, line: VariantLine) -> None:
        if line == self.line:
            return
        self.line = line
        words = [line.name, line.mark, line.size, line.sentence or line.chip]
        self.setAccessibleName(", ".join(word.rstrip(".") for word in words if word))
        self.button.setVisible(bool(line.action))
        set_texts(self.button, line.action, line.said or line.action, tip=line.said)
        self.update()

    # Measures, which the table makes columns of

    def name_width(self) -> int:
        width = QFontMetrics(name_font()).horizontalAdvance(self.line.name)
        return width + (themes.current.px(8) + self.chip_width(self.line.mark) if self.line.mark else 0)

    def size_width(self) -> int:
        return QFontMetrics(themes.current.font(14)).horizontalAdvance(self.line.size)

    @staticmethod
    def chip_width(text: str) -> int:
        if not text:
            return 0
        return QFontMetrics(themes.current.font(12)).horizontalAdvance(text) + 2 * themes.current.px(8) + 2

    def button_width(self) -> int:
        return self.button.sizeHint().width() if self.line.action else 0

    def set_columns(self, columns: Columns) -> None:
        self._columns = columns
        self._place_button()
        self.updateGeometry()
        self.update()

    def _high(self) -> int:
        return themes.current.px(FOLDED_HIGH if self._columns.folded else HIGH)

    def sizeHint(self) -> QSize:
        return QSize(themes.current.px(260), self._high())

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(90), self._high())

    def resizeEvent(self, event: object) -> None:
        self._place_button()

    def _place_button(self) -> None:
        size = self.button.sizeHint()
        width = max(size.width(), self._columns.button)
        self.button.setGeometry(
            self.width() - width, (self.height() - size.height()) // 2, width, size.height()
        )

    # Painting

    def _chip_rect(self) -> QRect:
        theme, columns = themes.current, self._columns
        height = QFontMetrics(theme.font(12)).height() + theme.px(8)
        left = 0 if columns.folded else columns.verdict
        room = self.width() - columns.button - theme.px(GAP) - left
        top = theme.px(33) if columns.folded else (self.height() - height) // 2
        return QRect(left, top, max(0, min(room, self.chip_width(self.line.chip))), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, line, columns = themes.current, self.line, self._columns
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        head = QRect(0, theme.px(5), self.width(), theme.px(26)) if columns.folded else self.rect()
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(name_font())
        painter.setPen(QColor(theme.text))
        room = self._name_room()
        name = painter.fontMetrics().elidedText(line.name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(head, middle, name)
        left = painter.fontMetrics().horizontalAdvance(name)
        if line.mark:
            height = QFontMetrics(theme.font(12)).height() + theme.px(6)
            top = head.top() + (head.height() - height) // 2
            place = QRect(left + theme.px(8), top, self.chip_width(line.mark), height)
            self._paint_chip(painter, place, line.mark, line.mark_tone)
            left = place.right() + 1
        painter.setFont(theme.font(13 if columns.folded else 14))
        painter.setPen(QColor(theme.muted if columns.folded else theme.text))
        start = left + theme.px(10) if columns.folded else columns.size
        painter.drawText(head.adjusted(start, 0, 0, 0), middle, line.size)
        if line.chip:
            self._paint_chip(painter, self._chip_rect(), line.chip, line.tone)
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(theme.line))

    def _name_room(self) -> int:
        theme, columns = themes.current, self._columns
        mark = self.chip_width(self.line.mark) + theme.px(8) if self.line.mark else 0
        if not columns.folded:
            return columns.size - theme.px(8) - mark
        taken = self.size_width() + columns.button + theme.px(GAP + 10)
        return max(theme.px(60), self.width() - taken - mark)

    def _paint_chip(self, painter: QPainter, place: QRect, text: str, tone: str) -> None:
        theme = themes.current
        painter.setFont(theme.font(12))
        if tone == "plain":
            painter.setPen(QColor(theme.muted))
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
            return
        ground, words = grounds(theme, tone)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(place, theme.px(6), theme.px(6))
        painter.setPen(QColor(words))
        room = place.width() - 2 * theme.px(8)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room + 1)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, shown)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.line.sentence or self.line.chip, self)
            return True
        return super().event(event)

    def restyle(self) -> None:
        self.update()
