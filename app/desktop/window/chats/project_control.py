"""What is done with projects: made, changed, deleted, and chats begun in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.window.chats.chat_list import ChatList
from app.desktop.window.chats.sidebar import Sidebar
from app.store.records import Project, ProjectOptions

if TYPE_CHECKING:
    from app.desktop.chat.collections.collections_control import CollectionsControl
    from app.desktop.widgets.toast import Toast
    from app.desktop.window.chats.project_sheet import ProjectSheet
    from app.services.services import Services


class ProjectControl(QObject):
    """Opens `sheet`. `chats` moves chats into what was made, `begin` begins a chat in a project."""

    def __init__(
        self,
        calls: ServiceCalls,
        sidebar: Sidebar,
        chats: ChatList,
        toast: Toast,
        begin: Callable[[Project], None],
    ) -> None:
        super().__init__(sidebar)
        self._calls, self._sidebar, self._chats, self._toast = calls, sidebar, chats, toast
        self._begin = begin
        self._collections: CollectionsControl | None = None
        self._shown: Project | None = None
        self._moved: list[int] = []
        self.sheet: ProjectSheet | None = None
        menus = sidebar.menus
        menus.project_wanted.connect(self.open)
        menus.project_delete_wanted.connect(self.delete)
        menus.new_in_wanted.connect(self.new_chat)

    def serve(self, collections: CollectionsControl) -> None:
        """Let the sheet open all collections, and choose from what they are afterwards."""
        self._collections = collections
        collections.closed.connect(self._read_collections)

    def new_chat(self, project: int) -> None:
        """Begin a chat in a project, whose chats are then shown."""
        found = self._sidebar.model.project(project)
        if found is not None:
            self._sidebar.fold(project, False)
            self._begin(found)

    def open(self, project: int | None, chats: Sequence[int] = ()) -> None:
        """The sheet of a project, or of a new one that gets these chats, once it is known what can be chosen."""
        self._shown, self._moved = self._sidebar.model.project(project), list(chats)
        self._calls.do(_choices, self._open, executor="io", owner=self)

    def _open(self, choices: tuple[Any, ...]) -> None:
        if self.sheet is None:
            from app.desktop.window.chats.project_sheet import ProjectSheet

            self.sheet = ProjectSheet(self._toast.window())
            self.sheet.wanted.connect(self._keep)
            self.sheet.delete_wanted.connect(lambda: self.delete(self._shown.id if self._shown else 0))
            if self._collections is not None:
                self.sheet.collections_wanted.connect(self._collections.open)
        self.sheet.show_project(self._shown, *choices)
        self.sheet.open()

    def _read_collections(self) -> None:
        shown = None if self._shown is None else self._shown.id
        if self.sheet is not None and self.sheet.isVisible():
            self._calls.do(
                lambda s: (_collections(s), s.projects.find(shown)),
                self._show_collections,
                executor="io",
                owner=self,
            )

    def _show_collections(self, found: tuple[Sequence[str], Project | None]) -> None:
        names, project = found
        if self.sheet is not None:
            self.sheet.show_collections(names, "" if project is None else project.options.collection)

    def _keep(self, name: str, options: ProjectOptions) -> None:
        assert self.sheet is not None
        shown = self._shown
        self._calls.do(lambda s: _kept(s, shown, name, options), self._was_kept, self.sheet.say, owner=self)

    def _was_kept(self, project: Project) -> None:
        if self.sheet is not None:
            self.sheet.close_overlay()
        if self._shown is None and self._moved:
            self._chats.move(self._moved, project.id, name=project.name)

    def delete(self, project: int) -> None:
        """Its chats stay in the list."""
        self._calls.do(lambda s: s.projects.delete(project), self._deleted)

    def _deleted(self, project: Project) -> None:
        words = self.tr("Project “{name}” deleted. Its chats stay in the list.").format(name=project.name)
        self._toast.say(
            words,
            self.tr("Undo"),
            lambda: self._restore(project.id),
        )

    def _restore(self, project: int) -> None:
        self._calls.do(lambda s: s.projects.restore(project))


def _choices(services: Services) -> tuple[Any, ...]:
    """Models that can be chosen, folders used before, tools, tools of servers, collections. Blocks on the disk."""
    from app.desktop.chat.tools.tools_control import recent_folders
    from app.desktop.run_view.tools_fold import tools_at_hand
    from app.desktop.runs.model_field import run_models

    models = [(model.name, model.shown) for model in run_models(services)]
    return models, recent_folders(services), *tools_at_hand(services, in_chat=True), _collections(services)


def _collections(services: Services) -> Sequence[str]:
    return services.collections.names() if services.collections.exist else ()


def _kept(services: Services, project: Project | None, name: str, options: ProjectOptions) -> Project:
    """Make or change a project, where its folder can be worked in."""
    projects = services.projects
    if options.tools is not None:
        folder = services.runs.workspace(options.tools.workspace)
        options = msgspec.structs.replace(
            options, tools=msgspec.structs.replace(options.tools, workspace=folder)
        )
    if project is None:
        return projects.create(name, options)
    projects.rename(project.id, name)
    return projects.set_options(project.id, options)
