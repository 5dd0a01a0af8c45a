"""Brings prompts, skills and files into what is written, and commands: "/" at its beginning, "@" anywhere."""

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
from app.desktop.text_entry.entry import PlainEntry
from app.desktop.text_entry.insertion.insertion_list import Insertion, InsertionList
from app.desktop.text_entry.insertion.typed import Typed, typed
from app.services.runs.values import Recipe
from app.services.settings.settings import language
from app.store.records import ChatTools

if TYPE_CHECKING:
    from app.services.runs.slash import Place, SlashEntry
    from app.services.services import Services

WIDTH, GAP = 520, 8
_KEYS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}

Places = tuple[int | None, ChatTools | None]


class Inserting(QObject):
    """Watches `edit` in `frame`; its list stands over the frame in `page`. `places` tells the project and the tools
    of the chat, whose files are offered; None: no files are.

    `said` carries a `Notification`, `command` the name of a command that was chosen, `recipe_chosen` a `Recipe`
    where `place` is "task": it is shown instead of being inserted.
    """

    said = Signal(object)
    command = Signal(str)
    recipe_chosen = Signal(object)

    def __init__(
        self,
        calls: ServiceCalls,
        frame: QWidget,
        edit: PlainEntry,
        page: QWidget,
        place: Place,
        places: Callable[[], Places] | None = None,
    ) -> None:
        super().__init__(page)
        self._calls, self._frame, self._edit, self._page = calls, frame, edit, page
        self._place_name, self._places = place, places
        self.list = InsertionList(page)
        self.list.chosen.connect(self._insert)
        self._typed: Typed | None = None
        self._closed_at = -1  # where Esc closed it, until something else is typed for
        self._entries: dict[str, list[Insertion]] = {}
        self._blanks: list[QTextCursor] = []
        self._refused: tuple[str, ...] = ()
        self._edit.textChanged.connect(self._look)
        self._edit.cursorPositionChanged.connect(self._look)
        self._edit.installEventFilter(self)
        page.installEventFilter(self)

    # Looking

    def _look(self) -> None:
        cursor = self._edit.textCursor()
        plain = not (self._edit.composing() or cursor.hasSelection())
        found = typed(self._edit.toPlainText(), cursor.position()) if plain else None
        if found is not None and found.kind == "file" and self._places is None:
            found = None
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
        mine = self._entries[kind] = []

        def take(found: tuple[list[Insertion], tuple[str, ...]]) -> None:
            entries, refused = found
            if self._entries.get(kind) is mine:
                self._entries[kind] = entries
                self._show()
            self._say_refused(refused)

        self._calls.do(self._reading(kind), take, executor="io", owner=self)

    def _reading(self, kind: str) -> Callable[[Services], tuple[list[Insertion], tuple[str, ...]]]:
        if kind == "prompt" or self._places is None:
            return lambda services: _slash(services, self._place_name)
        places = self._places()
        return lambda services: _files(services, places)

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
        above = place.y() - px(GAP) - self.list.height()
        self.list.move(place.x(), above if above >= 0 else place.y() + self._frame.height() + px(GAP))

    # Inserting

    def _insert(self, value: SlashEntry | Path) -> None:
        found, self._typed = self._typed, None
        if found is None:
            return
        cursor = self._edit.textCursor()
        cursor.setPosition(found.start, QTextCursor.MoveMode.KeepAnchor)
        if isinstance(value, Path):
            cursor.insertText("")
            self._edit.files_given.emit([value])
        elif value.recipe is None:
            cursor.insertText("")
            self.command.emit(value.name)
        elif self._place_name == "task":
            cursor.insertText("")
            self.recipe_chosen.emit(value.recipe)
        else:
            self._put_in(cursor, found, value.recipe)

    def _put_in(self, cursor: QTextCursor, found: Typed, recipe: Recipe) -> None:
        """The words of a prompt or skill, its blanks to be filled in."""
        if recipe.skill and not self._has_tools():
            # Nothing can read it there, so its words are sent.
            cursor.insertText("")
            self._calls.do(
                lambda s: s.runs.skills.body(recipe.skill), self._insert_body, executor="io", owner=self
            )
            return
        from app.services.runs.recipes import with_blanks

        text, blanks = with_blanks(recipe)
        cursor.insertText(f"{text} " if recipe.skill else text)
        self._blanks = []
        for start, end in blanks:
            blank = self._edit.textCursor()
            blank.setPosition(found.start + start)
            blank.setPosition(found.start + end, QTextCursor.MoveMode.KeepAnchor)
            self._blanks.append(blank)
        self._next_blank()

    def _insert_body(self, text: str) -> None:
        self._edit.insert_text(text)

    def _has_tools(self) -> bool:
        return self._places is not None and self._places()[1] is not None

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
        if event.type() == QEvent.Type.FocusOut:
            self.list.hide()
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


def _slash(services: Services, place: Place) -> tuple[list[Insertion], tuple[str, ...]]:
    """What "/" offers in a place; and the files of prompts that cannot be used."""
    from app.services.runs.slash import slash_entries

    prompts = services.prompts if place == "chat" else None
    entries = slash_entries(place, services.runs.recipes, language(services.settings.current), prompts)
    found = [Insertion(entry.title, entry.description, entry, entry.name) for entry in entries]
    return found, services.prompts.refused() if prompts is not None else ()


def _files(services: Services, places: Places) -> tuple[list[Insertion], tuple[str, ...]]:
    found = services.conversations.files_at_hand(*places)
    return [Insertion(file.name, str(file.parent), file) for file in found], ()
