"""An answer token by token, in the place of the answer: read again, shaded, told of, or why it cannot be."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.chat.answer_views.answer_cover import AnswerCover
from app.desktop.chat.answer_views.shown_tokens import ShownTokens
from app.desktop.chat.answer_views.token_box import MOST_LINES, TokenBox
from app.desktop.widgets.buttons import word_button
from app.desktop.widgets.labels import announce, set_texts, text_label
from app.desktop.widgets.layouts import Column, Row
from app.format import format_count
from app.store.records import Message
from engine.errors import UserError


class TokenView(AnswerCover):
    """Begins with how far the answer is read, and ends with its tokens or the reason why there are none."""

    def __init__(self, parent: QWidget, message: Message) -> None:
        super().__init__(parent)
        self._message = message
        self._progress: tuple[int, int] | None = None
        self._error: UserError | None = None
        self._tokens: ShownTokens | None = None
        self._says = text_label(self, "small", wraps=True)
        self._back = word_button(self, "small-word")
        self._back.clicked.connect(self.left)
        self._box = TokenBox(self, most_lines=MOST_LINES)
        self._box.height_changed.connect(self.height_changed)
        self._box.hide()
        self._column = Column(Row((self._says, 1), self._back, spacing=12), self._box, parent=self, spacing=8)
        self.retranslate()

    def show_message(self, message: Message) -> None:
        if message.content != self._message.content:
            self.left.emit()

    def show_progress(self, progress: tuple[int, int]) -> None:
        """So many of the tokens are read, and so many there are."""
        self._progress = progress
        self.retranslate()

    def show_tokens(self, tokens: ShownTokens) -> None:
        self._tokens = tokens
        self._box.show_tokens(tokens)
        self._box.show()
        self._told()

    def show_error(self, error: UserError) -> None:
        self._error = error
        self._told()

    def _told(self) -> None:
        self.retranslate()
        announce(self, self._says.text())
        self._column.activate()  # the sentence may have more lines now, which Qt would see with the next event
        self.height_changed.emit()

    @property
    def _is_reading(self) -> bool:
        return self._tokens is None and self._error is None

    def _sentence(self) -> str:
        if self._error is not None:
            return languages.tell(self._error)
        if self._tokens is not None:
            return self._explanation(self._tokens)
        if self._progress is None:
            return self.tr("Getting the model ready to read the answer again…")
        done, total = map(format_count, self._progress)
        return self.tr("Reading the answer again… {done} of {total} tokens").format(done=done, total=total)

    def _explanation(self, tokens: ShownTokens) -> str:
        found = tokens.found
        means = self.tr("The deeper the color behind a word, the less sure the model was.")
        count = self.tr("1 token.") if found.tokens == 1 else self.tr("{count} tokens.")
        parts = [means, count.format(count=format_count(found.tokens))]
        if found.edited:
            parts.append(self.tr("This answer was edited, so this is how the model sees your words."))
        return " ".join(parts)

    def retranslate(self) -> None:
        self._says.setText(self._sentence())
        if self._is_reading:
            set_texts(self._back, self.tr("Stop"), self.tr("Stop reading the answer again"))
        else:
            set_texts(self._back, self.tr("Show formatted"), self.tr("Show the formatted answer"))
        self._box.set_head(self.tr("Token probabilities"))
