"""Prompt cache on disk: the processed prompts of conversations.

The engine reads and writes it; this module limits, measures and deletes it, whether a model is loaded or not.
Methods wait for the disk: call them off the GUI thread.
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
    """Prompt cache files under the data folder `home`, of all models."""

    def __init__(self, home: Path, settings: SettingsFile, models: Models, events: EventBus) -> None:
        self._folder, self._settings, self._models = StatesFolder(states_folder(home)), settings, models
        events.subscribe(ConversationChanged, self._conversation_changed)
        events.subscribe(RunRemoved, lambda event: self.forget(of_run_alone(event.run)))

    def bytes(self) -> int:
        """Their size on the disk."""
        return self._folder.bytes()

    def limit_to(self, size: int) -> int:
        """Set the size limit in bytes, 0: none are kept; deletes the excess at once.

        Returns the size then. Raises UserError as `SettingsFile.change`.
        """
        self._settings.change(states_limit=size)
        self._models.engines.local.limit_states(size)
        self.trim()
        return self.bytes()

    def keep_house(self, trashed: Iterable[str]) -> None:
        """Delete files of conversations in the trash that a crash left, by their engine names, and what
        exceeds the limit after the settings were edited by hand.
        """
        self._folder.forget(*trashed)
        self.trim()

    def trim(self) -> None:
        """Delete the oldest files beyond the limit."""
        self._folder.trim(self._settings.current.states_limit)

    def clear(self) -> None:
        """Delete all files, and what the engine holds in memory of conversations that it does not answer."""
        self._models.engines.local.forget("")
        self._folder.clear()

    def forget(self, conversation: str) -> None:
        """Delete the files of one conversation, by its engine name."""
        self._models.engines.local.forget(conversation)
        self._folder.forget(conversation)

    def _conversation_changed(self, event: ConversationChanged) -> None:
        """Delete the files of a deleted conversation; after a restore its prompt is processed again.

        From the thread that deleted it.
        """
        if event.conversation.deleted is not None:
            self.forget(of_chat(event.conversation.id))
