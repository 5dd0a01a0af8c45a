"""A selection that goes on from text to text and from message to message, as far as it is dragged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QMouseEvent, QTextCursor
from shiboken6 import isValid

from app.desktop.chat.card_window import CardWindow
from app.desktop.chat.find.parts import Text, texts_of
from app.desktop.markdown.prose import ProseBlock
from app.store.plain_text import plain
from app.store.records import Message

SCROLL_MS = 30
# How far it is scrolled at once, in pixels, at least and at most.
LEAST, MOST = 8, 90
OBJECT = "\ufffc"

# The texts of messages that have no card, in their order, in the GUI's thread.
Read = Callable[[Sequence[int], Callable[[list[str]], None]], None]


class End(NamedTuple):
    """Where a selection begins or ends: the message by its place in the path, the text in it, the character."""

    row: int
    part: int
    position: int


class TextSelection(QObject):
    """Selects in the texts of `area`. `read` gives the words of messages that are not built."""

    def __init__(self, area: CardWindow, read: Read) -> None:
        super().__init__(area)
        self._area, self._read = area, read
        self._anchor: End | None = None
        self._head: End | None = None  # None while it is within one text, which selects by itself
        self._origin: Text | None = None
        self._texts: dict[int, list[Text]] = {}
        self._selected: dict[Text, tuple[int, int]] = {}
        self._point = QPointF()
        self._scrolling = QTimer(self, interval=SCROLL_MS)
        self._scrolling.timeout.connect(self._scroll_on)
        area.fitted.connect(self._fitted)
        area.column.across_texts = self

    # --- the mouse ---

    def press(self, text: Text | None, event: QMouseEvent) -> bool:
        """Begins at a text, or beside all of them; with Shift it goes on to there."""
        point = event.globalPosition()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._anchor is not None:
            if self._head is not None or text is not self._origin:
                self._extend(point)
                return True
            return False
        self.clear()
        self._anchor, self._origin = self._end_at(point), text
        return text is None

    def drag(self, point: QPointF) -> None:
        if self._anchor is None:
            return
        self._point = point
        y, height = self._area.viewport().mapFromGlobal(point).y(), self._area.viewport().height()
        if 0 <= y < height:
            self._scrolling.stop()
        elif not self._scrolling.isActive():
            self._scrolling.start()
        if self._head is not None or self._origin is None or self._has_left(self._origin):
            self._extend(point)

    def release(self) -> None:
        self._scrolling.stop()

    def clear(self) -> None:
        """Nothing is selected across texts any more."""
        self._scrolling.stop()
        self._anchor = self._head = self._origin = None
        for text in self._selected:
            if isValid(text):
                cursor = text.textCursor()
                cursor.clearSelection()
                text.setTextCursor(cursor)
        self._selected.clear()

    def _has_left(self, origin: Text) -> bool:
        viewport = origin.viewport()
        return isValid(origin) and not viewport.rect().contains(viewport.mapFromGlobal(self._point).toPoint())

    def _extend(self, point: QPointF) -> None:
        origin = self._origin
        if (
            self._head is None
            and origin is not None
            and isValid(origin)
            and origin.textCursor().hasSelection()
        ):
            # A double click has chosen a whole word.
            assert self._anchor is not None
            self._anchor = self._anchor._replace(position=origin.textCursor().anchor())
        self._head = self._end_at(point)
        self._show()

    def _scroll_on(self) -> None:
        bar, viewport = self._area.verticalScrollBar(), self._area.viewport()
        y = viewport.mapFromGlobal(self._point).y()
        beyond = y if y < 0 else y - viewport.height()
        step = max(LEAST, min(MOST, int(abs(beyond))))
        bar.setValue(bar.value() + (step if beyond > 0 else -step))
        self._extend(self._point)

    # --- where that is ---

    def _end_at(self, point: QPointF) -> End | None:
        """The character nearest to a point of the screen."""
        y = self._area.column.mapFromGlobal(point).y()
        cards = [card for card in self._area.cards() if self._texts_in(card.message.id)]
        if not cards:
            return None
        card = min(cards, key=lambda card: _distance(y, card.y(), card.height()))
        texts = self._texts_in(card.message.id)

        def top(text: Text) -> int:
            return text.mapTo(self._area.column, QPoint(0, 0)).y()

        text = min(texts, key=lambda text: _distance(y, top(text), text.height()))
        if y < top(text):
            position = 0
        elif y >= top(text) + text.height():
            position = _last(text)
        else:
            position = text.cursorForPosition(text.viewport().mapFromGlobal(point).toPoint()).position()
        return End(self._area.index_of(card.message.id) or 0, texts.index(text), position)

    def _texts_in(self, message: int) -> list[Text]:
        texts = self._texts.get(message)
        card = self._area.card(message)
        if card is None:
            return []
        if texts is None or not all(isValid(text) for text in texts):
            texts = self._texts[message] = texts_of(card)
        return texts

    def _fitted(self, messages: set[int]) -> None:
        for message in messages:
            self._texts.pop(message, None)
        if self._head is not None:
            self._show()

    # --- what is selected ---

    def _ends(self) -> tuple[End, End] | None:
        if self._anchor is None or self._head is None:
            return None
        first, last = sorted((self._anchor, self._head))
        return first, last

    def _show(self) -> None:
        """Selects in each text that is built what belongs to it."""
        ends, wanted = self._ends(), dict[Text, tuple[int, int]]()
        if ends is None:
            return
        first, last = ends
        for card in self._area.cards():
            index = self._area.index_of(card.message.id)
            if index is None or not first.row <= index <= last.row:
                continue
            for part, text in enumerate(self._texts_in(card.message.id)):
                if first[:2] <= (index, part) <= last[:2]:
                    start = first.position if (index, part) == first[:2] else 0
                    end = last.position if (index, part) == last[:2] else _last(text)
                    wanted[text] = (start, end)
        for text in self._selected.keys() | wanted.keys():
            # The one that has the mouse selects by itself as well, and one may show another message meanwhile.
            if isValid(text) and _selected_in(text) != wanted.get(text, (0, 0)):
                _select(text, *wanted.get(text, (0, 0)))
        self._selected = wanted

    def mime(self) -> QMimeData | None:
        ends = self._ends()
        if ends is None:
            return None
        made = QMimeData()
        made.setText(self._text(ends, {}))
        return made

    def copy(self) -> bool:
        """Puts it on the clipboard, once the words of messages that are not built are read."""
        ends = self._ends()
        if ends is None:
            return False
        between = self._area.ids[ends[0].row : ends[1].row + 1]
        missing = [message for message in between if self._area.card(message) is None]
        if missing:
            self._read(missing, lambda texts: self._put(ends, dict(zip(missing, texts, strict=True))))
        else:
            self._put(ends, {})
        return True

    def _put(self, ends: tuple[End, End], read: dict[int, str]) -> None:
        QGuiApplication.clipboard().setText(self._text(ends, read))

    def _text(self, ends: tuple[End, End], read: dict[int, str]) -> str:
        first, last = ends
        words = []
        for message in self._area.ids[first.row : last.row + 1]:
            if message in read:
                words.append(read[message])
            else:
                words += [_words(text) for text in self._texts_in(message) if text in self._selected]
        return "\n\n".join(part.strip("\n").rstrip() for part in words if part.strip())


def words_of(message: Message) -> str:
    """What is copied of a message that is not built."""
    return plain(message.content) if message.role == "assistant" else message.content


def _distance(y: float, top: int, height: int) -> float:
    return max(top - y, y - (top + height - 1), 0)


def _last(text: Text) -> int:
    return text.document().characterCount() - 1


def _select(text: Text, start: int, end: int) -> None:
    """Select from `start` to `end`; the cursor stands at the beginning, where a text that scrolls stays."""
    cursor = text.textCursor()
    cursor.setPosition(min(end, _last(text)))
    cursor.setPosition(min(start, _last(text)), QTextCursor.MoveMode.KeepAnchor)
    text.setTextCursor(cursor)


def _selected_in(text: Text) -> tuple[int, int]:
    cursor = text.textCursor()
    return cursor.selectionStart(), cursor.selectionEnd()


def _words(text: Text) -> str:
    """What is selected in one text, formulas as TeX."""
    cursor = text.textCursor()
    words = cursor.selectedText().replace("\u2029", "\n").replace("\u2028", "\n")
    if isinstance(text, ProseBlock) and OBJECT in words:
        before = text.toPlainText()[: cursor.selectionStart()].count(OBJECT)
        for tex in text.formula_texts()[before:]:
            words = words.replace(OBJECT, tex, 1)
    return words.replace("\ufdd0", "\n").replace("\ufdd1", "\n").replace("\xa0", " ")
