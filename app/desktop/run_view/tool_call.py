"""A call that a model made, as a card: the tool's name, what is passed to it, and how well it could be read.

Everything in it was written by a model. It is shown as plain text: no markup, no link.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.style import set_kind
from app.desktop.base.theme import themes
from app.desktop.markdown.code import Colours
from app.desktop.markdown.headed import HeadedBox
from app.desktop.markdown.highlight import QUICK, spans
from app.desktop.markdown.prose import PlainBlock
from app.desktop.text.tool_call_text import arguments_text, beginning, one_line
from app.desktop.widgets.buttons import word_button
from app.desktop.widgets.labels import show_text, text_label
from app.format import format_count
from engine.values import ToolCall

FOLDED_LINES = 12
FOLDED_CHARACTERS = 1200
# What is shown of very long arguments; copying takes all of them.
MAX_SHOWN = 60_000


class ToolCallCard(HeadedBox):
    """Shows one call. Long arguments show their beginning until all of them are asked for."""

    def __init__(self, parent: QWidget, call: ToolCall) -> None:
        super().__init__(parent, lambda: self._whole or self.call.name, kind="card", bold=True)
        self.call = call
        self._whole = arguments_text(call)
        self._beginning = beginning(self._whole, FOLDED_LINES, FOLDED_CHARACTERS)
        self._folded = self._beginning != self._whole
        self._symbol = QLabel(self)
        self.head_row.insertWidget(0, self._symbol)
        self._text = PlainBlock(self, "", pixels=13, fixed=True)
        self._text.setVisible(bool(self._whole))
        self._colours = Colours(self._text)
        self._more = word_button(self)
        self._more.clicked.connect(self._fold)
        self._more.setVisible(self._folded)
        self._note = text_label(self, "warning" if call.is_malformed else "small", wraps=True)
        # That it could not be read is said above what the model wrote.
        for part in (self._note, self._text) if call.is_malformed else (self._text, self._more, self._note):
            self.inside.addWidget(part)
        self.inside.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self.restyle()
        self.retranslate()
        if not self._whole and not self._note.text():
            set_kind(self._head, "")  # nothing stands below it
            self.inside.set_margins(0, 0, 0, 0)

    @property
    def is_folded(self) -> bool:
        return self._folded

    def folded_text(self) -> str:
        """What `unfold` would show."""
        return self._whole[len(self._beginning) : MAX_SHOWN] if self._folded else ""

    def unfold(self) -> None:
        if self._folded:
            self._fold()

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

    def retranslate(self) -> None:
        name = one_line(self.call.name) or self.tr("Unknown tool")
        self.set_head(name)
        self.setAccessibleName(self.tr("Call of the tool {name}").format(name=name))
        self._text.setAccessibleName(self.tr("What is passed to {name}").format(name=name))
        self._copy.setAccessibleName(self.tr("Copy this call"))
        lines = format_count(self._whole.count("\n") + 1)
        self._more.setText(
            self.tr("Show all ({count} lines)").format(count=lines) if self._folded else self.tr("Show less")
        )
        show_text(self._note, self._state())
        self.refit()

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

    def restyle(self) -> None:
        super().restyle()
        size = themes.current.px(16)
        colour = "warning" if self.call.is_malformed else "accent"
        self._symbol.setPixmap(icon("wrench", colour, 16).pixmap(size, size))
        self._text.restyle()
        self._fill()
