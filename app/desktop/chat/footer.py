"""Under a message: its actions, the switch between variants, and what was measured."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.chat.answer_measures import measure_lines
from app.desktop.text.remote_marks import short_mark
from app.desktop.widgets.buttons import Presence, QuietButton
from app.format import format_count, format_duration, format_tokens_per_second
from app.services.models.cache_miss import reread_of, reread_tokens
from app.store.records import Message
from engine.remote.names import read_name

COPIED_MS = 1600


class Footer(QWidget):
    """Shows the actions that a message in its state has. `emphasise` while the card is looked at."""

    copy_pressed = Signal()
    edit_pressed = Signal()
    regenerate_pressed = Signal()
    sibling_pressed = Signal(int)

    def __init__(self, parent: QWidget, *, at_right: bool = False, rest: Presence = Presence.FAINT) -> None:
        super().__init__(parent)
        self._at_right, self._rest = at_right, rest
        self._emphasised = False
        self._message: Message | None = None
        self._position = ""
        self._measures = ""
        self._number = QRect()  # where the position among the variants stands
        self._used = 0  # how far the actions reach
        self._copy = self._button(self.copy_pressed)
        self._edit = self._button(self.edit_pressed)
        self._regenerate = self._button(self.regenerate_pressed)
        self._previous = QuietButton(self, pixels=14)
        self._previous.setText("‹")
        self._previous.clicked.connect(lambda: self.sibling_pressed.emit(-1))
        self._next = QuietButton(self, pixels=14)
        self._next.setText("›")
        self._next.clicked.connect(lambda: self.sibling_pressed.emit(1))
        self._copied = QTimer(self, singleShot=True, interval=COPIED_MS)
        self._copied.timeout.connect(self.retranslate)
        for button in self._actions():
            button.set_presence(rest)
        for button in (self._previous, self._next):
            button.set_presence(Presence.FAINT)

    def _button(self, pressed: SignalInstance) -> QuietButton:
        button = QuietButton(self)
        button.clicked.connect(pressed)
        return button

    def show_message(self, message: Message) -> None:
        self._message = message
        answer = message.role == "assistant"
        self._regenerate.setVisible(answer)
        variants = message.siblings > 1
        self._previous.setVisible(variants)
        self._next.setVisible(variants)
        self._previous.setEnabled(message.sibling > 1)
        self._next.setEnabled(message.sibling < message.siblings)
        self.retranslate()

    def show_copied(self) -> None:
        self._copy.setText(self.tr("Copied"))
        self._copied.start()
        self._place()

    def emphasise(self, on: bool) -> None:
        if on != self._emphasised:
            self._emphasised = on
            for button in self._actions():
                button.set_presence(Presence.FULL if on else self._rest)
            for button in (self._previous, self._next):
                button.set_presence(Presence.FULL if on else Presence.FAINT)
            self.update()

    def _actions(self) -> tuple[QuietButton, ...]:
        return (self._copy, self._edit, self._regenerate)

    def retranslate(self) -> None:
        message = self._message
        if message is None:
            return
        self._copy.setText(self.tr("Copy"))
        self._edit.setText(self.tr("Edit"))
        self._regenerate.setText(self.tr("Regenerate"))
        self._copy.setAccessibleName(self.tr("Copy this message"))
        self._edit.setAccessibleName(self.tr("Edit this message"))
        self._regenerate.setAccessibleName(self.tr("Regenerate this answer"))
        self._previous.setAccessibleName(self.tr("Previous variant"))
        self._next.setAccessibleName(self.tr("Next variant"))
        self._position = f"{format_count(message.sibling)}/{format_count(message.siblings)}"
        self._measures = self._measured(message)
        self.setAccessibleName(self._measures)
        more = "\n".join(measure_lines(message))
        self.setToolTip(more)
        self.setAccessibleDescription(more)
        self._place()
        self.update()

    def _measured(self, message: Message) -> str:
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

    def restyle(self) -> None:
        for button in (*self._actions(), self._previous, self._next):
            button.restyle()
        self._place()

    def fit(self, width: int) -> int:
        # On the right it stands in the gap below a bubble, which it must not widen.
        narrow = self._at_right and self._previous.isHidden()
        self.resize(width, themes.current.px(20 if narrow else 24))
        self._place()
        return self.height()

    def _number_width(self) -> int:
        return QFontMetrics(themes.current.font(12.5)).horizontalAdvance(self._position)

    def _place(self) -> None:
        shown = [button for button in self._actions() if not button.isHidden()]
        variants = not self._previous.isHidden()
        widths = [button.sizeHint().width() for button in shown]
        switch = self._previous.sizeHint().width() + self._number_width() + self._next.sizeHint().width()
        total = sum(widths) + (switch + 4 if variants else 0)
        x = self.width() - total + 6 if self._at_right else -6
        for button, width in zip(shown, widths, strict=True):
            button.setGeometry(x, 0, width, self.height())
            x += width
        if variants:
            x += 4
            self._previous.setGeometry(x, 0, self._previous.sizeHint().width(), self.height())
            x += self._previous.width()
            self._number = QRect(x, 0, self._number_width(), self.height())
            x += self._number.width()
            self._next.setGeometry(x, 0, self._next.sizeHint().width(), self.height())
            x += self._next.width()
        self._used = x

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setFont(theme.font(12.5))
        painter.setPen(QColor(theme.muted if self._emphasised else theme.faint))
        if not self._previous.isHidden():
            painter.drawText(self._number, Qt.AlignmentFlag.AlignCenter, self._position)
        if self._measures and not self._at_right:
            room = self.rect().adjusted(self._used + 12, 0, 0, 0)
            text = painter.fontMetrics().elidedText(self._measures, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        painter.end()
