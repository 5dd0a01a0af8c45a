"""A real desktop in the middle of an answer, to be killed.

Usage: python -m tests.support.chats.answering_desktop SHOWN
Prints the process id of its engine host once text streams, and writes to the file SHOWN, each time text
reaches the window, one JSON line [time, text so far].
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app import paths
from app.desktop.application import Desktop
from app.services.models.events import TextDelta
from app.services.settings.settings import SettingsFile
from engine.values import Sampling

STORY = "Tell me a very long story about the sea, with many details."
# By chance some stories end within a second; this one goes on for more than a thousand tokens.
ALWAYS_THE_SAME = Sampling(temperature=0.0)


def main() -> None:
    shown = Path(sys.argv[1]).open("w")  # noqa: SIM115  # the process is killed with it open
    application = QApplication(sys.argv[:1])
    settings = SettingsFile(paths.settings_file())
    settings.change(welcomed=True, sampling=ALWAYS_THE_SAME)
    text = ""
    asked = False

    def take(events: list[object]) -> None:
        nonlocal text
        for event in events:
            if isinstance(event, TextDelta):
                if not text:
                    print(desktop._services.models.engines.local.host_pid, flush=True)
                text += event.content
                shown.write(json.dumps([time.time(), text]) + "\n")
                shown.flush()

    def ask(events: list[object]) -> None:
        nonlocal asked
        if not asked and desktop._services is not None:
            asked = True
            conversations = desktop._services.conversations
            desktop.window.calls.do(lambda s: s.asking.send(conversations.create().id, STORY))

    class Answering(Desktop):
        def open(self) -> None:
            assert self.bridge is not None
            self.bridge.events.connect(take)
            self.bridge.events.connect(ask)
            super().open()

    desktop = Answering(paths.home(), settings)
    desktop.start()
    application.exec()


if __name__ == "__main__":
    main()
