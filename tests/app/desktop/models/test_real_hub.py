"""The page over the real services and a hub on loopback: found, judged, downloaded, used, damaged and repaired."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.application import Desktop
from app.desktop.models.models_page import ModelsPage
from app.services.settings.settings import SettingsFile
from tests.support.hub import Fault, Hub
from tests.support.hub.shelves import STARTER_REPO, starter_repository

pytestmark = pytest.mark.long

PATIENCE_MS = 300_000


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub([starter_repository()]) as started:
        yield started


@pytest.fixture
def desktop(
    qtbot: QtBot, coterie_home: Path, looks: None, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desktop]:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    coterie_home.mkdir(parents=True, exist_ok=True)
    settings = SettingsFile(coterie_home / "settings.toml")
    settings.change(welcomed=True, load_model="start", hub_endpoint=hub.address, context=512)
    made = Desktop(coterie_home, settings)
    made.start()
    qtbot.waitUntil(lambda: made.window.calls.services is not None, timeout=PATIENCE_MS)
    yield made
    made.window.close()
    made.close()
    made.window.deleteLater()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def opened(desktop: Desktop, qtbot: QtBot) -> ModelsPage:
    """The page with the repository open, and all of it judged."""
    window = desktop.window
    window.go.show_page("models")
    page = window.later.models
    qtbot.keyClicks(page.discover.bar.field, "smollm2")
    results = page.discover.results
    qtbot.waitUntil(lambda: results.results.rowCount() == 1, timeout=PATIENCE_MS)
    qtbot.keyClick(page.discover.bar.field, Qt.Key.Key_Down)
    qtbot.keyClick(results, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.discover.details.table.rows) == 4, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not page.discover.reading.running(), timeout=PATIENCE_MS)
    return page


@pytest.mark.model
def test_a_model_is_found_judged_downloaded_and_answers(desktop: Desktop, qtbot: QtBot, hub: Hub) -> None:
    page = opened(desktop, qtbot)
    details = page.discover.details
    assert details.repo() == STARTER_REPO
    qtbot.waitUntil(lambda: details.source.text().startswith("Checked against "), timeout=PATIENCE_MS)
    assert "of RAM." in details.source.text()
    best = [row for row in details.table.rows if row.line.mark == "best here"]
    assert len(best) == 1 and "tok/s" in best[0].line.chip
    judged = best[0].line.chip
    qtbot.waitUntil(details.card.is_built, timeout=PATIENCE_MS)

    best[0].button.click()
    qtbot.waitUntil(lambda: best[0].button.text() == "Use", timeout=PATIENCE_MS)
    page.show_view("library")
    qtbot.waitUntil(lambda: len(page.library.cards) == 1, timeout=PATIENCE_MS)
    card = next(iter(page.library.cards.values()))
    qtbot.waitUntil(lambda: card.verdict.text() != "", timeout=PATIENCE_MS)
    # The same file and the same machine: the speeds of the machine may have been measured meanwhile.
    assert card.verdict.text().split(",")[0] == judged.split(",")[0]

    path = Path(card.model.path)
    content = bytearray(path.read_bytes())
    content[40_000_000] ^= 1
    path.write_bytes(content)
    page.library.checking.start(card.model.id)
    qtbot.waitUntil(lambda: card.mend.isVisible(), timeout=PATIENCE_MS)
    card.mend.click()
    qtbot.waitUntil(lambda: card.model.state == "ready" and not card.bar.isVisible(), timeout=PATIENCE_MS)
    content[40_000_000] ^= 1
    assert path.read_bytes() == bytes(content)

    card.use.click()
    services = desktop.services
    assert services is not None and desktop.window.pages.currentWidget() is desktop.window.chat
    qtbot.waitUntil(
        lambda: services.models.state.state == "ready" and services.models.state.path == str(path),
        timeout=PATIENCE_MS,
    )


@pytest.mark.model
def test_a_download_that_fails_says_why_and_goes_on(desktop: Desktop, qtbot: QtBot, hub: Hub) -> None:
    page = opened(desktop, qtbot)
    hub.fault(Fault("not_found", f"{STARTER_REPO}/*", times=0))
    row = page.discover.details.table.rows[0]
    row.button.click()
    qtbot.waitUntil(lambda: row.button.text() == "Try again", timeout=PATIENCE_MS)
    page.show_view("downloads")
    QApplication.processEvents()
    card = next(iter(page.downloads.cards.values()))
    assert card.line.property("kind") == "bad" and card.line.text()
    hub.faults.clear()
    card.first.click()
    qtbot.waitUntil(lambda: card.first.text() == "Use", timeout=PATIENCE_MS)
