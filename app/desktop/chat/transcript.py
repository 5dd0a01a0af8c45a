"""The transcript: shows one path of a conversation and says what the reader wants done with it."""

from __future__ import annotations

import time
from collections.abc import Collection

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.desktop.base.background import background
from app.desktop.base.tab_order import by_sight
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import TranslatedWidget
from app.desktop.chat.answers.answer import AnswerCard, spoken_words
from app.desktop.chat.card_column import COLUMN, MARGIN, Fitted
from app.desktop.chat.card_window import CardWindow
from app.desktop.chat.cards import MessageCard
from app.desktop.chat.empty import EmptyState
from app.desktop.markdown.highlight import warm
from app.desktop.markdown.link_strip import LinkStrip
from app.desktop.run_view.waiting import Waiting
from app.desktop.widgets.buttons import JumpButton, paint_focus_ring
from app.desktop.widgets.labels import announce, name_icon
from app.store.records import Message, Source
from engine.values import ToolCall

FLUSH_MS = 33
JUMP_GAP = 8
# Showing new text takes this share of the time at most while an answer streams.
MAX_SHARE = 0.2


class _Fresh:
    """What has come for an answer since the last flush."""

    def __init__(self) -> None:
        self.thoughts: list[str] = []
        self.words: list[str] = []
        self.tokens = 0
        self.calls: list[ToolCall] = []


class _FocusFrame(QWidget):
    """The ring around the transcript while keys scroll it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_focus_ring(painter, QRectF(self.rect()), 4)
        painter.end()


class TranscriptView(TranslatedWidget):
    """The messages of one path of a conversation. `page_wanted` asks for records, which `take_page` takes;
    `link_activated` comes only after the reader has seen the whole address and agreed."""

    page_wanted = Signal(list)
    edit_requested = Signal(int, str, object)
    regenerate_requested = Signal(int)
    continue_requested = Signal(int)
    answer_now_requested = Signal(int)
    sibling_requested = Signal(int, int)
    menu_requested = Signal(object)
    # An Attachment of a message.
    attachment_pressed = Signal(object)
    # An Attachment, the pixels of its longest side, and the widget that shows it.
    picture_wanted = Signal(object, int, object)
    # An answer that may cite.
    sources_wanted = Signal(object)
    # A Source at its place, and the words that are quoted there.
    source_pressed = Signal(object, str)
    # As of AnswerCard.
    pictures_decided = Signal(int, str)
    link_activated = Signal(str)
    at_tail_changed = Signal(bool)
    suggestion_chosen = Signal(str)
    steps_made = Signal(int, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fresh: dict[int, _Fresh] = {}
        self._waits: dict[int, Waiting] = {}  # for cards that are made meanwhile
        self._emphasised: int | None = None
        self._told_below: int | None = None
        self._pause = FLUSH_MS
        self._flushed = 0.0
        self._window = CardWindow(self)
        self._jump = JumpButton(self)
        self._jump.hide()
        self.empty = EmptyState(self)
        self._strip = LinkStrip(self)
        self._ring = _FocusFrame(self)
        self._ring.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._ring.hide()
        self._flushing = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._flushing.timeout.connect(self._flush)
        self._window.page_wanted.connect(self.page_wanted)
        self._window.card_made.connect(self._card_made)
        self._window.card_bound.connect(self._card_bound)
        self._window.tail_changed.connect(self._tail_changed)
        self._window.keyboard_focus.connect(self._ring.setVisible)
        self._jump.clicked.connect(self.jump_to_latest)
        self._window.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.empty.suggestion_chosen.connect(self.suggestion_chosen)
        self._strip.agreed.connect(self.link_activated)
        self._strip.answered.connect(lambda: self._window.setFocus(Qt.FocusReason.OtherFocusReason))
        themes.changed.connect(self.restyle)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)
        self._show_emptiness()
        self.restyle()
        self.retranslate()

    # --- what is shown ---

    def show_path(self, ids: list[int], at: int | None = None) -> None:
        """Shows the messages with these ids, root to leaf. What the path shares with the one before stays.

        A new path opens at its end, or at the message `at`; its records are asked for by `page_wanted`, that page
        first.
        """
        self._window.show_path(ids, at)
        self._fresh = {message: text for message, text in self._fresh.items() if message in self._window}
        self._waits = {
            message: waiting for message, waiting in self._waits.items() if message in self._window
        }
        self._show_emptiness()

    def clear(self) -> None:
        """Shows nothing, with the suggestions for a start."""
        self._flushing.stop()
        self._strip.drop()
        self.show_path([])

    def take_page(self, messages: list[Message]) -> None:
        """Takes the records that `page_wanted` asked for, or newer ones of messages already here.

        The record of a streaming answer must hold the text up to the next `append_delta`.
        """
        self._window.take_records(messages)

    def add_message(self, message: Message) -> None:
        """Puts a new message at the end of the path. The user's own is always scrolled to."""
        if message.id in self._window:
            self._window.take_records([message])
        else:
            self._window.add(message)
            self._show_emptiness()

    def append_delta(self, message_id: int, reasoning: str, content: str, tokens: int = 0) -> None:
        """Takes new text of a streaming answer; it is shown with the next flush. `tokens` are the reasoning's."""
        if message_id not in self._window:
            return
        self._waits.pop(message_id, None)
        fresh = self._fresh.setdefault(message_id, _Fresh())
        fresh.thoughts.append(reasoning)
        fresh.words.append(content)
        fresh.tokens += tokens
        self._flush_soon(message_id)

    def append_call(self, message_id: int, call: ToolCall) -> None:
        """Takes a call that a streaming answer has made; it is shown with the next flush."""
        self._waits.pop(message_id, None)
        if message_id in self._window:
            self._fresh.setdefault(message_id, _Fresh()).calls.append(call)
            self._flush_soon(message_id)

    def write_by_run(self, message_id: int, run: int) -> None:
        """A run writes this streaming answer."""
        self._window.records.change(message_id, run=run)
        card = self._window.card(message_id)
        if isinstance(card, AnswerCard):
            card.write_by(run)

    def restart(self, message_id: int) -> None:
        """What came of a streaming answer so far is none of its text."""
        self._fresh.pop(message_id, None)
        self._window.records.change(message_id, content="", reasoning="")
        card = self._window.card(message_id)
        if isinstance(card, AnswerCard):
            card.restart()
            self._window.mark(message_id)
            self._window.place()

    def set_waiting(self, message_id: int, waiting: Waiting) -> None:
        """What a streaming answer waits for; with its next word that is over."""
        self._waits[message_id] = waiting
        card = self._window.card(message_id)
        if isinstance(card, AnswerCard):
            card.set_waiting(waiting)

    def finish_message(self, message: Message) -> None:
        """Shows the answer as it is stored and announces it."""
        self._fresh.pop(message.id, None)
        self._waits.pop(message.id, None)
        if message.id in self._window:
            self._window.update_card(message)
            self._window.place()
            self._announce(message)

    @property
    def area(self) -> CardWindow:
        """What the messages are scrolled in."""
        return self._window

    @property
    def column(self) -> QWidget:
        """The parent of lines and feet."""
        return self._window.column

    def set_line(self, message_id: int, line: Fitted | None) -> None:
        """Puts a line above a message; None takes it away."""
        self._window.set_line(message_id, line)

    def set_foot(self, foot: Fitted | None) -> None:
        """Puts something behind the last message, which says how that ended; None takes it away."""
        self._told_below = self._window.ids[-1] if foot is not None and self._window.ids else None
        for card in self._window.cards():
            self._tell_below(card)
        self._window.set_foot(foot)

    def _tell_below(self, card: MessageCard) -> None:
        if isinstance(card, AnswerCard) and card.set_end_told(card.message.id == self._told_below):
            self._window.mark(card.message.id)

    def place(self) -> None:
        """What is between or behind the cards has another height."""
        self._window.fit_all()

    def warm_up(self) -> None:
        """Imports in the background what the first code block would wait for. Call it after first paint."""
        style = themes.current.code_style
        background().submit(lambda: warm(style), lambda lines: None)

    def jump_to_latest(self) -> None:
        """Scrolls to the end and follows it from there."""
        self._window.jump_to_latest()

    def follow(self) -> None:
        """What comes next is followed, wherever the reader is."""
        self._window.follow()

    def edit_message(self, message_id: int) -> None:
        """Opens the editor in the place of a message and brings it into sight."""
        card = self._window.bring(message_id)
        if card is not None:
            card.start_editing()
            self._window.ensureWidgetVisible(card, 0, 12)

    def edit_last_message(self) -> None:
        """Brings the user's last message into sight and opens the editor on it."""
        last = self._window.records.last_of("user")
        if last is not None:
            if not self.shows(last):
                self.scroll_to(last)
            self.edit_message(last)

    def unsaved_outside(self, path: Collection[int]) -> list[str]:
        """What was typed into editors of messages that are not on this path."""
        return [card.unsaved for card in self._window.cards() if card.unsaved and card.message.id not in path]

    def answer_now(self) -> None:
        """Presses the button beside what is being thought, if there is one."""
        for card in self._window.cards():
            if isinstance(card, AnswerCard) and card.is_thinking:
                card.answer_now()

    def scroll_to(self, message_id: int) -> None:
        """Brings a message of the path to the top of what is seen."""
        self._window.hold(message_id)

    def shows(self, message_id: int) -> bool:
        """Whether the message has a card."""
        return self._window.card(message_id) is not None

    @property
    def ids(self) -> list[int]:
        """The path that is shown, root to leaf."""
        return list(self._window.ids)

    @property
    def live_cards(self) -> int:
        return len(self._window.cards())

    @property
    def at_tail(self) -> bool:
        return self._window.at_tail

    def _show_emptiness(self) -> None:
        empty = not self._window.ids
        self.empty.setVisible(empty)
        self._window.setVisible(not empty)
        if empty:
            self._jump.hide()
        # A proxy out of sight would swallow the focus.
        self.setFocusProxy(self._window if self._window.ids else None)  # type: ignore[arg-type]  # Qt takes none

    def _tail_changed(self, at_tail: bool) -> None:
        self._jump.setVisible(not at_tail)
        self._place_overlays()
        self.at_tail_changed.emit(at_tail)

    # --- streaming ---

    def _flush_soon(self, message_id: int) -> None:
        # Text for a card that is not built waits until it is; no timer runs for it.
        # Text that comes less often than that is shown with the event that brings it: one waking for both.
        if not self._flushing.isActive() and self.shows(message_id):
            passed = 1000 * (time.perf_counter() - self._flushed)
            self._flushing.start(max(self._pause - round(passed), 0))

    def _flush(self) -> None:
        started = time.perf_counter()
        fresh, self._fresh = self._fresh, {}
        for message_id, new in fresh.items():
            card = self._window.card(message_id)
            if isinstance(card, AnswerCard):
                card.append("".join(new.thoughts), "".join(new.words), new.tokens)
                card.add_calls(new.calls)
                if (waiting := self._waits.get(message_id)) is not None:  # told after these words
                    card.set_waiting(waiting)
                self._window.mark(message_id)
            else:
                self._fresh[message_id] = new
        self._window.place()
        # A rendering that has become slow joins more text in one flush instead of holding up the window.
        self._flushed = time.perf_counter()
        spent = 1000 * (self._flushed - started)
        self._pause = max(FLUSH_MS, round(spent / MAX_SHARE))

    def _announce(self, message: Message) -> None:
        if not QAccessible.isActive():
            return
        text = self.tr("Answer finished: {words}").format(words=spoken_words(message, 400))
        announce(self, text)

    # --- cards, links, focus ---

    def _card_made(self, card: MessageCard) -> None:
        card.edit_requested.connect(self.edit_requested)
        card.regenerate_requested.connect(self.regenerate_requested)
        card.continue_requested.connect(self.continue_requested)
        card.answer_now_requested.connect(self.answer_now_requested)
        card.sibling_requested.connect(self.sibling_requested)
        card.menu_requested.connect(self.menu_requested)
        card.link_asked.connect(self._ask_link)
        card.attachment_pressed.connect(self.attachment_pressed)
        card.picture_wanted.connect(self.picture_wanted)
        if isinstance(card, AnswerCard):
            card.steps_made.connect(lambda: self._steps_made(card))
            card.source_pressed.connect(self._open_source)
            card.pictures_decided.connect(self.pictures_decided)
            card.sources_wanted.connect(self.sources_wanted)

    def _card_bound(self, card: MessageCard) -> None:
        if isinstance(card, AnswerCard):
            self._tell_below(card)
            card.ask_sources()
            if (waiting := self._waits.get(card.message.id)) is not None:
                card.set_waiting(waiting)
        if card.message.id in self._fresh:
            self._flush_soon(card.message.id)

    def _steps_made(self, card: AnswerCard) -> None:
        if card.steps is not None:
            self.steps_made.emit(card.message.id, card.steps)

    def _open_source(self, source: Source, quote: str) -> None:
        """A page of the web opens as a link does, anything else beside the chat."""
        if source.url:
            self._ask_link(source.url)
        else:
            self.source_pressed.emit(source, quote)

    def _ask_link(self, address: str) -> None:
        self._strip.ask(address)
        self._place_overlays()
        self._strip.focus_last()

    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        cards = self._window.cards()
        card = next((c for c in cards if now is not None and c.isAncestorOf(now)), None)
        before = None if self._emphasised is None else self._window.card(self._emphasised)
        if before is not None and before is not card and not before.underMouse():
            before.emphasise(False)
        self._emphasised = None if card is None else card.message.id
        if card is not None:
            card.emphasise(True)
            self._window.let_go()  # somebody works there

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes from the transcript itself into the first card in sight."""
        target = self._first_in_sight() if forward and self._window.hasFocus() else None
        if target is None:
            return super().focusNextPrevChild(forward)
        target.setFocus(Qt.FocusReason.TabFocusReason)
        self._window.ensureWidgetVisible(target, 0, 40)
        return True

    def _first_in_sight(self) -> QWidget | None:
        column, top = self._window.column, self._window.verticalScrollBar().value()
        order = by_sight(column)
        return next((w for w in order if w.mapTo(column, w.rect().bottomLeft()).y() >= top), None)

    # --- sizes and looks ---

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_overlays()

    def showEvent(self, event: QShowEvent) -> None:
        self._window.place()
        self._window.build()

    def _place_overlays(self) -> None:
        width = max(160, min(themes.current.px(COLUMN), self.width() - 2 * MARGIN))
        left = (self.width() - width) // 2
        self.empty.setGeometry(left, 0, width, self.height())
        self._strip.place(left, width, self.height())
        self._place_jump(left + width)
        self._ring.setGeometry(self.rect())

    def _place_jump(self, right: int) -> None:
        """It never lies over words: beside the column, or where there is no room in a gap below what is seen."""
        jump, gap = self._jump, JUMP_GAP
        taken = self._window.verticalScrollBar().sizeHint().width()
        beside = self.width() - right - taken >= jump.width() + 2 * gap
        below = 0 if beside or jump.isHidden() else jump.height() + 2 * gap
        self._window.setGeometry(0, 0, self.width(), self.height() - below)
        # On top of what scrolls it would have all of that painted anew with each step; it is moved along instead.
        self._let_jump_scroll(beside)
        x = right + gap if beside else (self.width() - jump.width()) // 2
        above = self._window.verticalScrollBar().value() if beside else 0
        jump.move(x, above + self.height() - jump.height() - gap)

    def _let_jump_scroll(self, on: bool) -> None:
        parent = self._window.column if on else self
        if self._jump.parentWidget() is not parent:
            shown = not self._jump.isHidden()
            self._jump.setParent(parent)
            self._jump.setVisible(shown)

    def _scrolled(self, value: int) -> None:
        if self._jump.parentWidget() is not self:
            self._jump.move(self._jump.x(), value + self.height() - self._jump.height() - JUMP_GAP)

    def restyle(self) -> None:
        """Takes colours and sizes from the current theme."""
        self._window.restyle()
        self._place_overlays()

    def retranslate(self) -> None:
        self._window.setAccessibleName(self.tr("Conversation"))
        name_icon(self._jump, self.tr("Jump to the latest message"))
        self._window.retranslate()

    def event(self, event: QEvent) -> bool:
        # On another screen the formulas' pixels no longer fit.
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._window.restyle()
        return super().event(event)
