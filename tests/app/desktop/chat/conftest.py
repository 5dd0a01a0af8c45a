"""The real window with a real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from app.desktop.application import Desktop
from app.desktop.chat import card_window
from app.services.settings.settings import SettingsFile
from tests.support.models.retold import with_template

PATIENCE_MS = 300_000
# Whoever waits until nothing moves in a chat waits for this after each step.
SETTLED_MS = 20


@pytest.fixture(autouse=True)
def settles_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_window, "SETTLED_MS", SETTLED_MS)


@pytest.fixture
def open_desktop(qtbot: QtBot, coterie_home: Path, looks: None) -> Iterator[Callable[..., Desktop]]:
    """Opens the window with the starter's weights under a chat template, "" for none; other keywords are settings."""
    with ExitStack() as opened:
        yield lambda template, **settings: opened.enter_context(
            _opened(qtbot, coterie_home, template, settings)
        )


@contextmanager
def _opened(qtbot: QtBot, home: Path, template: str, chosen: dict[str, Any]) -> Iterator[Desktop]:
    home.mkdir(parents=True, exist_ok=True)
    settings = SettingsFile(home / "settings.toml")
    usual = {"context": 2048, "max_tokens": 1500, "welcomed": True, "load_model": "start"}
    settings.change(**({"model": str(with_template(template))} | usual | chosen))
    made = Desktop(home, settings)
    made.window.resize(1280, 800)
    made.start()
    qtbot.waitUntil(lambda: hasattr(made.window, "chat"), timeout=PATIENCE_MS)  # after the first paint
    yield made
    made.window.leaves_at_once = True  # it may be asked about an answer that is being written
    made.window.close()
    made.close()
    made.window.deleteLater()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
