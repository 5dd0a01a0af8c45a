"""Brings prompts and files into the message that is written: "/" at its beginning, "@" anywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QWidget

from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.chat.composer_frame import ComposerFrame
from app.desktop.chat.insertion.insertion_list import Insertion, InsertionList
from app.desktop.chat.insertion.typed import Typed, typed
from app.services.runs.values import Recipe
from app.store.records import ChatTools

if TYPE_CHECKING:
    from app.services.services import Services

WIDTH, GAP = 520, 8
_KEYS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}

Places = tuple[int | None, ChatTools | None]


class Inserting(QObject):
    """Watches the field of `frame`; its list stands over it in `page`. `places` tells the project and the tools of
    the chat, whose files are offered. `said` carries a `Notification`."""

    said = Signal(object)

    def __init__(
        self, calls: ServiceCalls, frame: ComposerFrame, page: QWidget, places: Callable[[], Places]
    ) -> None:
        super().__init__(page)
        self._calls, self._frame, self._edit, self._page = calls, frame, frame.edit, page
        self._places = places
        self.list = InsertionList(page)
        self.list.chosen.connect(self._insert)
        self._typed: Typed | None = None
        self._closed_at = -1  # where Esc closed it, until something else is typed for
        self._entries: dict[str, list[Insertion]] = {}
        self._blanks: list[QTextCursor] = []
        self._refused: tuple[str, ...] = ()
        self._edit.textChanged.connect(self._look)
        self._edit.cursorPositionChanged.connect(self._look)
        self._edit.focus_changed.connect(lambda has: None if has else self.list.hide())
        self._edit.installEventFilter(self)
        page.installEventFilter(self)

    # Looking

    def _look(self) -> None:
        cursor = self._edit.textCursor()
        plain = not (self._edit.composing() or cursor.hasSelection())
        found = typed(self._edit.toPlainText(), cursor.position()) if plain else None
        if found is None or found.start != self._closed_at:
            self._closed_at = -1
        if found is None:
            self._typed = None
            self._entries.clear()
            self.list.hide()
            return
        fresh = self._typed is None or self._typed.kind != found.kind
        self._typed = found
        if fresh and found.kind not in self._entries:
            self._read(found.kind)
        self._show()

    def _read(self, kind: str) -> None:
        """What there is now, each time the sign is typed."""
        self._entries[kind] = []
        places = self._places()

        def take(found: tuple[list[Insertion], tuple[str, ...]]) -> None:
            entries, refused = found
            if kind in self._entries:
                self._entries[kind] = entries
                self._show()
            self._say_refused(refused)

        read = _prompts if kind == "prompt" else lambda s: _files(s, places)
        self._calls.do(read, take, executor="io", owner=self)

    def _say_refused(self, files: tuple[str, ...]) -> None:
        """Name one file that is missing in the list, each time there is another one."""
        fresh = [file for file in files if file not in self._refused]
        self._refused = files
        if fresh:
            words = self.tr("The prompt {file} can’t be read, so it isn’t in the list.")
            self.said.emit(Notification(words.format(file=fresh[0])))

    def _show(self) -> None:
        found = self._typed
        if found is None or found.start == self._closed_at or not self._edit.hasFocus():
            self.list.hide()
            return
        self.list.show_entries(self._entries.get(found.kind, ()), found.query)
        self._place()

    def _place(self) -> None:
        px = themes.current.px
        place = self._frame.mapTo(self._page, self._frame.rect().topLeft())
        width = min(px(WIDTH), self._frame.width())
        self.list.setFixedWidth(width)
        self.list.move(place.x(), max(0, place.y() - px(GAP) - self.list.height()))

    # Inserting

    def _insert(self, value: Recipe | Path) -> None:
        found, self._typed = self._typed, None
        if found is None:
            return
        cursor = self._edit.textCursor()
        cursor.setPosition(found.start, QTextCursor.MoveMode.KeepAnchor)
        if isinstance(value, Path):
            cursor.insertText("")
            self._edit.files_given.emit([value])
            return
        from app.services.runs.recipes import with_blanks

        text, blanks = with_blanks(value)
        cursor.insertText(text)
        self._blanks = []
        for start, end in blanks:
            blank = self._edit.textCursor()
            blank.setPosition(found.start + start)
            blank.setPosition(found.start + end, QTextCursor.MoveMode.KeepAnchor)
            self._blanks.append(blank)
        self._next_blank()

    def _next_blank(self) -> bool:
        """Select the next blank of a prompt; False when there is none any more."""
        while self._blanks:
            blank = self._blanks.pop(0)
            if blank.hasSelection():
                self._edit.setTextCursor(blank)
                self._edit.ensureCursorVisible()
                return True
        return False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._page:
            if event.type() == QEvent.Type.Resize and self.list.isVisible():
                self._place()
            return False
        if event.type() != QEvent.Type.KeyPress:
            return False
        return self._key(cast(QKeyEvent, event))

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if self.list.isVisible() and not event.modifiers():
            if key in _KEYS:
                self.list.step(_KEYS[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
                self.list.take()
                return True
            if key == Qt.Key.Key_Escape:
                self._closed_at = -1 if self._typed is None else self._typed.start
                self.list.hide()
                return True
        return key == Qt.Key.Key_Tab and not event.modifiers() and self._next_blank()


def _prompts(services: Services) -> tuple[list[Insertion], tuple[str, ...]]:
    """Prompts first, then the recipes of runs; and the files of prompts that cannot be used."""
    prompts = [Insertion(p.title, p.description, p) for p in services.prompts.all()]
    recipes = [Insertion(r.title, r.description, r) for r in services.runs.recipes.all()]
    return prompts + recipes, services.prompts.refused()


def _files(services: Services, places: Places) -> tuple[list[Insertion], tuple[str, ...]]:
    found = services.conversations.files_at_hand(*places)
    return [Insertion(file.name, str(file.parent), file) for file in found], ()
