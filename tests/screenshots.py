"""Pictures of the window in light and dark, English and Korean, written to `screenshots/`.

Usage: python -m tests.screenshots [FOLDER]. Draws on the screen that Qt finds, else in memory. The window, the
store and the model are real; the conversations are written for the purpose (`tests.support.demo`).
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from app.desktop.application import Desktop, dress, put_on_style
from app.desktop.chat.reasoning import ReasoningCard
from app.services.services import Services
from app.services.settings import SettingsFile
from app.store.store import Store
from tests.support.demo import write_conversations

LOOKS = [(theme, language) for theme in ("light", "dark") for language in ("en", "ko")]
PATIENCE_S = 60.0


def until(condition: Callable[[], bool]) -> None:
    """Let the window work until the condition holds."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def settle(seconds: float = 1.0) -> None:
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end)


def picture(application: QApplication, folder: Path, theme: str, language: str) -> Path:
    """One look: its own data folder, the demo conversations, the window grabbed once it is at rest."""
    with tempfile.TemporaryDirectory(prefix="coterie-screenshots-") as home_name:
        home = Path(home_name)
        with Store.open(home / "coterie.db", home / "backups") as store:
            shown = write_conversations(store, language)
        settings = SettingsFile(home / "settings.toml")
        settings.change(theme=theme, language=language)
        dress(application, settings)
        desktop = Desktop(home, settings)
        put_on_style(application)
        desktop.window.resize(1280, 800)
        desktop.start()
        until(
            lambda: isinstance(desktop.services, Services) and desktop.services.models.state.state == "ready"
        )
        desktop.window.open_chat(shown)
        settle(1.0)
        for card in desktop.window.chat.transcript.findChildren(ReasoningCard):
            card.open()
        settle(2.0)
        path = folder / f"chat-{theme}-{language}.png"
        desktop.window.grab().save(str(path))
        desktop.window.close()
        desktop.close()
        settle(0.1)
    return path


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    for theme, language in LOOKS:
        print(picture(application, folder, theme, language), flush=True)


if __name__ == "__main__":
    main()
