"""Finds in the shown chat: the bar, the marks in the cards, and the way from one place to the next.

The store counts all messages of the branch off the GUI thread; what stands in a card is counted there, which also
finds in an answer that is being written.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QRect, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tab_order import holds_focus
from app.desktop.chat.card_window import CardWindow
from app.desktop.chat.find.find_bar import FindBar
from app.desktop.chat.find.marks import Marks, Place
from app.services.chat.events import BranchShown, MessageAdded
from app.services.events import ServiceEvent
from app.services.models.events import AnswerFinished
from app.store.plain_text import pattern

TYPED_MS = 120
# The part of what is seen that is left above a place that was gone to.
ABOVE = 3
# What is nearer to the edge of what is seen is not in sight.
EDGE = 8


class FindControl(QObject):
    """`shown` gives the conversation that `area` shows."""

    def __init__(
        self, calls: ServiceCalls, area: CardWindow, shown: Callable[[], int | None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._calls, self._area, self._shown = calls, area, shown
        self.bar = FindBar(parent)
        self.bar.hide()
        self._marks = Marks(area)
        self._phrases: list[str] = []
        self._counts: dict[int, int] = {}
        self._order: list[int] | None = None  # the messages of `_counts` as they follow each other
        self._current: tuple[int, int] | None = None
        self._known = False  # what the store has counted
        self._goes = False  # to the nearest place, once it is known
        self._before: QWidget | None = None
        self._asking = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._asking.timeout.connect(self._ask)
        self.bar.text_changed.connect(self._typed)
        self.bar.step_wanted.connect(self.step)
        self.bar.closed.connect(self.close)
        self._marks.counted.connect(self._counted)

    @property
    def is_open(self) -> bool:
        return not self.bar.isHidden()

    # --- what a person does ---

    def open(self) -> None:
        """Shows the bar and lets a person write there."""
        if not holds_focus(self.bar):
            self._before = QApplication.focusWidget()
        self.bar.show()
        self.bar.focus_field()

    def show_hit(self, message: int, query: str) -> None:
        """Marks each word of a query that was found in this message, and goes there."""
        self._before = None
        self.bar.field.blockSignals(True)
        self.bar.field.setText(query.strip())
        self.bar.field.blockSignals(False)
        self.bar.show()
        self._look_for(query.split())
        self._area.setFocus(Qt.FocusReason.OtherFocusReason)
        self._go(message, 0)
        self._ask()

    def step(self, forward: bool) -> None:
        """Goes to the next place or the one before, around the ends."""
        if self._goes:
            if self._asking.isActive():  # what was typed is not asked for yet
                self._asking.stop()
                self._ask()
        elif self._current is None or self._counts.get(self._current[0]) is None:
            self._go_to_nearest()
        elif self._counts:
            message, number = self._current
            number += 1 if forward else -1
            if 0 <= number < self._counts[message]:
                self._go(message, number)
            else:
                order = self._in_order()
                message = order[(order.index(message) + (1 if forward else -1)) % len(order)]
                self._go(message, 0 if forward else self._counts[message] - 1)

    def close(self) -> None:
        """Takes the bar and the marks away. The reader stays where he is, and keys scroll there."""
        before, found = self._before, self._current is not None
        focused = holds_focus(self.bar)
        self.leave()
        if not focused:
            return
        if found or before is None or not before.isVisible():
            self._area.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Ends it: another chat is shown."""
        self._before = None
        self._look_for([])
        self.bar.hide()

    # --- what is found ---

    def take_events(self, events: Sequence[ServiceEvent]) -> None:
        if self._phrases and any(self._concerns(event) for event in events):
            self._asking.start()

    def _concerns(self, event: ServiceEvent) -> bool:
        if isinstance(event, MessageAdded | AnswerFinished):
            return event.message.conversation == self._shown()
        return isinstance(event, BranchShown) and event.conversation == self._shown()

    def _typed(self, text: str) -> None:
        self._look_for([text] if text.strip() else [])
        if self._phrases:
            self._goes = True
            self._asking.start()

    def _look_for(self, phrases: list[str]) -> None:
        self._phrases = phrases
        self._asking.stop()
        self._counts, self._order, self._current = {}, None, None
        self._known = self._goes = False
        self.bar.show_nothing()
        self._marks.look_for(pattern(phrases) if phrases else None)

    def _ask(self) -> None:
        conversation, phrases = self._shown(), self._phrases
        if conversation is None or not phrases:
            return
        self._calls.do(
            lambda s: s.conversations.find(conversation, phrases),
            lambda found: self._take(conversation, phrases, found),
            executor="io",
            owner=self,
        )

    def _take(self, conversation: int, phrases: list[str], found: list[tuple[int, int]]) -> None:
        if phrases is not self._phrases or conversation != self._shown():
            return
        known = self._marks.known()
        self._counts = {**dict(found), **known}
        self._counts = {message: count for message, count in self._counts.items() if count}
        self._order, self._known = None, True
        if self._goes:
            self._goes = False
            self._go_to_nearest()
        self._show_count()

    def _counted(self, message: int, count: int) -> None:
        """A card was looked through: what it shows is what counts."""
        if count and self._counts.get(message) != count:
            if message not in self._counts:
                self._order = None
            self._counts[message] = count
        elif not count and self._counts.pop(message, None) is not None:
            self._order = None
        else:
            return
        self._show_count()

    def _in_order(self) -> list[int]:
        if self._order is None:
            places = {message: self._area.index_of(message) for message in self._counts}
            self._counts = {m: count for m, count in self._counts.items() if places[m] is not None}
            self._order = sorted(self._counts, key=lambda message: places[message] or 0)
        return self._order

    def _show_count(self) -> None:
        if not self._known:
            return
        order, number = self._in_order(), 0
        if self._current is not None and self._current[0] in self._counts:
            before = order[: order.index(self._current[0])]
            number = sum(self._counts[message] for message in before) + self._current[1] + 1
        self.bar.show_place(number, sum(self._counts.values()))

    # --- going there ---

    def _go_to_nearest(self) -> None:
        """To the first place from where the reader is on, around the end."""
        order = self._in_order()
        if not order:
            self._current = None
            self._show_count()
            return
        first, top = self._area.first_in_sight(), self._area.verticalScrollBar().value()
        start = bisect_left([self._area.index_of(message) or 0 for message in order], first)
        for message in order[start:]:
            places = self._marks.places(message)
            if places is None:
                self._go(message, 0)
                return
            for number, place in enumerate(places):
                rect = self._marks.rect(place)
                if rect is not None and rect.bottom() >= top:
                    self._go(message, number)
                    return
        self._go(order[0], 0)

    def _go(self, message: int, number: int) -> None:
        self._current = (message, number)
        self._marks.set_current(message, number)
        self._show_count()
        if self._area.index_of(message) is None:
            return
        place = self._place()
        if place is not None and place.folded is not None:
            place.folded.unfold()  # the cards are placed anew, and with them what is held
        elif place is not None and self._is_in_sight(place):
            return
        self._area.hold(message, self._spot)

    def _place(self) -> Place | None:
        """The place that stands out, None while its card is not built."""
        if self._current is None:
            return None
        message, number = self._current
        places = self._marks.places(message)
        if not places:
            return None
        if number >= len(places):
            number = len(places) - 1
            self._current = (message, number)
            self._marks.set_current(message, number)
        return places[number]

    def _spot(self) -> int | None:
        """Where the scroll bar has to be for the place that stands out."""
        place = self._place()
        rect = None if place is None else self._rect(place)
        return None if rect is None else max(0, rect.top() - self._area.viewport().height() // ABOVE)

    def _is_in_sight(self, place: Place) -> bool:
        rect = self._rect(place)
        top, height = self._area.verticalScrollBar().value(), self._area.viewport().height()
        return rect is not None and top + EDGE <= rect.top() and rect.bottom() <= top + height - EDGE

    def _rect(self, place: Place) -> QRect | None:
        """Where a place stands in the column, once a text that scrolls by itself, as long lines do, shows it."""
        text = place.text
        if text is not None and max(text.horizontalScrollBar().maximum(), text.verticalScrollBar().maximum()):
            cursor = text.textCursor()
            if not cursor.hasSelection():
                cursor.setPosition(place.start)
                text.setTextCursor(cursor)
                text.ensureCursorVisible()
        return self._marks.rect(place)
