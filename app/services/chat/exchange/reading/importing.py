"""Adds the conversations of files to the store, those that it has not had yet, and to those that it has what they
have more by now.

Several are added in one transaction, each as a whole or not at all, whatever ends the import.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

import msgspec

from app.services.chat.events import BranchShown, ConversationsImported, ProjectsChanged
from app.services.chat.exchange.reading.chat_files import chat_files
from app.services.chat.exchange.values import ChatFile, Imported, UnreadChat
from app.services.events import EventBus
from app.store.records import Conversation, WholeChat
from app.store.store import Store
from app.store.whole_chats import identity

# Messages that are added in one transaction, which nothing else can write in meanwhile.
AT_ONCE = 500


class ChatImports:
    """Imports of conversations. They block on the disk: call them off the GUI thread."""

    def __init__(self, store: Store, events: EventBus) -> None:
        self._store, self._events = store, events

    def run(self, paths: Iterable[Path], *, dry_run: bool = False) -> Generator[Imported]:
        """Import what these files and folders hold; tells after each chat how far it is, and at the end of all of it.
        Closing it ends the import: what was counted as imported stays.

        Raises UserError `store.*` where the store cannot take a chat.
        """
        done = Imported()
        known = _Known(self._store.whole_chats.sources())
        added: list[Conversation] = []
        failed: list[UnreadChat] = []
        yield done
        try:
            for path in paths:
                for file in chat_files(path, self._store.database.clock()):
                    into = _FileImport(self._store, file, known, dry_run=dry_run)
                    for chat in file.chats:
                        done = msgspec.structs.replace(done, found=done.found + 1)
                        if isinstance(chat, UnreadChat):
                            failed.append(chat)
                        else:
                            done = _counted(done, into.take(chat), added)
                            done = msgspec.structs.replace(done, already=known.already)
                        yield done
                    done = _counted(done, into.rest(), added)
                    added += into.linked()
            yield msgspec.structs.replace(done, failed=tuple(failed))
        finally:
            if added and not dry_run:
                projects = ProjectsChanged(tuple(self._store.projects.all()))
                changed = {conversation.id: conversation for conversation in added}
                shown = map(BranchShown, sorted(known.grown))
                self._events.publish(projects, ConversationsImported(tuple(changed.values())), *shown)


def _counted(done: Imported, more: Sequence[Conversation], added: list[Conversation]) -> Imported:
    added += more
    return msgspec.structs.replace(done, imported=done.imported + len(more))


class _Known:
    """Which chats are here, by what they come from; None: in the trash. Those of a dry run have their length."""

    def __init__(self, here: dict[str, int | None]) -> None:
        self.here = here
        self.waiting: set[str] = set()
        self.rehearsed: dict[str, int] = {}
        self.grown: set[int] = set()
        self.already = 0


class _FileImport:
    """Adds the chats of one file, several at a time, with their projects and the chats that they were begun from; a
    dry run adds nothing."""

    def __init__(self, store: Store, file: ChatFile, known: _Known, *, dry_run: bool) -> None:
        self._store, self._known, self._dry_run = store, known, dry_run
        self._projects = {project.id: project for project in file.projects}
        self._made: dict[int, int] = {}
        self._ids: dict[int, int] = {}
        self._origins: dict[int, int] = {}
        self._waiting: list[WholeChat] = []
        self._messages = 0

    def take(self, chat: WholeChat) -> list[Conversation]:
        """Take a chat; returns those that are now added, or have more than before."""
        source, known = identity(chat.conversation), self._known
        if self._dry_run:
            return self._rehearse(source, chat)
        added = self.rest() if source in known.waiting else []
        if source in known.here:
            grown = self._grow(known.here[source], chat)
            known.already += grown is None
            return added if grown is None else [*added, grown]
        known.waiting.add(source)
        self._waiting.append(chat)
        self._messages += len(chat.messages)
        return self.rest() if self._messages >= AT_ONCE else []

    def _grow(self, id: int | None, chat: WholeChat) -> Conversation | None:
        """Add what a chat has more than the one here; None for nothing, and for one in the trash."""
        grown = None if id is None else self._store.whole_chats.grow(id, chat)
        if grown is not None:
            self._known.grown.add(grown.id)
        return grown

    def _rehearse(self, source: str, chat: WholeChat) -> list[Conversation]:
        known, length = self._known, len(chat.messages)
        id = known.here.get(source)
        if source in known.rehearsed:
            is_more = length > known.rehearsed[source]
        else:
            is_more = source not in known.here or (
                id is not None and self._store.whole_chats.has_grown(id, chat)
            )
        known.rehearsed[source] = max(length, known.rehearsed.get(source, 0))
        known.already += not is_more
        return [chat.conversation] if is_more else []

    def rest(self) -> list[Conversation]:
        """Add those that wait."""
        chats, self._waiting, self._messages = self._waiting, [], 0
        self._known.waiting.clear()
        added = self._store.whole_chats.add_all([self._at_home(chat) for chat in chats]) if chats else []
        for chat, conversation in zip(chats, added, strict=True):
            self._ids[chat.conversation.id] = conversation.id
            self._known.here[identity(conversation)] = conversation.id
            if chat.conversation.origin is not None:
                self._origins[conversation.id] = chat.conversation.origin
        return added

    def linked(self) -> list[Conversation]:
        """Link those that were begun from another one of the file; it may stand behind them."""
        links = {id: self._ids[origin] for id, origin in self._origins.items() if origin in self._ids}
        return [self._store.conversations.set(id, origin=origin) for id, origin in links.items()]

    def _at_home(self, chat: WholeChat) -> WholeChat:
        given = chat.conversation
        own = msgspec.structs.replace(given, project=self._project(given.project), origin=None)
        return msgspec.structs.replace(chat, conversation=own)

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
