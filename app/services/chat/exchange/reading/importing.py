"""Adds the conversations of files to the store, those that it has not had yet.

Each is added in one transaction: it is there as a whole or not at all, whatever ends the import.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path

import msgspec

from app.services.chat.events import ConversationsImported, ProjectsChanged
from app.services.chat.exchange.reading.chat_files import chat_files
from app.services.chat.exchange.values import ChatFile, Imported, UnreadChat
from app.services.events import EventBus
from app.store.records import Conversation, WholeChat
from app.store.store import Store
from app.store.whole_chats import identity


class ChatImports:
    """Imports of conversations. They block on the disk: call them off the GUI thread."""

    def __init__(self, store: Store, events: EventBus) -> None:
        self._store, self._events = store, events

    def run(self, paths: Iterable[Path], *, dry_run: bool = False) -> Generator[Imported]:
        """Import what these files and folders hold; tells after each chat how far it is, at least once. Closing it
        ends the import: what was added stays.

        Raises UserError `store.*` where the store cannot take a chat.
        """
        done = Imported()
        known = self._store.whole_chats.sources()
        added: list[Conversation] = []
        yield done
        try:
            for path in paths:
                for file in chat_files(path, self._store.database.clock()):
                    into = None if dry_run else _FileImport(self._store, file)
                    for chat in file.chats:
                        done = msgspec.structs.replace(done, found=done.found + 1)
                        if isinstance(chat, UnreadChat):
                            done = msgspec.structs.replace(done, failed=(*done.failed, chat))
                        elif (source := identity(chat.conversation)) in known:
                            done = msgspec.structs.replace(done, already=done.already + 1)
                        else:
                            if into is not None:
                                added.append(into.add(chat))
                            known.add(source)
                            done = msgspec.structs.replace(done, imported=done.imported + 1)
                        yield done
                    if into is not None:
                        added += into.linked()
        finally:
            if added:
                projects = ProjectsChanged(tuple(self._store.projects.all()))
                changed = {conversation.id: conversation for conversation in added}
                self._events.publish(projects, ConversationsImported(tuple(changed.values())))


class _FileImport:
    """Gives the chats of one file their projects, and the chats that they were begun from."""

    def __init__(self, store: Store, file: ChatFile) -> None:
        self._store = store
        self._projects = {project.id: project for project in file.projects}
        self._made: dict[int, int] = {}
        self._ids: dict[int, int] = {}
        self._origins: dict[int, int] = {}

    def add(self, chat: WholeChat) -> Conversation:
        given = chat.conversation
        own = msgspec.structs.replace(given, project=self._project(given.project), origin=None)
        added = self._store.whole_chats.add(msgspec.structs.replace(chat, conversation=own))
        self._ids[given.id] = added.id
        if given.origin is not None:
            self._origins[added.id] = given.origin
        return added

    def linked(self) -> list[Conversation]:
        """Link those that were begun from another one of the file; it may stand behind them."""
        links = {id: self._ids[origin] for id, origin in self._origins.items() if origin in self._ids}
        return [self._store.conversations.set(id, origin=origin) for id, origin in links.items()]

    def _project(self, id: int | None) -> int | None:
        """The project here of one in the file: that of the same name, else a new one."""
        project = None if id is None else self._projects.get(id)
        if id is None or project is None:
            return None
        if id not in self._made:
            here = {each.name.casefold(): each.id for each in reversed(self._store.projects.all())}
            found = here.get(project.name.casefold())
            self._made[id] = found or self._store.projects.create(project.name, project.options).id
        return self._made[id]
