"""The words that are looked for, marked in the cards."""

from __future__ import annotations

import re
import time
from typing import NamedTuple

from PySide6.QtCore import QObject, QPoint, QRect, QTimer, Signal
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit
from shiboken6 import isValid

from app.desktop.base.theme import themes
from app.desktop.chat.card_window import CardWindow
from app.desktop.chat.cards import MessageCard
from app.desktop.chat.find.parts import Folding, Part, Text, parts_of
from app.desktop.chat.find.places import find_all
from app.desktop.markdown.prose import ProseBlock

OBJECT = "\ufffc"
# Of one text; to mark thousands would make each repaint slow.
MAX_PAINTED = 500
SLICE_S = 0.005


class Place(NamedTuple):
    """A match: from `start` to `end` in a text, or within what is folded."""

    text: Text | None
    start: int
    end: int
    folded: Folding | None = None


class Marks(QObject):
    """Marks the matches of a pattern in the cards of `area`, and follows what changes in them. `counted` tells how
    many places a message has in truth, each time its card is looked through."""

    counted = Signal(int, int)

    def __init__(self, area: CardWindow) -> None:
        super().__init__(area)
        self._area = area
        self._wanted: re.Pattern[str] | None = None
        self._places: dict[int, list[Place]] = {}
        self._marked: dict[int, list[Text]] = {}
        self._stale: set[int] = set()
        self._current: tuple[int, int] | None = None
        self._slices = QTimer(self, singleShot=True, interval=0)
        self._slices.timeout.connect(self._work)
        area.fitted.connect(self._changed)

    def look_for(self, wanted: re.Pattern[str] | None) -> None:
        """Marks this from now on; None: nothing."""
        self._wanted, self._current = wanted, None
        self._places.clear()
        if wanted is None:
            self._slices.stop()
            self._stale.clear()
            for message in list(self._marked):
                self._unmark(message)
            return
        self._stale = {card.message.id for card in self._area.cards()}
        self._work()

    def places(self, message: int) -> list[Place] | None:
        """The places in a message, in the order they are read; None while it has no card."""
        card = self._area.card(message)
        if card is None or self._wanted is None:
            return None
        if message in self._stale or message not in self._places:
            self._look_through(card)
        return self._places[message]

    def known(self) -> dict[int, int]:
        """How many places there are in the messages whose cards were looked through."""
        return {message: len(places) for message, places in self._places.items()}

    def set_current(self, message: int, number: int) -> None:
        """Lets one place stand out among the others."""
        before, self._current = self._current, (message, number)
        for changed in {message} | ({before[0]} if before else set()):
            known = changed in self._places and changed not in self._stale
            if known and self._area.card(changed) is not None:
                self._paint(changed)

    def rect(self, place: Place) -> QRect | None:
        """Where a place stands in the column of the cards."""
        widget = place.text or place.folded
        column = self._area.column
        if widget is None or not isValid(widget) or not column.isAncestorOf(widget):
            return None
        if place.text is None:
            return QRect(widget.mapTo(column, QPoint(0, 0)), widget.size())
        cursor = _cursor(place.text, place.start, place.start)
        rect = place.text.cursorRect(cursor)
        return rect.translated(place.text.viewport().mapTo(column, QPoint(0, 0)))

    # --- inside ---

    def _changed(self, messages: set[int]) -> None:
        if self._wanted is not None:
            self._stale |= messages
            self._slices.start()

    def _work(self) -> None:
        """Looks through what has changed, in sight first, as long as the window need not wait."""
        started = time.perf_counter()
        first = self._area.first_in_sight()
        for message in sorted(self._stale, key=lambda id: abs((self._area.index_of(id) or 0) - first)):
            card = self._area.card(message)
            if card is None:
                self._stale.discard(message)
                self._places.pop(message, None)
                self._marked.pop(message, None)
                continue
            self._look_through(card)
            if time.perf_counter() - started > SLICE_S:
                break
        if self._stale:
            self._slices.start()

    def _look_through(self, card: MessageCard) -> None:
        message = card.message.id
        self._stale.discard(message)
        assert self._wanted is not None
        places: list[Place] = []
        for part in parts_of(card):
            places += _in_part(part, self._wanted)
        self._places[message] = places
        self._paint(message)
        self.counted.emit(message, len(places))

    def _paint(self, message: int) -> None:
        self._unmark(message)
        texts: dict[Text, list[QTextEdit.ExtraSelection]] = {}
        for number, place in enumerate(self._places[message]):
            if place.text is None or not isValid(place.text):
                continue
            marks = texts.setdefault(place.text, [])
            current = self._current == (message, number)
            if len(marks) < MAX_PAINTED or current:
                marks.append(_mark(place, current=current))
        for text, marks in texts.items():
            text.setExtraSelections(marks)
        self._marked[message] = list(texts)

    def _unmark(self, message: int) -> None:
        card = self._area.card(message)
        for text in self._marked.pop(message, ()):
            # Meanwhile it may show another message.
            if isValid(text) and card is not None and card.isAncestorOf(text):
                text.setExtraSelections([])


def _in_part(part: Part, wanted: re.Pattern[str]) -> list[Place]:
    if part.folded is not None:
        hidden = part.folded.folded_text()
        return [Place(None, start, end, part.folded) for start, end in find_all(hidden, wanted)]
    assert part.text is not None
    shown = part.text.toPlainText()
    places = [Place(part.text, start, end) for start, end in find_all(shown, wanted)]
    if isinstance(part.text, ProseBlock) and OBJECT in shown:
        formulas = find_all(shown, re.compile(OBJECT))
        for (start, end), tex in zip(formulas, part.text.formula_texts(), strict=False):
            places += [Place(part.text, start, end)] * len(find_all(tex, wanted))
        places.sort(key=lambda place: place.start)
    return places


def _cursor(text: Text, start: int, end: int) -> QTextCursor:
    cursor = QTextCursor(text.document())
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    return cursor


def _mark(place: Place, *, current: bool) -> QTextEdit.ExtraSelection:
    theme, look = themes.current, QTextCharFormat()
    look.setBackground(QColor(theme.accent if current else theme.accent_soft))
    look.setForeground(QColor(theme.on_accent if current else theme.text))
    mark = QTextEdit.ExtraSelection()
    assert isinstance(place.text, QTextEdit | QPlainTextEdit)
    mark.cursor = _cursor(place.text, place.start, place.end)
    mark.format = look
    return mark
