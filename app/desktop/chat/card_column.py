"""The places of the cards in their column: a height for each message, estimated until its card is fitted."""

from __future__ import annotations

from itertools import repeat
from typing import Protocol

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.chat.cards import MessageCard, UserCard
from app.desktop.markdown.selectable import AcrossTexts
from app.desktop.widgets.extents import Extents, estimate
from app.store.records import Message

UNKNOWN_HEIGHT = 180
COLUMN = 744
MARGIN = 24
PADDING = 22
GAP = 22


class Fitted(Protocol):
    """What `CardColumn` places between or behind the cards: a child of it."""

    def fit(self, width: int) -> int: ...
    def restyle(self) -> None: ...
    def setGeometry(self, x: int, y: int, w: int, h: int, /) -> None: ...
    def setVisible(self, visible: bool, /) -> None: ...


class CardColumn(QWidget):
    """Holds the cards of the path `ids` that are built, the lines above them and the foot behind the last.

    Quiet bars stand for the messages that have no card. `fit` and `lay_out` put right what has changed before.
    """

    def __init__(self, viewport: QWidget) -> None:
        super().__init__(viewport)
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)  # to be higher changes nothing above
        self._viewport = viewport
        self.ids: list[int] = []
        self.index: dict[int, int] = {}
        self.cards: dict[int, MessageCard] = {}
        self.extents = Extents()
        self.foot_height = 0
        # How far the messages stand below where their heights put them: see `keep_still`.
        self.shift = 0
        self.across_texts: AcrossTexts | None = None
        self._bars: dict[int, QRect] = {}  # where quiet bars were painted
        self._placed: dict[int, tuple[int, int, int, int]] = {}  # where the cards stand
        self._unfitted: set[int] = set()
        self._lines: dict[int, Fitted] = {}
        self._line_heights: dict[int, int] = {}
        self._foot: Fitted | None = None

    # --- what stands in it ---

    def set_path(self, ids: list[int], same: int) -> None:
        """The path is another one behind its first `same` messages, whose cards are dropped already."""
        self.extents.truncate(same)
        self.ids = list(ids)
        self.index = {message: index for index, message in enumerate(ids)}
        self.extents.extend(repeat(UNKNOWN_HEIGHT, len(ids) - same))

    def append(self, message: Message) -> None:
        """A new message at the end of the path."""
        self.index[message.id] = len(self.ids)
        self.ids.append(message.id)
        self.extents.append(estimate(message.role, len(message.content), self.card_width))

    def set_estimate(self, index: int, role: str, length: int) -> None:
        """So much is known of a message that has no card yet."""
        self.extents.set_height(index, estimate(role, length, self.card_width))

    def add_card(self, card: MessageCard) -> None:
        self.cards[card.message.id] = card
        self.mark(card.message.id)

    def drop(self, message_id: int) -> MessageCard:
        """Give a card away; its message keeps its place."""
        self._placed.pop(message_id, None)
        self._unfitted.discard(message_id)
        return self.cards.pop(message_id)

    def set_line(self, message_id: int, line: Fitted | None) -> None:
        """Put a line above a message, in the place of another; None takes it away."""
        before = self._lines.pop(message_id, None)
        if before is not None and before is not line:
            before.setVisible(False)
        if line is not None:
            self._lines[message_id] = line
        self.mark(message_id)

    def set_foot(self, foot: Fitted | None) -> None:
        """Put something behind the last message; None takes it away."""
        if self._foot is not None and self._foot is not foot:
            self._foot.setVisible(False)
        self._foot = foot

    def mark(self, message_id: int) -> None:
        """The card's height may have changed: the next `fit` sees."""
        self._unfitted.add(message_id)

    def mark_all(self) -> None:
        self._unfitted.update(self.cards)

    def restyle(self) -> None:
        for card in self.cards.values():
            card.restyle()
        for beside in (*self._lines.values(), *([self._foot] if self._foot else [])):
            beside.restyle()
        self.update()

    # --- places ---

    @property
    def card_width(self) -> int:
        room = self._viewport.width() - 2 * MARGIN
        return max(160, min(themes.current.px(COLUMN), room))

    @property
    def end(self) -> int:
        """Where the last message ends."""
        return self.begin + self.extents.total

    @property
    def begin(self) -> int:
        """Where the first message begins."""
        return PADDING + self.shift

    def top(self, message_id: int) -> int:
        """Where a message of the path begins, with its line."""
        return self.begin + self.extents.top(self.index[message_id])

    def anchor(self, y: int) -> tuple[int | None, int]:
        """The message at `y`, by its place in the path, and how far above it begins."""
        if not len(self.extents):
            return None, 0
        index = self.extents.at(max(0, y - self.begin))
        return index, y - self.begin - self.extents.top(index)

    def keep_still(self, index: int, y: int) -> None:
        """Leave a message at `y`, whatever is higher above it now: what the reader sees has not to be moved, and the
        column with it, which would have all of it painted anew."""
        self.shift = y - PADDING - self.extents.top(index)

    def fit(self) -> set[int]:
        """Give the cards that changed their heights. Returns whose they are."""
        width = self.card_width
        fitted = self._unfitted & self.cards.keys()
        for message_id in fitted:
            height = self.cards[message_id].fit(width) + self._gap(message_id)
            line = self._lines.get(message_id)
            self._line_heights[message_id] = above = 0 if line is None else line.fit(width)
            self.extents.set_height(self.index[message_id], above + height)
        self._unfitted.clear()
        return fitted

    def lay_out(self) -> None:
        """Put all where they belong, and be as high as they are."""
        width, gap = self.card_width, themes.current.px(GAP)
        self.foot_height = 0 if self._foot is None else self._foot.fit(width) + gap
        total = self.end + self.foot_height + PADDING
        self.resize(self._viewport.width(), max(total, self._viewport.height()))
        left = (self.width() - width) // 2
        for message_id, card in self.cards.items():
            above = self._line_heights.get(message_id, 0)
            index = self.index[message_id]
            below = 0 if isinstance(card, UserCard) else gap
            height, top = self.extents.height(index) - below - above, self.begin + self.extents.top(index)
            place = (left, top + above, width, height)
            if self._placed.get(message_id) != place:
                self._placed[message_id] = place
                card.setGeometry(*place)
                if card.isHidden():
                    card.show()
            if message_id in self._lines:
                self._lines[message_id].setGeometry(left, top, width, above)
        for message_id, line in self._lines.items():
            line.setVisible(message_id in self.cards)
        if self._foot is not None:
            self._foot.setGeometry(left, self.end, width, self.foot_height - gap)
            self._foot.setVisible(True)
        self._move_bars()

    def _gap(self, message_id: int) -> int:
        # The actions of the user's bubble stand in the gap below it.
        return 0 if isinstance(self.cards.get(message_id), UserCard) else themes.current.px(GAP)

    def _move_bars(self) -> None:
        """Have bars painted where they belong now, and nothing else."""
        for message_id, painted in list(self._bars.items()):
            place = self._place_of(message_id) if message_id in self.index else QRect()
            if place != painted or message_id in self.cards:
                del self._bars[message_id]
                self.update(painted)
                self.update(place)

    def _place_of(self, message_id: int) -> QRect:
        width = self.card_width
        height = self.extents.height(self.index[message_id])
        return QRect((self.width() - width) // 2, self.top(message_id), width, height)

    def unbuilt(self, rect: QRect) -> list[int]:
        """The messages without a card that stand within `rect`."""
        near = self.extents.between(rect.top() - self.begin, rect.bottom() - self.begin)
        return [message_id for index in near if (message_id := self.ids[index]) not in self.cards]

    # --- events ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A selection may begin beside the texts too."""
        if self.across_texts is not None and event.button() == Qt.MouseButton.LeftButton:
            self.across_texts.press(None, event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.across_texts is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.across_texts.drag(event.globalPosition())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.across_texts is not None:
            self.across_texts.release()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(themes.current.user_bubble))
        for message_id in self.unbuilt(event.rect()):
            rect = self._bars[message_id] = self._place_of(message_id)
            for line in range(min(3, max(1, rect.height() // 40))):
                width = rect.width() * (0.9, 0.75, 0.4)[line]
                painter.drawRoundedRect(QRectF(rect.x(), rect.y() + 8 + line * 26, width, 12), 6, 6)
        painter.end()
