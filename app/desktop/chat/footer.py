"""Under a message: its actions, the switch between variants, and what was measured."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.themed_widget import FittedWidget, TranslatedWidget
from app.desktop.chat.answer_measures import measure_lines
from app.desktop.text.moments import moment_text
from app.desktop.text.remote_marks import short_mark
from app.desktop.widgets.buttons import CopyButton, Presence, set_presence, word_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import name_icon, set_texts, text_label
from app.desktop.widgets.layouts import Item, Row
from app.format import format_count, format_duration, format_tokens_per_second
from app.services.models.cache_miss import reread_of, reread_tokens
from app.store.records import Message
from engine.remote.names import read_name


class _Variants(TranslatedWidget):
    """Which of the variants of a message is shown, and the ways to the others: `pressed` carries -1 or 1."""

    pressed = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._previous, self._next = word_button(self, text="‹"), word_button(self, text="›")
        self._position = text_label(self, "fine")
        self._previous.clicked.connect(lambda: self.pressed.emit(-1))
        self._next.clicked.connect(lambda: self.pressed.emit(1))
        Row(self._previous, self._position, self._next, parent=self, spacing=0)
        self.retranslate()

    def show_message(self, message: Message) -> None:
        self._position.setText(f"{format_count(message.sibling)}/{format_count(message.siblings)}")
        self._previous.setEnabled(message.sibling > 1)
        self._next.setEnabled(message.sibling < message.siblings)

    def retranslate(self) -> None:
        self._previous.setAccessibleName(self.tr("Previous variant"))
        self._next.setAccessibleName(self.tr("Next variant"))


class Footer(FittedWidget):
    """Shows the actions that a message in its state has; `text` gives what is copied. `emphasise` while the card is
    looked at."""

    edit_pressed = Signal()
    regenerate_pressed = Signal()
    more_pressed = Signal()
    sibling_pressed = Signal(int)

    def __init__(self, parent: QWidget, text: Callable[[], str], *, at_right: bool = False) -> None:
        super().__init__(parent)
        self._at_right = at_right
        self._rest: Presence = "hidden" if at_right else ""
        self._emphasised = False
        self._message: Message | None = None
        self._copy = CopyButton(self, text)
        self._edit, self._regenerate = word_button(self, "small-word"), word_button(self, "small-word")
        self.more = word_button(self, "small-word", "…")
        self._edit.clicked.connect(self.edit_pressed)
        self.more.clicked.connect(self.more_pressed)
        self._regenerate.clicked.connect(self.regenerate_pressed)
        self._variants: _Variants | None = None
        actions = Row(self._copy, self._edit, self._regenerate, self.more, spacing=6)
        # With the time of the message while the card is looked at.
        self._measures = ElidedLabel(self, pixels=12, mode=Qt.TextElideMode.ElideRight)
        self._measures.setProperty("kind", "fine")
        self._measures.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._measured = ""
        parts: list[Item] = [(self._measures, 1), actions] if at_right else [actions, (self._measures, 1)]
        self._row = Row(*parts, parent=self, spacing=10)
        self._show_presence()

    def show_message(self, message: Message) -> None:
        self._message = message
        self._regenerate.setVisible(message.role == "assistant")
        if message.siblings > 1 and self._variants is None:
            self._variants = _Variants(self)
            self._variants.pressed.connect(self.sibling_pressed)
            self._row.insertWidget(2 if self._at_right else 1, self._variants)
            self._variants.show()
        if self._variants is not None:
            self._variants.setVisible(message.siblings > 1)
            self._variants.show_message(message)
        self._show_presence()
        self.retranslate()

    def rest(self) -> None:
        """Look as if nobody had come near."""
        self.emphasise(False)
        self._copy.rest()

    def emphasise(self, on: bool) -> None:
        if on != self._emphasised:
            self._emphasised = on
            self._show_presence()

    def _show_presence(self) -> None:
        for button in (self._copy, self._edit, self._regenerate, self.more):
            set_presence(button, "" if self._emphasised else self._rest)
        self._show_measures()

    def _show_measures(self) -> None:
        message = self._message
        time = moment_text(message.created) if message is not None and self._emphasised else ""
        self._measures.set_whole(" · ".join(part for part in (time, self._measured) if part))

    def retranslate(self) -> None:
        message = self._message
        if message is None:
            return
        self._copy.setAccessibleName(self.tr("Copy this message"))
        set_texts(self._edit, self.tr("Edit"), self.tr("Edit this message"))
        set_texts(self._regenerate, self.tr("Regenerate"), self.tr("Regenerate this answer"))
        name_icon(self.more, self.tr("More for this message"))
        self._measured = "" if self._at_right else self._words_of(message)
        self._show_measures()
        self.setAccessibleName(self._measured)
        more = "\n".join(measure_lines(message))
        self.setToolTip(more)
        self.setAccessibleDescription(more)

    def _words_of(self, message: Message) -> str:
        parts = []
        if (remote := read_name(message.model)) is not None:
            place = short_mark() if remote.leaves else ""
            parts += [part for part in (place, f"{remote.model} · {remote.host}") if part]
        if message.timings is not None and message.timings.decode_tps > 0:
            parts.append(format_tokens_per_second(message.timings.decode_tps, languages.current))
        if message.timings is not None and message.timings.ttft_s > 0:
            time = format_duration(message.timings.ttft_s, languages.current)
            parts.append(self.tr("first token {time}").format(time=time))
        if message.usage is not None and message.usage.cached_tokens > 0:
            count = format_count(message.usage.cached_tokens)
            parts.append(self.tr("{count} tokens reused").format(count=count))
        if (recomputed := reread_of(message.usage)) is not None:
            count = format_count(reread_tokens(recomputed))
            parts.append(self.tr("{count} recomputed").format(count=count))
        return " · ".join(parts)
