"""An answer as the model wrote it: its marks, its reasoning and its calls, to read, to select in and to copy."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.desktop.chat.answer_views.answer_cover import AnswerCover
from app.desktop.markdown.text_box import TextBox
from app.desktop.text.tool_call_text import whole_text
from app.desktop.widgets.buttons import word_button
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import Column
from app.store.records import Message

MOST_LINES = 60


class RawText(AnswerCover):
    """Stands in the place of an answer."""

    is_raw = True

    def __init__(self, parent: QWidget, message: Message) -> None:
        super().__init__(parent)
        self._reasoning, self._answer = (
            TextBox(self, most_lines=MOST_LINES),
            TextBox(self, most_lines=MOST_LINES),
        )
        self._back = word_button(self, "small-word")
        self._back.clicked.connect(self.left)
        Column(self._reasoning, self._answer, parent=self, spacing=8)
        self.show_message(message)
        self.retranslate()

    def show_message(self, message: Message) -> None:
        content = whole_text(message.content, message.tool_calls)
        self._reasoning.setVisible(bool(message.reasoning))
        self._reasoning.show_text(message.reasoning)
        self._answer.setVisible(bool(content) or not message.reasoning)
        self._answer.show_text(content)
        first = self._answer if self._reasoning.isHidden() else self._reasoning
        first.head_row.insertWidget(1, self._back)

    def retranslate(self) -> None:
        self._reasoning.set_head(self.tr("Reasoning, as written"))
        self._answer.set_head(self.tr("Answer, as written"))
        set_texts(self._back, self.tr("Show formatted"), self.tr("Show the formatted answer"))
