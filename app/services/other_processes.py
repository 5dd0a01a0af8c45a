"""What other processes do to the chats and the library while a window is open: a command line that imports chats or
fetches a model."""

from __future__ import annotations

from app.services.chat.events import ConversationsReread
from app.services.events import EventBus
from app.services.library.library import Library
from app.store.records import LibraryModel
from app.store.store import Store


class OtherProcesses:
    """Tells of it when it is asked to `look`, which costs next to nothing while nothing was done."""

    def __init__(self, store: Store, library: Library, events: EventBus) -> None:
        self._store, self._library, self._events = store, library, events
        self._models: tuple[LibraryModel, ...] = ()
        self._is_behind = False  # something was written, and is not told yet

    def begin(self) -> None:
        """What is there now is known."""
        self._store.database.changed_elsewhere()
        self._models = self._library.known()

    def look(self) -> None:
        """Publish `ConversationsReread` and `LibraryChanged` where another process has written since the last look.
        Blocks on the disk."""
        self._is_behind = self._store.database.changed_elsewhere() or self._is_behind
        if not self._is_behind:
            return
        # Within a transaction: what is changed here is changed, and told of, either before or after this.
        self._store.database.write(lambda _: self._reread())
        before, self._models = self._models, self._library.known()
        if before != self._models:
            self._library.changed()
        self._is_behind = False

    def _reread(self) -> None:
        chats, projects = tuple(self._store.conversations.all()), tuple(self._store.projects.all())
        self._events.publish(ConversationsReread(chats, projects))
