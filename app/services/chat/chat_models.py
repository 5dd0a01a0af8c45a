"""The model of each chat: a chat goes on with what it was written with, until a person chooses another."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

from app.services.chat.events import ConversationChanged
from app.services.events import EventBus
from app.services.library.library import Library
from app.services.library.model_names import shown_name
from app.services.library.names import STARTER
from app.services.models.models import Models
from app.services.runs.runs import Runs
from app.services.settings.settings import SettingsFile
from app.store.records import Conversation
from app.store.store import Store
from app.store.whole_chats import is_of_another_app
from engine.errors import UserError
from engine.remote.names import is_remote


class ModelOfChat(msgspec.Struct, frozen=True):
    """The model that answers in a chat: `name` as `Models.use` takes it, `path` as `ModelChanged` has it, `title` for
    people. Both are "" for one that is not known here any more."""

    name: str
    path: str
    title: str


class ChatModels:
    """Tells and takes up the models of chats. Blocks on the disk: call it off the GUI thread.

    `is_new` as that of `RemoteServers`: a chat may come from anybody, and names no place that text goes to unless a
    person agreed to that.
    """

    def __init__(
        self,
        store: Store,
        models: Models,
        settings: SettingsFile,
        library: Library,
        runs: Runs,
        events: EventBus,
        is_new: Callable[[str], bool],
    ) -> None:
        self._store, self._models, self._settings = store, models, settings
        self._library, self._runs, self._events, self._is_new = library, runs, events, is_new

    def of(self, id: int) -> ModelOfChat | None:
        """The model of a chat: the one chosen for it, else the one that wrote its last answer. None for a chat with
        neither, or out of another app, which the model in use answers."""
        return self._of(self._store.conversations.get(id))

    def _of(self, conversation: Conversation) -> ModelOfChat | None:
        chosen = conversation.options.model
        if chosen is not None:
            return self._agreed(chosen)
        signature = self._store.messages.last_model(conversation.id)
        if not signature or is_of_another_app(conversation):
            return None
        return self.signed(signature)

    def signed(self, signature: str) -> ModelOfChat:
        """The model whose answers have this signature (`Message.model`)."""
        if signature == self._models.signature:
            return self.named(self._models.wanted)
        if is_remote(signature):
            return self._agreed(signature)
        found = next((name for name in self._candidates() if self._signs(name, signature)), None)
        return ModelOfChat("", "", signature) if found is None else self.named(found)

    def _agreed(self, name: str) -> ModelOfChat:
        """The model of this name, not known where it would be the first to get text on another machine."""
        with contextlib.suppress(UserError):
            if not is_remote(name) or name == self._models.wanted or not self._is_new(name):
                return self.named(name)
        return ModelOfChat("", "", self._models.called(name))

    def named(self, name: str) -> ModelOfChat:
        """The model that `Models.use` knows by this name."""
        try:
            path = self._models.resolved(name)
        except UserError:
            return ModelOfChat(name, "", name)
        there = is_remote(path) or Path(path).exists()
        return ModelOfChat(name, path if there else "", self._models.called(path))

    def take_up(self, id: int) -> Conversation:
        """Load the model of a chat, unless it is in use; the chat with its model, which it keeps from now on.

        Raises UserError `chat.model_gone` (`name`), `model.answering` while another model answers, `chat.model_held`
        while a run works with it.
        """
        conversation = self._store.conversations.get(id)
        model = self._of(conversation)
        if model is not None:
            if not model.path:
                raise UserError("chat.model_gone", name=model.title)
            self.load(model)
        if conversation.options.model is not None:
            return conversation
        name = self._models.wanted if model is None else model.name
        changed = self._store.conversations.rework(
            id, lambda chat: {"options": msgspec.structs.replace(chat.options, model=name)}
        )
        self._events.publish(ConversationChanged(changed))
        return changed

    def load(self, model: ModelOfChat) -> None:
        """Load a model for an answer, unless it is in use. Raises UserError `model.answering`, `chat.model_held`."""
        if self._models.state.path != model.path and self._runs.hold_model():
            raise UserError("chat.model_held", used=self._models.state.name, wanted=model.title)
        self._models.take_up(model.name, "answer")

    def expect(self, id: int) -> None:
        """Somebody begins to write in this chat: load its model, unless another one is at work."""
        model = self.of(id)
        at_work = self._models.is_answering or self._runs.hold_model()
        if model is not None and model.path and not at_work:
            self._models.take_up(model.name, "writing")

    def _candidates(self) -> Iterator[str]:
        """Models that may have written an old answer, the likeliest first."""
        settings = self._settings.current
        yield from (self._models.wanted, settings.model, STARTER, *settings.recent_models)
        yield from (model.path for model in self._library.known() if model.trashed is None)

    def _signs(self, name: str, signature: str) -> bool:
        """Whether answers of this model have that signature."""
        try:
            path = self._models.resolved(name)
        except UserError:
            return False
        if is_remote(path):
            return path == signature
        return signature in (self._models.called(path), shown_name(path), _name_in_file(path))


@lru_cache(maxsize=64)
def _name_in_file(path: str) -> str:
    """How a loaded model is called whose file is not in the library; "" for a file that cannot be read."""
    from engine.gguf.reading import read_index
    from engine.gguf.summary import summarize

    try:
        summary = summarize(read_index(Path(path)))
    except UserError:
        return ""
    return f"{summary.name} · {summary.quantisation}" if summary.quantisation else summary.name
