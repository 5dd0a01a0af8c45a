"""What is done with chats as a whole, any number at once, and undone again.

Methods block on the disk: call them off the GUI thread.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from app.services.chat.events import ConversationChanged
from app.services.chat.open_answers import OpenAnswers
from app.services.events import EventBus
from app.services.runs.runs import Runs
from app.store.records import Conversation
from app.store.store import Store


class Filing:
    """Each returns the chats as they were before, which `put_back` takes."""

    def __init__(self, store: Store, runs: Runs, answers: OpenAnswers, events: EventBus) -> None:
        self._store, self._runs, self._answers, self._events = store, runs, answers, events

    def delete(self, ids: Sequence[int]) -> list[Conversation]:
        """Move chats to the trash for 30 days and stop their answers."""
        for id in self._answers.answering().intersection(ids):
            self._answers.stop(id)
        return self._set(ids, deleted=time.time())

    def restore(self, ids: Sequence[int]) -> list[Conversation]:
        return self._set(ids, deleted=None)

    def archive(self, ids: Sequence[int]) -> list[Conversation]:
        """Take chats out of the list. They are still found, and can be gone on with."""
        return self._set(ids, archived=True)

    def unarchive(self, ids: Sequence[int]) -> list[Conversation]:
        return self._set(ids, archived=False)

    def move(self, ids: Sequence[int], project: int | None) -> list[Conversation]:
        """Move chats into a project, or out of theirs. Raises UserError `store.no_project`."""
        if project is not None:
            self._store.projects.get(project)
        return self._set(ids, project=project)

    def put_back(self, before: Iterable[Conversation]) -> None:
        """Undo any of these: each chat is filed again as this record of it says."""
        places: dict[tuple[int | None, bool, float | None], list[int]] = {}
        for record in before:
            places.setdefault((record.project, record.archived, record.deleted), []).append(record.id)
        changed: list[Conversation] = []
        try:
            for (project, archived, deleted), ids in places.items():
                fields = {"project": project, "archived": archived, "deleted": deleted}
                changed += self._store.conversations.set_all(ids, **fields)
        finally:
            self._events.publish(*map(ConversationChanged, changed))

    def purge(self, ids: Sequence[int]) -> int:
        """Delete chats of the trash for good, with the journals of their answers; returns the count."""
        count = self._store.conversations.purge(ids)
        self._runs.empty_trash(0.0)
        self._store.contents.sweep()
        return count

    def _set(self, ids: Sequence[int], **fields: Any) -> list[Conversation]:
        before = self._store.conversations.get_all(ids)
        changed = self._store.conversations.set_all(ids, **fields)
        self._events.publish(*map(ConversationChanged, changed))
        return before
