"""What the engine has read of conversations and keeps on the disk, so that it need not be read again.

The engine writes it and finds it. Here is what people can do with it: say how much it may take, see how much it
takes, and delete it, whether a model is loaded or not. Methods wait for the disk: call them off the GUI thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from app.services.chat.events import ConversationChanged
from app.services.events import EventBus
from app.services.models.engine_names import of_chat, of_run_alone
from app.services.models.models import Models
from app.services.runs.events import RunRemoved
from app.services.settings.settings import SettingsFile
from engine.local.prompt_cache.folder import StatesFolder


def states_folder(home: Path) -> Path:
    return home / "cache" / "states"


class PromptCacheFiles:
    """Those under the data folder `home`, of all models."""

    def __init__(self, home: Path, settings: SettingsFile, models: Models, events: EventBus) -> None:
        self._folder, self._settings, self._models = StatesFolder(states_folder(home)), settings, models
        events.subscribe(ConversationChanged, self._conversation_changed)
        events.subscribe(RunRemoved, lambda event: self.forget(of_run_alone(event.run)))

    def bytes(self) -> int:
        """What they take on the disk now."""
        return self._folder.bytes()

    def limit_to(self, size: int) -> int:
        """Let them take so many bytes at most, 0: none are kept; what is too much goes at once. Returns what they
        take then. Raises UserError as `SettingsFile.change`."""
        self._settings.change(states_limit=size)
        self._models.limit_states(size)
        self.trim()
        return self.bytes()

    def keep_house(self, trashed: Iterable[str]) -> None:
        """Remove what a crash left of conversations in the trash, by their names towards the engine, and what is
        beyond the limit after the settings were changed by hand."""
        self._folder.forget(*trashed)
        self.trim()

    def trim(self) -> None:
        """Remove the oldest of those that are beyond the limit."""
        self._folder.trim(self._settings.current.states_limit)

    def clear(self) -> None:
        """Delete all of them, also what the engine still has in memory of conversations that it does not answer."""
        self._models.forget("")
        self._folder.clear()

    def forget(self, conversation: str) -> None:
        """Delete what is kept of one conversation, by its name towards the engine."""
        self._models.forget(conversation)
        self._folder.forget(conversation)

    def _conversation_changed(self, event: ConversationChanged) -> None:
        """What was deleted leaves nothing here, though it may still come back from the trash: it is read again then.
        From the thread that deleted it."""
        if event.conversation.deleted is not None:
            self.forget(of_chat(event.conversation.id))
