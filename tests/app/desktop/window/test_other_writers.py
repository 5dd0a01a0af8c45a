"""What another process writes while the window is open is shown: chats that it imports and deletes, and models."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app.desktop.window import other_writers
from app.services.chat.events import ConversationsReread
from app.services.events import ServiceEvent
from app.services.library.events import LibraryChanged
from app.store.store import Store
from tests.app.desktop.conftest import Running
from tests.support.chats import foreign_chats
from tests.support.library.library_models import put_model
from tests.support.window.chat_windows import open_chat, opened


def coterie(*arguments: str) -> None:
    """Run a command in a process of its own, over the data folder of the window."""
    command = [sys.executable, "-m", "app", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def come_back(running: Running) -> None:
    """A person comes back to the window."""
    QApplication.sendEvent(running.window, QEvent(QEvent.Type.WindowActivate))


def titles(running: Running) -> list[str]:
    return sorted(chat.title for chat in running.window.sidebar.model.conversations())


@pytest.mark.long
def test_chats_that_another_process_imports_and_deletes_are_seen(running: Running, tmp_path: Path) -> None:
    running.send("here")
    (here,) = titles(running)
    shown = running.window.chat.shown.now.id
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([foreign_chats.chatgpt(title="Imported there")]))
    coterie("chats", "import", str(path))
    come_back(running)
    running.until(lambda: titles(running) == sorted([here, "Imported there"]))
    assert running.window.chat.shown.now.id == shown
    coterie("chats", "delete", str(shown))
    come_back(running)
    running.until(lambda: titles(running) == ["Imported there"])
    running.until(lambda: running.window.chat.shown.now.id is None)


def test_it_is_seen_though_nobody_comes_back(
    make_desktop: Callable[..., Running], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_writers, "LOOK_MS", 50)
    running = make_desktop().ready()
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([foreign_chats.chatgpt(title="Imported there")]))
    coterie("chats", "import", str(path))
    running.until(lambda: titles(running) == ["Imported there"])


def test_a_model_that_another_process_takes_in_is_seen(running: Running, tmp_path: Path) -> None:
    told: list[LibraryChanged] = []
    running.services.events.subscribe(LibraryChanged, told.append)
    file = put_model(tmp_path / "tiny.gguf")
    coterie("models", "import", str(file))
    come_back(running)
    running.until(lambda: bool(told))
    assert [Path(model.path).name for model in running.services.library.models()] == ["tiny.gguf"]


def test_a_window_of_a_chat_that_another_process_deletes_says_so(running: Running) -> None:
    running.send("Precious words")
    window = opened(running, open_chat(running))
    with Store.open(running.home / "coterie.db", running.home / "backups") as other:
        other.conversations.delete(open_chat(running))
    come_back(running)
    running.until(window.deleted.isVisible)


def test_what_this_process_writes_is_read_again_by_nobody(running: Running) -> None:
    told: list[ServiceEvent] = []
    running.services.events.subscribe(ConversationsReread, told.append)
    running.send("here")
    for _ in range(3):
        running.services.other_processes.look()
    assert told == []
