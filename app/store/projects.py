"""Projects: folders of chats. What a project holds is said by its chats."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select, update

from app.store.database import Records, reads, writes
from app.store.errors import no_project
from app.store.records import Project, ProjectOptions
from app.store.tables import CONVERSATION, PROJECT


class Projects(Records[Project]):
    """`Store.projects`. Methods that take an id raise UserError `store.no_project`."""

    record = Project
    table = PROJECT

    @writes
    def create(
        self,
        connection: Connection,
        name: str,
        options: ProjectOptions = ProjectOptions(),  # noqa: B008
    ) -> Project:
        """Create a project without chats."""
        return self.get(self.insert(connection, Project(0, name, self.database.clock(), None, options)))

    def get(self, id: int) -> Project:
        """One project, also a deleted one."""
        found = self.find(id)
        if found is None:
            raise no_project(id)
        return found

    @reads
    def all(self, connection: Connection) -> list[Project]:
        """Projects that are not deleted, by name."""
        shown = self.selection.where(PROJECT.c.deleted.is_(None))
        return sorted(
            self.select(connection, shown), key=lambda project: (project.name.casefold(), project.id)
        )

    def set(self, id: int, **fields: Any) -> Project:
        """Set fields."""
        changed = self.change(id, **fields)
        if changed is None:
            raise no_project(id)
        return changed

    def delete(self, id: int) -> Project:
        """Delete a project and keep its chats, which belong to none for as long as it is deleted."""
        return self.set(id, deleted=self.database.clock())

    def restore(self, id: int) -> Project:
        """Undo `delete`."""
        return self.set(id, deleted=None)

    @writes
    def empty_trash(self, connection: Connection, older_than: float) -> int:
        """Forget projects deleted before that time (seconds since 1970); returns the count."""
        expired = list(connection.scalars(select(PROJECT.c.id).where(PROJECT.c.deleted < older_than)))
        for id in expired:
            connection.execute(update(CONVERSATION).where(CONVERSATION.c.project == id).values(project=None))
            connection.execute(delete(PROJECT).where(PROJECT.c.id == id))
        return len(expired)
