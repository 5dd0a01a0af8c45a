"""The real window with a real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from app.desktop.application import Desktop
from app.services.settings.settings import SettingsFile
from tests.support.retold import with_template

PATIENCE_MS = 60_000


@pytest.fixture
def open_desktop(qtbot: QtBot, coterie_home: Path, looks: None) -> Iterator[Callable[[str], Desktop]]:
    """Opens the window with the starter's weights under a chat template, "" for none."""
    with ExitStack() as opened:
        yield lambda template: opened.enter_context(_opened(qtbot, coterie_home, template))


@contextmanager
def _opened(qtbot: QtBot, home: Path, template: str) -> Iterator[Desktop]:
    home.mkdir(parents=True, exist_ok=True)
    settings = SettingsFile(home / "settings.toml")
    settings.change(
        model=str(with_template(template)), context=2048, max_tokens=1500, welcomed=True, load_model="start"
    )
    made = Desktop(home, settings)
    made.window.resize(1280, 800)
    made.start()
    qtbot.waitUntil(lambda: hasattr(made.window, "chat"), timeout=PATIENCE_MS)  # after the first paint
    yield made
    made.window.close()
    made.close()
    made.window.deleteLater()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
