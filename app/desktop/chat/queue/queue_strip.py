"""The questions that wait in the shown chat, above the composer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.chat.composer_frame import COLUMN, MARGIN, SCROLL_BAR
from app.desktop.chat.queue.queued_question import QueuedQuestion
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import announce, set_texts, text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row, discard
from app.desktop.widgets.scroller import scroll_area
from app.format import format_count
from app.store.records import Queued

# The height in which they scroll, at most this part of the window's.
MOST = 220
MAX_PART = 0.36
GAP = 4
# An answer that ends is followed by the next question at once: only where none comes "Send now" is offered.
PATIENCE_MS = 600


class QueueStrip(ThemedWidget):
    """Out of sight while nothing waits. Questions are told by their place and themselves (`Queued`). One with
    attachments is not changed here but `taken_back`."""

    edited = Signal(int, object, str)
    dropped = Signal(int, object)
    taken_back = Signal(int, object)
    # The place it has, and the one that it is put to.
    moved = Signal(int, object, int)
    # One of them is being changed or dragged: nothing is sent meanwhile.
    busy = Signal(bool)
    send_wanted = Signal()
    # The focus was on a question that is gone.
    focus_lost = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: list[QueuedQuestion] = []
        self._stored: list[QueuedQuestion] = []  # as they follow each other but for the one that is dragged
        self._answering = False
        inside = QWidget(self)
        self._head = text_label(inside, "small")
        self.send = push_button(inside, "link")
        self.send.clicked.connect(self.send_wanted)
        self._list = QWidget(self)
        self._column = Column(parent=self._list, spacing=GAP)
        self._area = scroll_area(self._list, inside)
        Column(Row(self._head, STRETCH, self.send, spacing=8), self._area, parent=inside, spacing=4)
        self._inside = inside
        self._row = Row(STRETCH, (inside, 1000), STRETCH, parent=self)
        self._offer = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._offer.timeout.connect(lambda: self.send.setVisible(not self._answering))
        self.send.hide()
        self.hide()
        self.refresh()

    @property
    def rows(self) -> list[QueuedQuestion]:
        return list(self._rows)

    def show_questions(self, questions: Sequence[Queued]) -> None:
        """These wait now. A row whose question is still there stays, its editor too."""
        if [row.question for row in self._stored] == list(questions):
            return
        before, rows = list(self._stored), []
        lost = any(holds_focus(row) for row in before)
        for question in questions:
            row = next((row for row in before if row.question == question), None)
            if row is None:
                row = self._made(question)
                if len(questions) > len(self._rows):
                    said = self.tr("Waits for the answer to end: {words}")
                    announce(self, said.format(words=row.words()))
            else:
                before.remove(row)
            rows.append(row)
        # What is being changed is not taken away while it is.
        rows[:0] = [row for row in before if row.is_editing]
        self._stored = rows
        for gone in before:
            if gone not in rows:
                discard(gone, self._column)
        self._arrange(rows)
        self.setVisible(bool(rows))
        self.retranslate()
        self.fit()
        if lost and not any(holds_focus(row) for row in rows):
            self.focus_lost.emit()

    def _arrange(self, rows: list[QueuedQuestion]) -> None:
        self._rows = list(rows)
        for place, row in enumerate(rows):
            self._column.removeWidget(row)
            self._column.insertWidget(place, row)
            row.set_number(place + 1)
            row.show()

    def set_answering(self, answering: bool) -> None:
        """While the chat is answered nothing has to be done for the next question."""
        self._answering = answering
        if answering:
            self._offer.stop()
            self.send.hide()
        elif self.send.isHidden() and not self._offer.isActive():
            self._offer.start()

    def clear(self) -> None:
        """Another chat is shown."""
        for row in self._rows:
            row.stop_editing()
        self.show_questions(())

    def _made(self, question: Queued) -> QueuedQuestion:
        row = QueuedQuestion(self._list, question)
        row.edited.connect(lambda new: self.edited.emit(self._stored.index(row), question, new))
        row.dropped.connect(lambda: self.dropped.emit(self._stored.index(row), question))
        row.taken_back.connect(lambda: self.taken_back.emit(self._stored.index(row), question))
        row.raised.connect(lambda: self._move(row, self._stored.index(row) - 1))
        row.dragged.connect(lambda at: self._drag(row, self._list.mapFromGlobal(at).y()))
        row.let_go.connect(lambda stays: self._let_go(row, stays))
        row.busy.connect(self.busy)
        row.height_changed.connect(self.fit)
        return row

    def _move(self, row: QueuedQuestion, place: int) -> None:
        self.moved.emit(self._stored.index(row), row.question, place)

    def _drag(self, row: QueuedQuestion, y: int) -> None:
        """The others make room where the mouse is."""
        others = [other for other in self._rows if other is not row]
        place = sum(other.geometry().center().y() < y for other in others)
        others.insert(place, row)
        if others != self._rows:
            self._arrange(others)
        self._area.ensureVisible(0, y, 0, row.height() // 2)

    def _let_go(self, row: QueuedQuestion, stays: bool) -> None:
        place = self._rows.index(row) if row in self._rows else 0
        if stays and row in self._stored and self._rows != self._stored:
            self._move(row, place)
        else:
            self._arrange(self._stored)

    def fit(self) -> None:
        """As high as the questions, up to what scrolls."""
        px = themes.current.px
        heights = [row.wanted_height() for row in self._rows]
        most = min(px(MOST), round(self.window().height() * MAX_PART))
        self._area.setFixedHeight(min(sum(heights) + px(GAP) * (len(heights) - 1), most) if heights else 0)
        changed = next((row for row in self._rows if row.is_editing), None)
        if changed is not None:
            self._area.ensureWidgetVisible(changed, 0, 0)

    def resizeEvent(self, event: object) -> None:
        self.fit()

    def retranslate(self) -> None:
        count = len(self._rows)
        one, many = self.tr("1 question waits"), self.tr("{count} questions wait")
        self._head.setText(one if count == 1 else many.format(count=format_count(count)))
        set_texts(self.send, self.tr("Send now"), self.tr("Send the first waiting question now"))

    def restyle(self) -> None:
        px = themes.current.px
        self._inside.setMaximumWidth(px(COLUMN))
        self._row.setContentsMargins(MARGIN, px(4), MARGIN + SCROLL_BAR, px(2))
        self.fit()
