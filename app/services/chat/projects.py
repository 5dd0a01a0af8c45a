"""Projects: folders of chats with instructions, a model, tools and files of their own.

Methods block on the disk: call them off the GUI thread.
"""

from __future__ import annotations

from app.services.chat.events import ProjectsChanged
from app.services.events import EventBus
from app.store.records import ChatOptions, Conversation, Project, ProjectOptions
from app.store.store import Store
from engine.errors import UserError


class Projects:
    """Operations on projects. Methods that take an id raise UserError `store.no_project`."""

    def __init__(self, store: Store, events: EventBus) -> None:
        self._store, self._events = store, events

    def all(self) -> list[Project]:
        """Projects that are not deleted, by name."""
        return self._store.projects.all()

    def of(self, conversation: Conversation) -> Project | None:
        """The project of a conversation, None for one without, or whose project is deleted."""
        return self.find(conversation.project)

    def find(self, id: int | None) -> Project | None:
        """A project, None for None, and for one that is deleted or gone."""
        found = None if id is None else self._store.projects.find(id)
        return None if found is None or found.deleted is not None else found

    def named(self, name: str) -> Project | None:
        """A project by its name, whatever its case."""
        return next((p for p in self.all() if p.name.casefold() == name.strip().casefold()), None)

    def create(self, name: str, options: ProjectOptions | None = None) -> Project:
        """Create a project. Raises UserError `chat.no_name`."""
        return self._changed(self._store.projects.create(_name(name), options or ProjectOptions()))

    def rename(self, id: int, name: str) -> Project:
        """Raises UserError `chat.no_name`."""
        return self._changed(self._store.projects.set(id, name=_name(name)))

    def set_options(self, id: int, options: ProjectOptions) -> Project:
        return self._changed(self._store.projects.set(id, options=options))

    def delete(self, id: int) -> Project:
        """Delete a project; its chats stay. `restore` brings it back, with its chats, for 30 days."""
        return self._changed(self._store.projects.delete(id))

    def restore(self, id: int) -> Project:
        return self._changed(self._store.projects.restore(id))

    def options_for(self, id: int) -> ChatOptions:
        """What a new chat of this project begins with."""
        options = self._store.projects.get(id).options
        return ChatOptions(model=options.model, tools=options.tools)

    def _changed(self, project: Project) -> Project:
        self._events.publish(ProjectsChanged(tuple(self.all())))
        return project


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise UserError("chat.no_name")
    return name
