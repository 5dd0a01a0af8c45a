"""What "/" offers where a run is told how it goes on: undo, redo, and skills."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.runs.follow_up import FollowUp
from app.desktop.text_entry.insertion.insertion_list import Insertion, InsertionList
from app.desktop.text_entry.insertion.typed import typed
from app.services.settings.settings import language
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.runs.slash import SlashEntry
    from app.services.services import Services

WIDTH, GAP = 420, 6
_KEYS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class LineSlash(QObject):
    """Watches the line; its list stands over it in `page`. `command` carries a command's name and what was said
    behind it; a skill is put into the line."""

    command = Signal(str, str)

    def __init__(self, calls: ServiceCalls, line: FollowUp, page: QWidget) -> None:
        super().__init__(page)
        self._calls, self._line, self._page = calls, line, page
        self.list = InsertionList(page)
        self._entries: tuple[SlashEntry, ...] = ()
        self._reading = False
        self._closed = False  # by Esc, until the slash is gone
        self.list.chosen.connect(self._choose)
        line.field.textChanged.connect(self._look)
        line.field.installEventFilter(self)
        line.meant = self._meant

    def _look(self, text: str) -> None:
        found = typed(text, self._line.field.cursorPosition())
        if found is None or found.kind != "prompt":
            self._closed = False
            self._entries = ()  # read again when it is typed for next
            self.list.hide()
        elif not self._entries and not self._reading:
            self._reading = True
            self._calls.do(_entries, self._take, self._failed, executor="io", owner=self)
        elif not self._closed:
            self._show(found.query)

    def _take(self, entries: tuple[SlashEntry, ...]) -> None:
        self._entries, self._reading = entries, False
        self._look(self._line.field.text())

    def _failed(self, error: UserError) -> None:
        self._reading = False
        self._calls.failed.emit(error)

    def _show(self, query: str) -> None:
        if not self._line.field.hasFocus():
            return
        shown = [Insertion(entry.title, entry.description, entry, entry.name) for entry in self._entries]
        self.list.show_entries(shown, query)
        px, field = themes.current.px, self._line.field
        place = field.mapTo(self._page, field.rect().topLeft())
        self.list.setFixedWidth(min(px(WIDTH), self._page.width() - place.x()))
        above = place.y() - px(GAP) - self.list.height()
        self.list.move(place.x(), above if above >= 0 else place.y() + field.height() + px(GAP))

    def _choose(self, entry: SlashEntry) -> None:
        if entry.recipe is None:
            self._line.field.clear()
            self.command.emit(entry.name, "")
        else:
            self._line.field.setText(f"{_words(entry)} ")

    def _meant(self, text: str) -> bool:
        """Whether a line that is sent was a command, which is carried out then."""
        from app.services.runs.slash import command_in, commands_in

        found = command_in(text, commands_in("run", "en"))
        if found is None:
            return False
        self.command.emit(found[0].name, found[1])
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.list.hide()
        if event.type() != QEvent.Type.KeyPress or not self.list.isVisible():
            return False
        key = Qt.Key(cast(QKeyEvent, event).key())
        if key in _KEYS:
            self.list.step(_KEYS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self.list.take()
        elif key == Qt.Key.Key_Escape:
            self._closed = True
            self.list.hide()
        else:
            return False
        return True


def _words(entry: SlashEntry) -> str:
    from app.services.runs.recipes import with_blanks

    return " ".join(with_blanks(entry.recipe)[0].split()) if entry.recipe is not None else ""


def _entries(services: Services) -> tuple[SlashEntry, ...]:
    from app.services.runs.slash import slash_entries

    return slash_entries("run", services.runs.recipes, language(services.settings.current))
