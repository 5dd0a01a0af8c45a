"""A chat whose answer uses tools, to be killed: `python -m tests.support.agents.killed_chat HOME FOLDER`.

Prints the answer's id once its first call is carried out and it begins to write; then it writes very slowly.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from agents.api import ModelRequest, ModelResponse, NewText, OnText
from app.services.models.events import TextDelta
from tests.support.agents.chatting import Chatting
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says


class Slow(ScriptedBrain):
    def stream(self, ask: ModelRequest, on_text: OnText, cancelled: Callable[[], bool]) -> ModelResponse:
        if any(message.role == "tool" for message in ask.messages):
            on_text(NewText("content", "It is th"))
            time.sleep(60)
        return super().stream(ask, on_text, cancelled)


def main(home: Path, folder: Path) -> None:
    chatting = Chatting(home, folder)
    chatting.model_registry.brain_of_all = Slow(
        calls(("write_file", {"path": "notes.txt", "content": "hello\n"}), text="I write it."), says("?")
    )

    def tell(event: TextDelta) -> None:
        if event.content == "It is th":
            time.sleep(0.6)  # the text is saved meanwhile
            print(event.owner.message, flush=True)

    chatting.services.events.subscribe(TextDelta, tell)
    chatting.services.asking.send(chatting.chat(), "Make notes.txt")
    time.sleep(60)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
