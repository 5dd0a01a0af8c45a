"""A call that a model made, as a card: the tool's name, what is passed to it, and how well it could be read.

Everything in it was written by a model. It is shown as plain text: no markup, no link, no tool tip.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.icons import icon
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import TranslatedWidget
from app.desktop.markdown.code import COPIED_MS, Colours
from app.desktop.markdown.headed import paint_frame, place_in_head
from app.desktop.markdown.highlight import QUICK, spans
from app.desktop.markdown.prose import PlainBlock
from app.desktop.text.tool_call_text import arguments_text, beginning, one_line
from app.desktop.widgets.buttons import CopyButton, QuietButton
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.note_line import NoteLine
from app.format import format_count
from engine.values import ToolCall

FOLDED_LINES = 12
FOLDED_CHARACTERS = 1200
# What is shown of very long arguments; copying takes all of them.
MAX_SHOWN = 60_000


class ToolCallCard(TranslatedWidget):
    """Shows one call. Long arguments show their beginning until all of them are asked for."""

    height_changed = Signal()

    def __init__(self, parent: QWidget, call: ToolCall) -> None:
        super().__init__(parent)
        self.call = call
        self._whole = arguments_text(call)
        self._beginning = beginning(self._whole, FOLDED_LINES, FOLDED_CHARACTERS)
        self._folded = self._beginning != self._whole
        self._text = PlainBlock(self, "", pixels=13, fixed=True)
        self._text.setVisible(bool(self._whole))
        self._colours = Colours(self._text)
        self._copy = CopyButton(self)
        self._copy.clicked.connect(self._copy_text)
        self._copied = QTimer(self, singleShot=True, interval=COPIED_MS)
        self._copied.timeout.connect(self.retranslate)
        self._more = QuietButton(self, pixels=13)
        self._more.clicked.connect(self._fold)
        self._more.setVisible(self._folded)
        self._note = NoteLine(self)
        self._fill()
        self.retranslate()

    @property
    def is_folded(self) -> bool:
        return self._folded

    def _fill(self) -> None:
        text = self._beginning if self._folded else self._whole[:MAX_SHOWN]
        self._text.set_text(text)
        if not self.call.is_malformed and len(text) <= QUICK:
            self._colours.set_spans(spans(text, "json", themes.current.code_style))

    def _fold(self) -> None:
        self._folded = not self._folded
        self._colours.clear()
        self._fill()
        self.retranslate()
        self.height_changed.emit()

    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self._whole or self.call.name)
        self._copy.setText(self.tr("Copied"))
        self._copied.start()
        self._place_head()

    # --- words ---

    def retranslate(self) -> None:
        name = self._name()
        self.setAccessibleName(self.tr("Call of the tool {name}").format(name=name))
        self._text.setAccessibleName(self.tr("What is passed to {name}").format(name=name))
        set_texts(self._copy, self.tr("Copy"), self.tr("Copy this call"))
        lines = format_count(self._whole.count("\n") + 1)
        self._more.setText(
            self.tr("Show all ({count} lines)").format(count=lines) if self._folded else self.tr("Show less")
        )
        self._note.set_note(self._state(), "warning" if self.call.is_malformed else "muted")
        self._place_head()
        self.update()

    def _name(self) -> str:
        return one_line(self.call.name) or self.tr("Unknown tool")

    def _state(self) -> str:
        """How well the call could be read, "" where there is nothing to say."""
        if self.call.is_malformed:
            return self.tr("The call could not be read. This is what the model wrote:")
        said = []
        if self.call.repaired:
            said.append(self.tr("A typing slip was corrected."))
        if self.call.cut:
            said.append(self.tr("The call didn’t fit and was ended early."))
        if self.call.coercions:
            changes = one_line(", ".join(self.call.coercions))
            said.append(self.tr("Converted to the types the tool expects: {changes}").format(changes=changes))
        return " ".join(said)

    # --- looks ---

    def restyle(self) -> None:
        for part in (self._text, self._copy, self._more):
            part.restyle()
        self._fill()
        self.update()

    @property
    def _head(self) -> int:
        return themes.current.px(32)

    def fit(self, width: int) -> int:
        """Lays the card out for a width; returns its height."""
        px = themes.current.px
        left, inner, y = px(12), width - 2 * px(12), self._head
        self.resize(width, self.height())
        self._place_head()
        noted = bool(self._note.text)
        self._note.setVisible(noted)
        if noted and self.call.is_malformed:
            y += px(10) + self._place(self._note, left, y + px(10), inner)
        if self._whole:
            y += px(8) + self._place(self._text, left, y + px(10), inner)
        if not self._more.isHidden():
            size = self._more.sizeHint()
            self._more.setGeometry(left - 6, y + px(4), size.width(), size.height())
            y += px(4) + size.height()
        if noted and not self.call.is_malformed:
            y += px(10) + self._place(self._note, left, y + px(10), inner)
        return y + (px(10) if y > self._head else 0)

    @staticmethod
    def _place(part: PlainBlock | NoteLine, left: int, top: int, width: int) -> int:
        height = part.fit(width)
        part.setGeometry(left, top, width, height)
        return height

    def _place_head(self) -> None:
        place_in_head(self._copy, self.width(), self._head)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        paint_frame(painter, self.rect(), theme.card, self._head)
        size, left = theme.px(16), theme.px(12)
        icon("wrench", "warning" if self.call.is_malformed else "accent", 16).paint(
            painter, left, (self._head - size) // 2 + 1, size, size
        )
        font = theme.font(13, bold=True)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        room = self.rect().adjusted(left + size + theme.px(8), 1, -self._copy.width() - 14, 0)
        room.setHeight(self._head)
        name = QFontMetrics(font).elidedText(self._name(), Qt.TextElideMode.ElideRight, room.width())
        single = Qt.TextFlag.TextSingleLine | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, single, name)
        painter.end()
