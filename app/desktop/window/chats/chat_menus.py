"""The menus of the list of chats: of a chat, of several, of a project."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.icons import icon
from app.desktop.base.menu import Menu
from app.desktop.window.chats.conversation_model import ConversationModel
from app.store.records import Conversation, Project


class ChatMenus(QObject):
    """Makes menus that delete themselves when they close, and tells what was chosen; chats by their ids.

    `project_wanted` asks for the sheet of a project, of a new one (None) that gets these chats.
    """

    rename_wanted = Signal(int)
    window_wanted = Signal(int)
    pin_wanted = Signal(int, bool)
    archive_wanted = Signal(list)
    delete_wanted = Signal(list)
    move_wanted = Signal(list, object)
    export_wanted = Signal(list)
    new_in_wanted = Signal(int)
    project_wanted = Signal(object, list)
    project_delete_wanted = Signal(int)

    def __init__(self, model: ConversationModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._parent = model, parent

    def of_chat(self, chat: Conversation) -> Menu:
        menu, number = self._menu(), chat.id
        menu.addAction(
            icon("new-window"), self.tr("Open in new window"), lambda: self.window_wanted.emit(number)
        )
        menu.addAction(icon("pencil"), self.tr("Rename"), lambda: self.rename_wanted.emit(number))
        if chat.pinned:
            menu.addAction(icon("pin-off"), self.tr("Unpin"), lambda: self.pin_wanted.emit(number, False))
        else:
            menu.addAction(icon("pin"), self.tr("Pin"), lambda: self.pin_wanted.emit(number, True))
        return self._with_places(menu, [number])

    def of_chats(self, chats: Sequence[int]) -> Menu:
        return self._with_places(self._menu(), list(chats))

    def of_project(self, project: Project) -> Menu:
        menu, number = self._menu(), project.id
        menu.addAction(icon("plus"), self.tr("New chat"), lambda: self.new_in_wanted.emit(number))
        menu.addAction(
            icon("settings"), self.tr("Project settings"), lambda: self.project_wanted.emit(number, [])
        )
        menu.addSeparator()
        menu.addAction(
            icon("trash-2"), self.tr("Delete project"), lambda: self.project_delete_wanted.emit(number)
        )
        return menu

    def of_places(self, chats: Sequence[int]) -> Menu:
        """Where these chats can be moved."""
        return self._fill_places(self._menu(), list(chats))

    def _with_places(self, menu: Menu, chats: list[int]) -> Menu:
        self._fill_places(menu.add_menu(icon("folder"), self.tr("Move to project")), chats)
        menu.addAction(icon("download"), self.tr("Export…"), lambda: self.export_wanted.emit(chats))
        menu.addAction(icon("archive"), self.tr("Archive"), lambda: self.archive_wanted.emit(chats))
        menu.addSeparator()
        menu.addAction(icon("trash-2"), self.tr("Delete"), lambda: self.delete_wanted.emit(chats))
        return menu

    def _fill_places(self, menu: Menu, chats: list[int]) -> Menu:
        records = [self._model.conversation(number) for number in chats]
        inside = {self._place(record) for record in records if record is not None}
        for project in self._model.projects():
            self._add_place(menu, project.name.replace("&", "&&"), chats, project.id, inside)
        if self._model.projects():
            self._add_place(menu, self.tr("No project"), chats, None, inside)
            menu.addSeparator()
        menu.addAction(
            icon("folder-plus"), self.tr("New project…"), lambda: self.project_wanted.emit(None, chats)
        )
        return menu

    def _place(self, chat: Conversation) -> int | None:
        return chat.project if self._model.project(chat.project) is not None else None

    def _add_place(
        self, menu: Menu, words: str, chats: list[int], project: int | None, inside: set[int | None]
    ) -> None:
        act: Callable[[], None] = lambda: self.move_wanted.emit(chats, project)  # noqa: E731
        place = menu.addAction(words, act)
        place.setCheckable(True)
        place.setChecked(inside == {project})

    def _menu(self) -> Menu:
        menu = Menu(self._parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu
