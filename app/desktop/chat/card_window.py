"""The scrolled column of cards, of which only those near the reader are built.

Each message of the path has a place in the column, by an estimated height until it is built. Cards are built
near the reader and dropped far away; records come in pages. Whatever changes its height, the words the reader
looks at stay where they are, except that a reader at the end follows the end.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from app.desktop.base.slices import Slices
from app.desktop.base.theme import themes
from app.desktop.chat.card_column import PADDING, CardColumn, Fitted
from app.desktop.chat.cards import MessageCard
from app.desktop.chat.path_records import PAGE, PathRecords
from app.desktop.chat.recycling.spare_cards import SpareCards
from app.desktop.widgets.scroller import ReadingArea
from app.store.records import Message

MAX_CARDS = 48
MAX_RECORDS = 400
# How long building cards may hold the event loop at first sight, in seconds: one of them, and Qt paints.
FIRST_SLICE = 0.002
# How long a message that was gone to keeps its place while what stands above it gets its height, in seconds.
HELD_S = 3.0
# How long nothing is built until what was kept still takes its place, in milliseconds.
SETTLED_MS = 300


class CardWindow(ReadingArea):
    """A window that moves over a long path of messages.

    `page_wanted` asks for the records of messages; `card_made` gives each new card, `card_bound` one that shows a
    message from now on; `tail_changed` says whether the reader is at the end, `keyboard_focus` whether keys have
    brought the focus here. `fitted` tells of which messages the cards were laid out anew, before they are scrolled
    to.
    """

    page_wanted = Signal(list)
    card_made = Signal(object)
    card_bound = Signal(object)
    tail_changed = Signal(bool)
    keyboard_focus = Signal(bool)
    fitted = Signal(set)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._following = True
        self._held: int | None = None
        self._held_spot: Callable[[], int | None] | None = None
        self._held_until = math.inf
        self._at_tail = True
        self._placing = False
        self._slices = Slices(self)
        self._settling = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settling.timeout.connect(lambda: self.place())
        self.column = CardColumn(self.viewport())
        self.column.setFocusProxy(self)
        self.setWidget(self.column)
        self.records = PathRecords(self.column)
        self._spares = SpareCards(self.column, self._slices)
        self._spares.made.connect(self._card_made)
        self.records.wanted.connect(self.page_wanted)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    # --- what is shown ---

    def __contains__(self, message_id: int) -> bool:
        return message_id in self.column.index

    def card(self, message_id: int) -> MessageCard | None:
        """The message's card, if it is built."""
        return self.column.cards.get(message_id)

    def bring(self, message_id: int) -> MessageCard | None:
        """Scrolls to a message whose record is here, building its card; None when it is not here yet."""
        message = self.records.get(message_id)
        if message is None or message_id not in self.column.index:
            return None
        card = self.column.cards.get(message_id) or self._make(message)
        self.place()
        self.verticalScrollBar().setValue(self.column.top(message_id) - PADDING)
        return card

    def cards(self) -> list[MessageCard]:
        return list(self.column.cards.values())

    @property
    def ids(self) -> list[int]:
        return self.column.ids

    @property
    def at_tail(self) -> bool:
        return self._at_tail

    def index_of(self, message_id: int) -> int | None:
        """The place of a message in the path, from 0."""
        return self.column.index.get(message_id)

    def first_in_sight(self) -> int:
        """The place in the path of the message at the upper edge of what is seen."""
        return self.column.anchor(self.verticalScrollBar().value())[0] or 0

    def show_path(self, ids: list[int], at: int | None = None) -> None:
        """Shows these messages, root to leaf, a new path from its end or from the message `at`. What the path shares
        with the one before stays as it is."""
        pairs = enumerate(zip(self.column.ids, ids, strict=False))
        same = next((i for i, (a, b) in pairs if a != b), min(len(self.column.ids), len(ids)))
        y = self.verticalScrollBar().value()
        for message_id in {*self.column.cards, *self.records}:
            if self.column.index.get(message_id, same) >= same:
                self._forget(message_id)
        self.column.set_path(ids, same)
        if same == 0:
            self._following = True
        self.records.ask_anew()
        if at is not None:
            around = self.column.index[at]
            self.records.ask(range(max(0, around - PAGE // 2), min(len(ids), around + PAGE // 2)))
            self.hold(at)
            return
        self.place(y if same else None)
        if ids:
            if not (same and ids[-1] in self.records):
                self.records.ask(range(max(same, len(ids) - PAGE), len(ids)))
            self.build()

    def take_records(self, messages: list[Message]) -> None:
        """Takes records that were asked for, or newer ones of messages already here."""
        bar = self.verticalScrollBar()
        anchor, offset = self.column.anchor(bar.value())
        for message in messages:
            self.records.came(message.id)
            index = self.column.index.get(message.id)
            known = self.records.get(message.id)
            # What was read while it was still being written comes after its end.
            is_late = message.state == "streaming" and known is not None and known.state != "streaming"
            if index is None or is_late:
                continue
            card = self.column.cards.get(message.id)
            if card is None:
                if message.id not in self.records:
                    length = len(message.content) or len(message.reasoning) // 8
                    self.column.set_estimate(index, message.role, length)
                self.records.put(message)
            elif card.message != message and message.state != "streaming":
                self.update_card(message)
        self.place(None if anchor is None else self.column.top(self.column.ids[anchor]) + offset, still=True)
        self.build()

    def add(self, message: Message) -> None:
        """Puts a new message at the end of the path. The user's own is always scrolled to."""
        self.records.put(message)
        self.column.append(message)
        if message.role == "user":
            self._following = True
        if self._following:
            self._make(message)
        self.place()
        self.build()

    def update_card(self, message: Message) -> None:
        """Shows a newer record of a message; `place` puts it right."""
        self.records.put(message)
        card = self.column.cards.get(message.id)
        if card is not None:
            card.show_message(message)
            self.column.mark(message.id)

    def mark(self, message_id: int) -> None:
        """The card's height may have changed: the next `place` fits it."""
        self.column.mark(message_id)

    def follow(self) -> None:
        """Follows the end from the next change on."""
        self._following = True

    def jump_to_latest(self) -> None:
        """Goes to the end and follows it from there."""
        self._following = True
        self.place()
        self.build()

    def hold(self, message_id: int, spot: Callable[[], int | None] | None = None) -> None:
        """Brings a message to the upper edge, or the scroll bar to where `spot` says (None: not known yet), and keeps
        it there until the heights have settled or the reader scrolls."""
        self._following = False
        self._held, self._held_spot, self._held_until = message_id, spot, math.inf
        self.place()
        self.build()

    def let_go(self) -> None:
        """Nothing is kept in its place any more."""
        self._held = None

    def _held_value(self) -> int | None:
        """Where the scroll bar is to be for what is held."""
        if self._held not in self.column.index or time.monotonic() > self._held_until:
            self._held = None
        if self._held is None:
            return None
        if self._held in self.column.cards and self._held_until == math.inf:
            self._held_until = time.monotonic() + HELD_S
        value = None if self._held_spot is None else self._held_spot()
        return self.column.top(self._held) if value is None else value

    def set_line(self, message_id: int, line: Fitted | None) -> None:
        """Puts a line above a message, in the place of another; None takes it away. It stays the caller's."""
        self.column.set_line(message_id, line)
        self.place()

    def set_foot(self, foot: Fitted | None) -> None:
        """Puts something behind the last message; None takes it away. It stays the caller's."""
        self.column.set_foot(foot)
        self.place()

    def restyle(self) -> None:
        self._spares.clear()
        self.column.restyle()
        self.fit_all()

    def retranslate(self) -> None:
        for card in self.column.cards.values():
            card.retranslate()
        self.fit_all()

    def fit_all(self) -> None:
        self.column.mark_all()
        self.place()

    # --- places ---

    def place(self, at: int | None = None, *, still: bool = False) -> None:
        """Fits the cards that changed and puts all where they belong, the reader's place kept.

        `at` is where the reader is, in the column as it stands, if the scroll bar does not say so. `still`: what is
        seen stays where it is in the column for a moment.
        """
        bar = self.verticalScrollBar()
        anchor, offset = self.column.anchor(bar.value() if at is None else at)
        fitted = self.column.fit()
        if still and anchor is not None and self._held is None and not self._following and self._is_amid:
            self.column.keep_still(anchor, bar.value() - offset)
            self._settling.start()
        else:
            self.column.shift = 0
        self._placing = True
        self.column.lay_out()
        if fitted:
            self.fitted.emit(fitted)
        if self._following:
            self._held = None
        if self._following and self.column.foot_height > self.viewport().height():
            # Its beginning says what it is.
            bar.setValue(self.column.end - themes.current.px(8))
        elif self._following:
            bar.setValue(bar.maximum())
        elif (held := self._held_value()) is not None:
            bar.setValue(held)
        elif anchor is not None:
            bar.setValue(self.column.top(self.column.ids[anchor]) + offset)
        self._placing = False
        self._note_tail()

    @property
    def _is_amid(self) -> bool:
        """Whether the beginning of the chat is more than a screen away."""
        return self.verticalScrollBar().value() > 2 * self.viewport().height()

    def _scrolled(self, value: int) -> None:
        if self._placing:
            return
        if self.column.shift and not self._is_amid:
            if not value:  # to the beginning, wherever that stood
                self.column.shift = 0
            self.place()
        self._held = None
        self._following = value >= self.verticalScrollBar().maximum() - 8
        self._note_tail()
        self._build_soon()

    def _note_tail(self) -> None:
        bar = self.verticalScrollBar()
        at_tail = self._following or bar.value() >= bar.maximum() - 60
        if at_tail != self._at_tail:
            self._at_tail = at_tail
            self.tail_changed.emit(at_tail)

    # --- building and dropping ---

    def _near(self, screens: float) -> range:
        """The messages within so many screens of what the reader sees."""
        height = self.viewport().height()
        top = self.verticalScrollBar().value() - self.column.begin
        if self._following:
            top = self.column.end + self.column.foot_height - height
        return self.column.extents.between(int(top - screens * height), int(top + (1 + screens) * height))

    def _order(self) -> Iterable[int]:
        """What to build, in this order: what is seen (from the end while following), then around it."""
        seen = self._near(0)
        yield from reversed(seen) if self._following else seen
        around = self._near(1)
        yield from range(seen.stop, around.stop)
        yield from reversed(range(around.start, seen.start))

    def build(self) -> None:
        """Builds cards near the reader, at once as far as there is time, and asks for records."""
        self._build_soon()
        self._slices.work(FIRST_SLICE)

    def _build_soon(self) -> None:
        self._slices.add(self, self._build_one)

    def _build_one(self, _: float) -> bool:
        if not self.column.ids or not self.viewport().height():
            return False
        index = next((i for i in self._order() if self._lacks_card(i)), None)
        if index is not None:
            message = self.records[self.column.ids[index]]
            if self._spares.lacks(message):
                self._spares.prepare(message)
                return True
            self._make(message)
            self.place(still=True)
            return True
        self.records.ask_around(self._near(2))
        self._drop_far()
        return False

    def _lacks_card(self, index: int) -> bool:
        message_id = self.column.ids[index]
        return message_id in self.records and message_id not in self.column.cards

    def _make(self, message: Message) -> MessageCard:
        card = self._spares.show(message)
        self.column.add_card(card)
        self.card_bound.emit(card)
        return card

    def _card_made(self, card: MessageCard) -> None:
        card.height_changed.connect(lambda: self._card_changed(card))
        self.card_made.emit(card)

    def _card_changed(self, card: MessageCard) -> None:
        if self.card(card.message.id) is card:
            self.column.mark(card.message.id)
            self.place(still=True)

    def _drop_far(self) -> None:
        near = self._near(1)
        middle = (near.start + near.stop) // 2

        def farthest(ids: Iterable[int], kept: int) -> list[int]:
            return sorted(ids, key=lambda m: abs(self.column.index[m] - middle))[kept:]

        if len(self.column.cards) > MAX_CARDS:
            for message_id in farthest(self.column.cards, MAX_CARDS // 2):
                if not self.column.cards[message_id].is_pinned and self.column.index[message_id] not in near:
                    self._spares.give(self.column.drop(message_id))
        if len(self.records) > MAX_RECORDS:
            for message_id in farthest(self.records, MAX_RECORDS // 2):
                if message_id not in self.column.cards:
                    self.records.forget(message_id)

    def _forget(self, message_id: int) -> None:
        if message_id in self.column.cards:
            self._spares.give(self.column.drop(message_id))
        self.records.forget(message_id)

    # --- events ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        selected = self.column.across_texts
        if selected is None or not event.matches(QKeySequence.StandardKey.Copy) or not selected.copy():
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # A ring is for who came by keys; who has clicked knows where they are.
        reason = Qt.FocusReason
        self.keyboard_focus.emit(event.reason() in (reason.TabFocusReason, reason.BacktabFocusReason))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.keyboard_focus.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() == event.oldSize().width():
            self.place()
        else:
            self.fit_all()
        self._build_soon()
