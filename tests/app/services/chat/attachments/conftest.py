"""Services whose engine counts, for chats with attachments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.services import Services, open_services
from app.store.records import Attachment, Message
from engine.api import Listener
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening

CONTEXT = 4000


class House:
    """Services over an engine that counts a token for each four characters."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.engine: ScriptedEngine

        def make(listener: Listener) -> ScriptedEngine:
            self.engine = ScriptedEngine(listener, counts=True)
            return self.engine

        self.services: Services = open_services(home, make_engine=make)
        self.services.settings.change(context=CONTEXT)
        self.told = Listening(self.services)
        self.id = self.services.conversations.create().id

    def load(self) -> None:
        self.services.models.use("starter", remember=False)
        self.told.model("ready")

    def attach(self, name: str, content: bytes, **chosen: int) -> Attachment:
        return self.services.attachments.attach(self.id, (name, content), **chosen)

    def say(self, text: str, *attachments: Attachment) -> Message:
        answer = self.services.asking.send(self.id, text, attachments=attachments)
        return self.told.finished(answer.id)

    def asked(self) -> list[str]:
        """What the user's turns said with the last request."""
        return [message.content for message in self.engine.requests[-1].messages if message.role == "user"]


@pytest.fixture
def house(coterie_home: Path) -> Iterator[House]:
    house = House(coterie_home)
    yield house
    house.services.close()
