"""The transcript: a long conversation of which only what is near the reader is built.

Each message of the path has a place in the column, by an estimated height until it is built. Cards are built
near the reader and dropped far away; records come in pages. Whatever changes its height, the words the reader
looks at stay where they are, except that a reader at the end follows the end.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget

from app.desktop.chat.answer import AnswerCard
from app.desktop.chat.buttons import JumpButton, paint_focus_ring
from app.desktop.chat.cards import MessageCard, NoteCard, UserCard, first_words
from app.desktop.chat.code import scroll_bar_style
from app.desktop.chat.empty import EmptyState
from app.desktop.chat.extents import Extents, estimate
from app.desktop.chat.strip import Strip
from app.desktop.theme import themes
from app.store.records import Message

FLUSH_MS = 33
PAGE = 40
MAX_CARDS = 80
MAX_RECORDS = 400
# How long building cards may hold the event loop, in seconds: at first sight, and between events.
FIRST_SLICE = 0.05
SLICE = 0.006
UNKNOWN_HEIGHT = 180
# Drawing text takes this share of the time at most while an answer streams.
MAX_SHARE = 0.2
COLUMN = 744
MARGIN = 24
PADDING = 22


class _Column(QWidget):
    """The place of the cards; quiet bars stand for those not built yet."""

    def __init__(self, transcript: TranscriptView) -> None:
        super().__init__()
        self._transcript = transcript

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(themes.current.user_bubble))
        for rect in self._transcript.unbuilt(event.rect()):
            for line in range(min(3, max(1, rect.height() // 40))):
                width = rect.width() * (0.9, 0.75, 0.4)[line]
                painter.drawRoundedRect(QRectF(rect.x(), rect.y() + 8 + line * 26, width, 12), 6, 6)
        painter.end()


class _Scroller(QScrollArea):
    """Scrolls by keys too; what the focus moves to comes into sight."""

    resized = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().setSingleStep(44)
        self.viewport().setAutoFillBackground(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        if event.key() == Qt.Key.Key_Home:
            bar.setValue(bar.minimum())
        elif event.key() == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class _FocusFrame(QWidget):
    """The ring around the transcript while keys scroll it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_focus_ring(painter, QRectF(self.rect()), 4)
        painter.end()


class TranscriptView(QWidget):
    """Shows the messages of one path of a conversation, and says what the reader wants done with them."""

    pageWanted = Signal(list)
    copyRequested = Signal(int)
    editRequested = Signal(int, str)
    regenerateRequested = Signal(int)
    continueRequested = Signal(int)
    siblingRequested = Signal(int, int)
    linkActivated = Signal(str)
    atTailChanged = Signal(bool)
    suggestionChosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ids: list[int] = []
        self._index: dict[int, int] = {}
        self._messages: dict[int, Message] = {}
        self._wanted: set[int] = set()
        self._cards: dict[int, MessageCard] = {}
        self._extents = Extents()
        self._unfitted: set[int] = set()
        self._fresh: dict[int, tuple[list[str], list[str]]] = {}
        self._following = True
        self._at_tail = True
        self._placing = False
        self._emphasised: MessageCard | None = None
        self._link = ""
        self._scroller = _Scroller(self)
        self._column = _Column(self)
        self._scroller.setWidget(self._column)
        self._jump = JumpButton(self)
        self._jump.hide()
        self._empty = EmptyState(self)
        self._strip = Strip(self, floating=True)
        self._strip.hide()
        self._ring = _FocusFrame(self)
        self._ring.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._ring.hide()
        self._flushing = QTimer(self, singleShot=True, interval=FLUSH_MS, timerType=Qt.TimerType.PreciseTimer)
        self._building = QTimer(self, singleShot=True, interval=0)
        self._connect()
        self.restyle()
        self._retranslate()

    def _connect(self) -> None:
        self._flushing.timeout.connect(self._flush)
        self._building.timeout.connect(self._build_slice)
        self._scroller.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._scroller.resized.connect(self._resized)
        self._jump.clicked.connect(self.jump_to_latest)
        self._empty.suggestionChosen.connect(self.suggestionChosen)
        self._strip.pressed.connect(self._answer_link)
        themes.changed.connect(self.restyle)
        QApplication.instance().focusChanged.connect(self._focus_moved)

    # --- what is shown ---

    def show_path(self, ids: list[int]) -> None:
        """Shows the messages with these ids, root to leaf. What the path shares with the one before stays.

        A new path opens at its end; its records are asked for by `pageWanted`, the last page first.
        """
        same = next((i for i, (a, b) in enumerate(zip(self._ids, ids, strict=False)) if a != b), None)
        if same is None:
            same = min(len(self._ids), len(ids))
        y = self._scroller.verticalScrollBar().value()
        for gone in self._ids[same:]:
            self._forget(gone)
        self._extents.truncate(same)
        self._ids = list(ids)
        self._index = {message: index for index, message in enumerate(ids)}
        for _ in ids[same:]:
            self._extents.append(UNKNOWN_HEIGHT)
        if same == 0:
            self._following = True
        self._empty.setVisible(not ids)
        self._scroller.setVisible(bool(ids))
        self._place(y if same else None)
        if ids:
            if not (same and ids[-1] in self._messages):
                self._ask(range(max(same, len(ids) - PAGE), len(ids)))
            self._build(FIRST_SLICE)

    def clear(self) -> None:
        """Shows nothing."""
        self._fresh.clear()
        self._flushing.stop()
        self._building.stop()
        self._hide_link()
        self.show_path([])

    def take_page(self, messages: list[Message]) -> None:
        """Takes the records that `pageWanted` asked for, or newer ones of messages already here.

        The record of a streaming answer must hold the text up to the next `append_delta`.
        """
        for message in messages:
            self._wanted.discard(message.id)
            index = self._index.get(message.id)
            if index is None:
                continue
            card = self._cards.get(message.id)
            if card is not None:
                if card.message != message and message.state != "streaming":
                    self._update(card, message)
                continue
            if message.id not in self._messages:
                length = len(message.content) or len(message.reasoning) // 8
                self._estimate(index, estimate(message.role, length, self._column_width))
            self._messages[message.id] = message
        self._place()
        self._build(FIRST_SLICE)

    def add_message(self, message: Message) -> None:
        """Puts a new message at the end of the path. The user's own is always scrolled to."""
        if message.id in self._index:
            self.take_page([message])
            return
        self._index[message.id] = len(self._ids)
        self._ids.append(message.id)
        self._messages[message.id] = message
        self._extents.append(estimate(message.role, len(message.content), self._column_width))
        self._empty.hide()
        self._scroller.show()
        if message.role == "user":
            self._following = True
        if self._following:
            self._make(message)
        self._place()
        self._build(SLICE)

    def append_delta(self, message_id: int, reasoning: str, content: str) -> None:
        """Takes new text of a streaming answer; it is shown with the next flush."""
        if message_id not in self._index:
            return
        thoughts, words = self._fresh.setdefault(message_id, ([], []))
        thoughts.append(reasoning)
        words.append(content)
        if not self._flushing.isActive():
            self._flushing.start(FLUSH_MS)

    def set_queued(self, message_id: int) -> None:
        """The answer waits for the model."""
        card = self._cards.get(message_id)
        if isinstance(card, AnswerCard):
            card.set_queued()

    def set_prefill(self, message_id: int, done: int, total: int) -> None:
        """`done` of `total` tokens of the prompt are read."""
        card = self._cards.get(message_id)
        if isinstance(card, AnswerCard):
            card.set_prefill(done, total)

    def finish_message(self, message: Message) -> None:
        """Shows the answer as it is stored and announces it."""
        self._fresh.pop(message.id, None)
        if message.id not in self._index:
            return
        self._messages[message.id] = message
        card = self._cards.get(message.id)
        if card is not None:
            self._update(card, message)
            self._place()
        self._announce(message)

    def jump_to_latest(self) -> None:
        """Scrolls to the end and follows it from there."""
        self._following = True
        self._place()
        self._build(FIRST_SLICE)

    def edit_message(self, message_id: int) -> None:
        """Opens the editor in the place of a message and brings it into sight."""
        message = self._messages.get(message_id)
        if message is None:
            return
        if message_id not in self._cards:
            self._make(message)
            self._place()
        self._cards[message_id].start_editing()
        self._scroller.verticalScrollBar().setValue(self._extents.top(self._index[message_id]))

    @property
    def live_cards(self) -> int:
        return len(self._cards)

    @property
    def at_tail(self) -> bool:
        return self._at_tail

    # --- streaming ---

    def _flush(self) -> None:
        started = time.perf_counter()
        fresh, self._fresh = self._fresh, {}
        for message_id, (thoughts, words) in fresh.items():
            card = self._cards.get(message_id)
            if isinstance(card, AnswerCard):
                card.append("".join(thoughts), "".join(words))
                self._unfitted.add(message_id)
            elif message_id in self._index:
                self._fresh[message_id] = (thoughts, words)
        self._place()
        if self._fresh and any(message_id in self._cards for message_id in self._fresh):
            spent = 1000 * (time.perf_counter() - started)
            self._flushing.start(max(FLUSH_MS, round(spent / MAX_SHARE)))

    def _announce(self, message: Message) -> None:
        if not QAccessible.isActive():
            return
        words = first_words(message.content, 400)
        text = self.tr("Answer finished: {words}").format(words=words)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    # --- places ---

    @property
    def _column_width(self) -> int:
        room = self._scroller.viewport().width() - 2 * MARGIN
        return max(160, min(themes.current.px(COLUMN), room))

    def _estimate(self, index: int, height: int) -> None:
        """A better guess. The reader's place is kept as for any change of height."""
        bar = self._scroller.verticalScrollBar()
        anchor, offset = self._anchor(bar.value())
        self._extents.set_height(index, height)
        self._placing = True
        if not self._following and anchor is not None:
            self._resize_column()
            bar.setValue(self._extents.top(anchor) + PADDING + offset)
        self._placing = False

    def _anchor(self, y: int) -> tuple[int | None, int]:
        if not len(self._extents):
            return None, 0
        index = self._extents.at(max(0, y - PADDING))
        return index, y - PADDING - self._extents.top(index)

    def _resize_column(self) -> None:
        height = self._extents.total + 2 * PADDING
        viewport = self._scroller.viewport()
        self._column.resize(viewport.width(), max(height, viewport.height()))

    def _place(self, at: int | None = None) -> None:
        """Fits the cards that changed and puts all where they belong, the reader's place kept."""
        bar = self._scroller.verticalScrollBar()
        anchor, offset = self._anchor(bar.value() if at is None else at)
        width = self._column_width
        for message_id in [m for m in self._unfitted if m in self._cards]:
            self._extents.set_height(
                self._index[message_id], self._cards[message_id].fit(width) + self._gap(message_id)
            )
        self._unfitted.clear()
        self._placing = True
        self._resize_column()
        left = (self._column.width() - width) // 2
        for message_id, card in self._cards.items():
            index = self._index[message_id]
            height = self._extents.height(index) - self._gap(message_id)
            card.setGeometry(left, PADDING + self._extents.top(index), width, height)
            card.show()
        if self._following:
            bar.setValue(bar.maximum())
        elif anchor is not None:
            bar.setValue(PADDING + self._extents.top(anchor) + offset)
        self._placing = False
        self._note_tail()

    def _gap(self, message_id: int) -> int:
        # The actions of the user's bubble stand in the gap below it.
        return themes.current.px(2 if isinstance(self._cards.get(message_id), UserCard) else 22)

    def _scrolled(self, value: int) -> None:
        if self._placing:
            return
        self._following = value >= self._scroller.verticalScrollBar().maximum() - 8
        self._note_tail()
        if not self._building.isActive():
            self._building.start()

    def _note_tail(self) -> None:
        bar = self._scroller.verticalScrollBar()
        at_tail = self._following or bar.value() >= bar.maximum() - 60
        self._jump.setVisible(not at_tail and bool(self._ids))
        if at_tail != self._at_tail:
            self._at_tail = at_tail
            self.atTailChanged.emit(at_tail)

    # --- building and dropping ---

    def _near(self, screens: float) -> range:
        """The messages within so many screens of what the reader sees."""
        top = self._scroller.verticalScrollBar().value() - PADDING
        height = self._scroller.viewport().height()
        if self._following:
            top = self._extents.total - height + PADDING
        return self._extents.between(int(top - screens * height), int(top + (1 + screens) * height))

    def _order(self) -> Iterable[int]:
        """What to build, in this order: what is seen (from the end while following), then around it."""
        seen = self._near(0)
        yield from reversed(seen) if self._following else seen
        around = self._near(1)
        yield from range(seen.stop, around.stop)
        yield from reversed(range(around.start, seen.start))

    def _build_slice(self) -> None:
        self._build(SLICE)

    def _build(self, budget: float) -> None:
        """Builds cards near the reader until the time is up, goes on in the next slice; asks for records."""
        if not self._ids or not self._scroller.viewport().height():
            return
        started = time.perf_counter()
        while True:
            index = next((i for i in self._order() if self._lacks_card(i)), None)
            if index is None:
                break
            self._make(self._messages[self._ids[index]])
            self._place()
            if time.perf_counter() - started > budget:
                self._building.start()
                return
        self._ask_around()
        self._drop_far()

    def _lacks_card(self, index: int) -> bool:
        message_id = self._ids[index]
        return message_id in self._messages and message_id not in self._cards

    def _ask_around(self) -> None:
        near = self._near(2)
        for index in (*near, *range(near.start - 1, max(-1, near.start - 9), -1)):
            message_id = self._ids[index]
            if message_id in self._messages or message_id in self._wanted:
                continue
            upward = index + 1 < len(self._ids) and self._ids[index + 1] in self._messages
            self._ask(
                range(max(0, index - PAGE + 1), index + 1)
                if upward
                else range(index, min(len(self._ids), index + PAGE))
            )
            return

    def _ask(self, indexes: range) -> None:
        ids = [self._ids[i] for i in indexes]
        ids = [i for i in ids if i not in self._messages and i not in self._wanted]
        if ids:
            self._wanted.update(ids)
            self.pageWanted.emit(ids)

    def _make(self, message: Message) -> MessageCard:
        kinds: dict[str, type[MessageCard]] = {"user": UserCard, "assistant": AnswerCard}
        card = kinds.get(message.role, NoteCard)(self._column, message)
        self._cards[message.id] = card
        self._unfitted.add(message.id)
        card.heightChanged.connect(lambda: self._card_changed(message.id))
        card.copyRequested.connect(self._copy)
        card.editRequested.connect(self.editRequested)
        card.regenerateRequested.connect(self.regenerateRequested)
        card.continueRequested.connect(self.continueRequested)
        card.siblingRequested.connect(self.siblingRequested)
        card.linkAsked.connect(self._ask_link)
        if message.id in self._fresh and not self._flushing.isActive():
            self._flushing.start(FLUSH_MS)
        return card

    def _card_changed(self, message_id: int) -> None:
        if message_id in self._cards:
            self._unfitted.add(message_id)
            self._place()

    def _update(self, card: MessageCard, message: Message) -> None:
        self._messages[message.id] = message
        card.show_message(message)
        self._unfitted.add(message.id)

    def _drop_far(self) -> None:
        near = self._near(1)
        middle = (near.start + near.stop) // 2
        if len(self._cards) > MAX_CARDS:
            by_distance = sorted(self._cards, key=lambda m: abs(self._index[m] - middle))
            for message_id in by_distance[MAX_CARDS // 2 :]:
                if not self._cards[message_id].is_pinned and self._index[message_id] not in near:
                    self._drop_card(message_id)
        if len(self._messages) > MAX_RECORDS:
            for message_id in sorted(self._messages, key=lambda m: abs(self._index[m] - middle))[
                MAX_RECORDS // 2 :
            ]:
                if message_id not in self._cards:
                    del self._messages[message_id]

    def _drop_card(self, message_id: int) -> None:
        card = self._cards.pop(message_id)
        self._unfitted.discard(message_id)
        if card is self._emphasised:
            self._emphasised = None
        card.hide()
        card.deleteLater()

    def _forget(self, message_id: int) -> None:
        if message_id in self._cards:
            self._drop_card(message_id)
        self._messages.pop(message_id, None)
        self._wanted.discard(message_id)
        self._fresh.pop(message_id, None)

    def unbuilt(self, rect: QRect) -> list[QRect]:
        """Where messages without a card stand within `rect` of the column."""
        width = self._column_width
        left = (self._column.width() - width) // 2
        places = []
        for index in self._extents.between(rect.top() - PADDING, rect.bottom() - PADDING):
            if self._ids[index] not in self._cards:
                top = PADDING + self._extents.top(index)
                places.append(QRect(left, top, width, self._extents.height(index)))
        return places

    # --- links, copying, focus ---

    def _copy(self, message_id: int) -> None:
        card = self._cards[message_id]
        text = card.streamed_text() if isinstance(card, AnswerCard) else card.message.content
        QGuiApplication.clipboard().setText(text)
        self.copyRequested.emit(message_id)

    def _ask_link(self, address: str) -> None:
        """Shows the whole address before anything is opened."""
        self._link = address
        self._strip.set_content(
            self.tr("Open this address?") + "\n" + address,
            [self.tr("Open"), self.tr("Copy address"), self.tr("Cancel")],
        )
        self._place_overlays()
        self._strip.show()
        self._strip.raise_()
        self._strip.focus_last()

    def _answer_link(self, button: int) -> None:
        address = self._link
        self._hide_link()
        if button == 0:
            self.linkActivated.emit(address)
        elif button == 1:
            QGuiApplication.clipboard().setText(address)

    def _hide_link(self) -> None:
        self._link = ""
        if not self._strip.isHidden():
            self._strip.hide()
            self._scroller.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        self._ring.setVisible(now is self._scroller)
        card = next((c for c in self._cards.values() if now is not None and c.isAncestorOf(now)), None)
        if (
            self._emphasised is not None
            and self._emphasised is not card
            and not self._emphasised.underMouse()
        ):
            self._emphasised.emphasise(False)
        self._emphasised = card
        if card is not None:
            card.emphasise(True)

    # --- sizes and looks ---

    def _resized(self) -> None:
        self._unfitted.update(self._cards)
        self._place()
        self._place_overlays()
        if not self._building.isActive():
            self._building.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._scroller.setGeometry(self.rect())
        self._place_overlays()

    def showEvent(self, event: QShowEvent) -> None:
        self._place()
        self._build(FIRST_SLICE)

    def _place_overlays(self) -> None:
        width = min(themes.current.px(COLUMN), self.width() - 2 * MARGIN)
        left = (self.width() - width) // 2
        self._empty.setGeometry(left, 0, width, self.height())
        height = self._strip.fit(width)
        self._strip.setGeometry(left, self.height() - height - 12, width, height)
        self._jump.move((self.width() - self._jump.width()) // 2, self.height() - self._jump.height() - 12)
        self._ring.setGeometry(self.rect())

    def restyle(self) -> None:
        """Takes colours and sizes from the current theme."""
        self._scroller.verticalScrollBar().setStyleSheet(scroll_bar_style(themes.current))
        for card in self._cards.values():
            card.restyle()
        self._empty.restyle()
        self._strip.restyle()
        self._unfitted.update(self._cards)
        self._place()
        self._place_overlays()
        self._column.update()
        self._jump.update()

    def _retranslate(self) -> None:
        self._scroller.setAccessibleName(self.tr("Conversation"))
        self._jump.setAccessibleName(self.tr("Jump to the latest message"))
        self._jump.setToolTip(self.tr("Jump to the latest message"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            for card in self._cards.values():
                card.retranslate()
            self._unfitted.update(self._cards)
            self._place()
        super().changeEvent(event)
