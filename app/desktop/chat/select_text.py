"""The whole conversation as one plain text: to select across messages, to search in, to copy as Markdown."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QKeySequence,
    QPalette,
    QShortcut,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.chat.cards import time_of
from app.desktop.chat.find.places import find_all, nearest
from app.desktop.markdown.text_browser import show_only
from app.desktop.text.tool_call_text import arguments_text, one_line, whole_text
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column, Row
from app.format import format_count
from app.store.plain_text import pattern, plain
from app.store.records import Message

PAGE = 100
SLICE = 0.004
AT_ONCE = 40
MAX_PAINTED = 500
MARGIN = 24


def message_text(message: Message) -> str:
    """A message as it is read, without markup, and the calls that it makes."""
    parts = [plain(message.content) if message.role == "assistant" else message.content]
    parts += [f"{one_line(call.name)}\n{arguments_text(call)}" for call in message.tool_calls]
    return "\n\n".join(part.strip() for part in parts if part.strip())


class _Text(QPlainTextEdit):
    """Lays out only what is seen of it, however long it is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        show_only(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.document().setDocumentMargin(MARGIN)
        self.viewport().setAutoFillBackground(True)


class SelectTextView(ThemedWidget):
    """Built in slices between events from the pages that `page_wanted` asks for. Esc closes (`closed`)."""

    page_wanted = Signal(list)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ids: list[int] = []
        self._asked = 0
        self._arrived: dict[int, Message] = {}
        self._queue: deque[int] = deque()
        self._markdown: list[str] = []
        self._places: list[tuple[int, int]] = []
        self._current = -1
        self._text = _Text(self)
        self._field = TextField(self)
        self._count = text_label(self, "small")
        self._previous, self._next, self._copy, self._close = (push_button(self, "bar") for _ in range(4))
        self._slices = QTimer(self, singleShot=True, interval=0)
        self._searching = QTimer(self, singleShot=True, interval=120)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        buttons = (self._previous, self._next, self._copy, self._close)
        bar = Row((self._field, 1), self._count, *buttons, margins=(MARGIN, 10, MARGIN, 10), spacing=8)
        Column(bar, (self._text, 1), parent=self, spacing=0)

    def _connect(self) -> None:
        self._slices.timeout.connect(self._build_slice)
        self._searching.timeout.connect(self._search)
        self._field.textChanged.connect(lambda: self._searching.start())
        self._field.returnPressed.connect(lambda: self._step(forward=True))
        self._previous.clicked.connect(lambda: self._step(forward=False))
        self._next.clicked.connect(lambda: self._step(forward=True))
        self._copy.clicked.connect(self.copy_markdown)
        self._close.clicked.connect(self.close_view)
        keys = QKeySequence.StandardKey
        self._shortcut(keys.Find, self.focus_search)
        self._shortcut(keys.Cancel, self.close_view)
        self._shortcut(keys.FindNext, lambda: self._step(forward=True))
        self._shortcut(keys.FindPrevious, lambda: self._step(forward=False))

    def _shortcut(self, key: QKeySequence.StandardKey, action: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(action)

    # --- building ---

    def open(self, ids: list[int]) -> None:
        """Starts to show the messages with these ids, root to leaf."""
        self._ids = list(ids)
        self._asked = 0
        self._arrived.clear()
        self._markdown.clear()
        self._queue = deque(ids)
        self._text.clear()
        self._ask()
        self._show_state()

    @property
    def is_complete(self) -> bool:
        return not self._queue

    def take_page(self, messages: list[Message]) -> None:
        """Takes the records that `page_wanted` asked for."""
        self._arrived.update({message.id: message for message in messages})
        if self._queue and not self._slices.isActive():
            self._slices.start()

    def _ask(self) -> None:
        page = self._ids[self._asked : self._asked + PAGE]
        if page:
            self._asked += len(page)
            self.page_wanted.emit(page)

    def _build_slice(self) -> None:
        started, at_start = time.perf_counter(), self._text.document().isEmpty()
        cursor = QTextCursor(self._text.document())
        cursor.beginEditBlock()  # one for all: the end of each is what takes the time
        cursor.movePosition(QTextCursor.MoveOperation.End)
        for _ in range(AT_ONCE):
            if not self._queue or self._queue[0] not in self._arrived:
                break
            self._add(self._arrived.pop(self._queue.popleft()), cursor)
            if time.perf_counter() - started > SLICE:
                break
        cursor.endEditBlock()
        if at_start:
            # The reader's cursor went along with what was inserted, and would with all that follows.
            self._text.moveCursor(QTextCursor.MoveOperation.Start)
        if self._queue and self._queue[0] in self._arrived:
            self._slices.start()
        elif len(self._arrived) < PAGE // 2:
            self._ask()
        if not self._queue:
            self._search()
        self._show_state()

    def _add(self, message: Message, cursor: QTextCursor) -> None:
        if message.role not in ("user", "assistant"):
            return
        speaker = self.tr("You") if message.role == "user" else self.tr("Assistant")
        text = whole_text(message.content.strip(), message.tool_calls)
        self._markdown.append(f"**{speaker}**\n\n{text}")
        theme, head = themes.current, QTextCharFormat()
        head.setForeground(QColor(theme.muted))
        head.setFont(theme.font(13, bold=True))
        cursor.insertText(f"{speaker} · {time_of(message)}\n", head)
        cursor.insertText(f"{message_text(message)}\n\n", QTextCharFormat())

    # --- searching and copying ---

    def focus_search(self) -> None:
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def _search(self) -> None:
        wanted = self._field.text().strip()
        self._places = find_all(self._text.toPlainText(), pattern([wanted])) if wanted else []
        position = self._text.textCursor().selectionStart()
        self._go(nearest(self._places, position, forward=True))

    def _step(self, *, forward: bool) -> None:
        if self._searching.isActive():
            self._searching.stop()
            self._search()
        elif self._places:
            self._go((self._current + (1 if forward else -1)) % len(self._places))

    def _go(self, index: int) -> None:
        self._current = index
        if index >= 0:
            start, end = self._places[index]
            cursor = self._text.textCursor()
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            self._text.setTextCursor(cursor)
        self._paint_places()
        self._show_state()

    def _paint_places(self) -> None:
        """Marks the places around the current one; marking thousands would make each repaint slow."""
        first = max(0, self._current - MAX_PAINTED // 2)
        look = QTextCharFormat()
        look.setBackground(QColor(themes.current.accent_soft))
        marks = []
        for start, end in self._places[first : first + MAX_PAINTED]:
            mark = QTextEdit.ExtraSelection()
            mark.format = look
            mark.cursor = QTextCursor(self._text.document())
            mark.cursor.setPosition(start)
            mark.cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            marks.append(mark)
        self._text.setExtraSelections(marks)

    def copy_markdown(self) -> None:
        """Puts the whole conversation on the clipboard as Markdown."""
        QGuiApplication.clipboard().setText("\n\n".join(self._markdown) + "\n")
        self._copy.setText(self.tr("Copied"))

    def close_view(self) -> None:
        """Stops building and says that the reader is done."""
        self._slices.stop()
        self._searching.stop()
        self._queue.clear()
        self._arrived.clear()
        self.closed.emit()

    # --- looks ---

    def _show_state(self) -> None:
        self._copy.setEnabled(self.is_complete)
        found = bool(self._places)
        self._previous.setEnabled(found)
        self._next.setEnabled(found)
        if not self.is_complete:
            done = len(self._ids) - len(self._queue)
            percent = format_count(100 * done // max(1, len(self._ids)))
            self._count.setText(self.tr("Preparing the text… {percent}%").format(percent=percent))
        elif not self._field.text():
            self._count.setText("")
        elif not found:
            self._count.setText(self.tr("Not found"))
        else:
            self._count.setText(
                self.tr("{number} of {count}").format(
                    number=format_count(self._current + 1), count=format_count(len(self._places))
                )
            )

    def restyle(self) -> None:
        theme = themes.current
        palette = theme.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(theme.background))
        self._text.setPalette(palette)
        self._text.setFont(theme.font())
        if self._ids and self.is_complete and self.isVisible():
            # The colours are part of the text, which is built again.
            self.open(self._ids)

    def retranslate(self) -> None:
        self._field.setPlaceholderText(self.tr("Find in this chat"))
        self._field.setAccessibleName(self.tr("Find in this chat"))
        self._text.setAccessibleName(self.tr("The whole chat"))
        self._previous.setText(self.tr("Previous"))
        self._next.setText(self.tr("Next"))
        self._copy.setText(self.tr("Copy as Markdown"))
        self._close.setText(self.tr("Close"))
        self._show_state()
