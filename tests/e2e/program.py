"""The program with somebody in front of it: `python -m tests.e2e.program STORY [WHAT IT IS TOLD]`.

The product's own `run` over `COTERIE_HOME`, with its own engine. Prints what the story returns, as JSON; its exit
code is that of the program, or 1 where the story did not go as it is told.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QTimer

from agents.api import ModelRequest, ModelResponse, OnText
from app.desktop import application
from app.services.services import Services
from tests.e2e.person import Person
from tests.e2e.stories import STORIES
from tests.support.agents.bound_model import Bound

failed = False


NOTE = {"path": {"enum": ["note.txt"]}, "content": {"enum": ["The budget is 42."]}}


class Writer(Bound):
    """Is offered one tool of many, which it must call first, and one thing to write with it: the starter would write
    anything."""

    def stream(self, ask: ModelRequest, on_text: OnText, cancelled: Callable[[], bool]) -> ModelResponse:
        functions = [tool["function"] for tool in ask.tools if tool["function"]["name"] == "write_file"]
        tools = tuple(
            {"type": "function", "function": each | {"parameters": each["parameters"] | {"properties": NOTE}}}
            for each in functions
        )
        return super().stream(msgspec.structs.replace(ask, tools=tools), on_text, cancelled)


class Used(application.Desktop):
    """Once the window is shown, the story begins."""

    def start(self, *, background: bool = False) -> None:
        super().start(background=background)
        QTimer.singleShot(0, self, self._use)

    def _opened(self, services: Services) -> None:
        chat_model = services.model_registry.chat_model
        services.model_registry.chat_model = lambda *which: Writer(  # type: ignore[method-assign,misc]
            chat_model(*which), ("write_file",), 160
        )
        super()._opened(services)

    def _use(self) -> None:
        global failed
        story, *told = sys.argv[1:]
        try:
            print(json.dumps(STORIES[story](Person(self.window), *told)), flush=True)
        except Exception:
            traceback.print_exc()
            failed = True
            self.window.leaves_at_once = True
            self.window.close()


def main() -> None:
    application.Desktop = Used  # type: ignore[misc]
    code = application.run(["coterie"])
    sys.exit(code or int(failed))


if __name__ == "__main__":
    main()
