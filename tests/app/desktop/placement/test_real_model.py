"""The page over the real services: the 8-expert model, read, planned on this machine, and answering."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from app.desktop.application import Desktop
from app.services.settings.settings import SettingsFile
from engine.placement.plan import RAM
from tests.support.models.moe import moe_model

pytestmark = pytest.mark.long

PATIENCE_MS = 300_000


@pytest.fixture
def desktop(qtbot: QtBot, coterie_home: Path, looks: None) -> Iterator[Desktop]:
    coterie_home.mkdir(parents=True, exist_ok=True)
    settings = SettingsFile(coterie_home / "settings.toml")
    settings.change(model=str(moe_model()), context=2048, max_tokens=24, welcomed=True, load_model="start")
    made = Desktop(coterie_home, settings)
    made.start()
    yield made
    made.window.close()
    made.close()
    made.window.deleteLater()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_a_real_model_is_planned_loaded_and_its_experts_are_seen(desktop: Desktop, qtbot: QtBot) -> None:
    window = desktop.window

    def ready() -> bool:
        services = desktop.services
        return services is not None and services.models.state.state == "ready"

    qtbot.waitUntil(ready, timeout=PATIENCE_MS)
    window.go.show_page("placement")
    page = window.later.placement
    qtbot.waitUntil(page.view.shows_model, timeout=PATIENCE_MS)
    page.view.details.open()
    assert page.view.header.chip.text() == "2 of 8 experts, 214 of 692 million parameters per token"
    assert [cell.shares for cell in page.view.strip.strip.cells()] == [((RAM, 1.0),)] * 30
    assert not page.view.header.apply.isEnabled()

    page.view.heat.switch.click()
    window.go.show_page("chat")
    window.chat.composer.edit.setPlainText("What is a mixture of experts?")
    window.chat.composer.button.click()
    qtbot.waitUntil(
        lambda: len(window.chat.transcript.ids) == 2 and not window.chat.shown.answering(),
        timeout=PATIENCE_MS,
    )
    window.go.show_page("placement")
    qtbot.waitUntil(lambda: any(page.view.heat.map.heat().levels), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "measured" in page.view.explanation.speed.text(), timeout=PATIENCE_MS)

    page.view.options.context.slider.setValue(0)
    qtbot.waitUntil(page.view.header.apply.isEnabled, timeout=PATIENCE_MS)
    page.view.header.apply.click()
    qtbot.waitUntil(
        lambda: ready() and desktop.services.models.state.facts.context == 1024, timeout=PATIENCE_MS
    )
    qtbot.waitUntil(lambda: not page.view.header.apply.isEnabled(), timeout=PATIENCE_MS)
