"""Chats whose answers are written by runs over a scripted model, with the real store and the real tools."""

from __future__ import annotations

from pathlib import Path

from agents.api import ChatModel
from app.services.services import Services, open_services
from app.store.records import ChatOptions, ChatTools
from engine.api import Listener
from tests.support.agents.scripted_brain import Reply, ScriptedBrain
from tests.support.engines.scripted_engine import ScriptedEngine


class ScriptedModels:
    """Gives every run `chat_model`, or the one of its model's name in `named`."""

    def __init__(self, chat_model: ChatModel) -> None:
        self.brain_of_all = chat_model
        self.named: dict[str, ChatModel] = {}

    def chat_model(self, model: str = "", *_: object, **__: object) -> ChatModel:
        return self.named.get(model, self.brain_of_all)


class Chatting:
    """Services over `home` whose runs ask a scripted brain, and a folder for their tools. Close when done."""

    def __init__(self, home: Path, folder: Path, *replies: Reply) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.chat_model = ScriptedBrain(*replies)
        self.engines: list[ScriptedEngine] = []
        self.services: Services = open_services(home, make_engine=self._engine)
        self.model_registry = ScriptedModels(self.chat_model)
        self.services.model_registry.chat_model = self.model_registry.chat_model  # type: ignore[method-assign]
        self.services.runs._parts.sandbox = lambda: None  # type: ignore[method-assign]

    def chat(self, mode: str = "workspace", **options: object) -> int:
        """A new chat with tools in the folder."""
        tools = ChatTools(str(self.folder), mode)  # type: ignore[arg-type]
        return self.services.conversations.create(ChatOptions(tools=tools, **options)).id  # type: ignore[arg-type]

    def say(self, *replies: Reply) -> None:
        """What the model says from here on."""
        self.chat_model.replies = list(replies)

    def _engine(self, listener: Listener) -> ScriptedEngine:
        self.engines.append(ScriptedEngine(listener))
        return self.engines[-1]

    def close(self) -> None:
        self.services.close()
