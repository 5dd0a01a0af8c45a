"""One model's answer in a comparison: its name, how it goes, and the text as it grows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.chat.answer_measures import measure_lines
from app.desktop.markdown.body import AnswerBody
from app.desktop.markdown.streaming import StreamingDocument
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.widgets.scroller import scroll_area
from app.format import format_count, format_speed
from app.store.records import Message


class CompareColumn(ThemedWidget):
    """`preferred` tells whether the person likes this answer better."""

    preferred = Signal(bool)

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.message: Message | None = None
        self._document = StreamingDocument()
        self._loading = self._begun = False
        self.name = ElidedLabel(self, pixels=14, bold=True)
        self.name.set_whole(name)
        self.state = text_label(self, "small")
        self.body = AnswerBody(self)
        self.body.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._area = scroll_area(self.body, self)
        self._area.viewport().installEventFilter(self)
        self.better = push_button(self)
        self.better.setCheckable(True)
        self.better.clicked.connect(self.preferred)
        self.body.height_changed.connect(self._fit)
        foot = Row(self.better, STRETCH)
        Column(self.name, self.state, (self._area, 1), foot, parent=self, margins=(14, 12, 14, 12), spacing=8)
        self.refresh()

    # What it is told

    def begin(self) -> None:
        """This model is asked now."""
        self._begun = True
        self.retranslate()

    def append(self, text: str) -> None:
        """New text of the answer."""
        self.body.apply(self._document.append(text))
        self._fit()
        self.retranslate()

    def finish(self, message: Message) -> None:
        """The answer as it is stored."""
        self.message = message
        document = StreamingDocument()
        document.append(message.content)
        self.body.show_blocks(document.finish())
        self._fit()
        self.better.setChecked(message.better)
        self.retranslate()

    def show_better(self, better: bool) -> None:
        self.better.setChecked(better)
        self.retranslate()

    # Inside

    def _words(self) -> str:
        message = self.message
        if message is None:
            if not self._begun:
                return self.tr("Waiting for its turn")
            return self.tr("Answering…") if self._document.text else self.tr("Getting ready…")
        if message.error is not None:
            return languages.tell(message.error)
        usage, timings = message.usage, message.timings
        if usage is None or timings is None or not timings.decode_tps:
            return self.tr("Stopped") if message.state == "stopped" else ""
        return self.tr("{speed} tok/s, {count} tokens").format(
            speed=format_speed(timings.decode_tps), count=format_count(usage.completion_tokens)
        )

    def _fit(self) -> None:
        self.body.setFixedHeight(max(1, self.body.fit(self._area.viewport().width())))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def retranslate(self) -> None:
        self.state.setText(self._words())
        self.state.setToolTip("\n".join(measure_lines(self.message)) if self.message is not None else "")
        is_better = self.better.isChecked()
        words = self.tr("Better answer") if is_better else self.tr("This one is better")
        set_texts(self.better, words, f"{self.name.whole()}: {words}")
        answered = self.message is not None and bool(self.message.content)
        self.better.setVisible(answered)

    def restyle(self) -> None:
        set_icon(self.better, "check", "muted", 16)
        self.setMinimumWidth(themes.current.px(240))
        self.body.restyle()
        self._fit()
