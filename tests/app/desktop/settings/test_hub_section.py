"""The settings of models and the hub: what counts, what does not and why, and what is kept where."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.settings.hub.hub_section import HubSection
from app.services.library.events import MoveProgress
from app.services.library.values import Found
from app.services.settings.settings import SettingsFile
from engine.errors import UserError
from tests.app.desktop.conftest import Running
from tests.support.window.reading import labels

TOKEN = "hf_" + "s3cret" * 5
GB = 10**9


class Secrets:
    """A keyring, or none."""

    def __init__(self) -> None:
        self.place, self.keyring = "", True
        self.token = ""

    def has_token(self) -> str:
        return self.place

    def set_hub_token(self, token: str) -> bool:
        self.token, self.place = token, "keyring" if self.keyring else "session"
        return self.keyring

    def forget_hub_token(self) -> None:
        self.token, self.place = "", ""


class Hub:
    """Knows one token."""

    def __init__(self) -> None:
        self.error: UserError | None = None

    def check_token(self, token: str) -> str:
        if self.error is not None:
            raise self.error
        return "ada"


class Shelf:
    """A library that moves when it is let, and what other programs have."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.go_on, self.begun = threading.Event(), threading.Event()
        self.go_on.set()
        self.error: UserError | None = None
        self.remote_servers: tuple[Found, ...] = ()
        self.taken_in: list[tuple[str, str]] = []

    def move_to(self, folder: str, stop: Any) -> None:
        self.begun.set()
        while not self.go_on.wait(0.01):
            if stop.stopped:
                raise UserError("library.stopped")
        if self.error is not None:
            raise self.error
        self.folder = Path(folder)

    def found_elsewhere(self) -> tuple[Found, ...]:
        return self.remote_servers

    def import_(self, path: str, origin: str) -> tuple[()]:
        self.taken_in.append((path, origin))
        return ()


class Page:
    """The section alone, over a hub, a keyring and a library that are made up, and real settings."""

    def __init__(self, qtbot: QtBot, home: Path) -> None:
        self._qtbot, self.home = qtbot, home
        self.hub, self.secrets, self.library = Hub(), Secrets(), Shelf(home / "models")
        self.settings = SettingsFile(home / "settings.toml")
        self.calls = ServiceCalls()
        self.section = HubSection(self.calls)
        qtbot.addWidget(self.section)
        services: Any = self
        self.calls.attach(services)
        self.section.take_settings(self.settings.current)
        self.section.open()
        self.section.show()

    def until(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition)


@pytest.fixture
def page(qtbot: QtBot, looks: None, tmp_path: Path) -> Page:
    page = Page(qtbot, tmp_path)
    page.until(lambda: page.section.token.state.text() != "")
    return page


def type_in(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


# Reaching the hub


@pytest.mark.parametrize(
    ("name", "bad", "good"),
    [
        ("endpoint", "not an address", "http://127.0.0.1:8765"),
        ("endpoint", "ftp://mirror.example", "https://mirror.example/hub"),
        ("proxy", "nonsense://proxy", "http://proxy.example:8080"),
    ],
)
def test_an_address_counts_when_it_can_be_one_and_else_says_why(
    page: Page, qtbot: QtBot, name: str, bad: str, good: str
) -> None:
    field = page.section.editors[f"hub_{name}"]
    type_in(qtbot, field.field, bad)
    page.until(field.complaint.isVisible)
    assert field.complaint.text().endswith(".") and bad in field.field.text()
    assert field.field.accessibleDescription() == field.complaint.text()
    kept = lambda: getattr(page.settings.current, f"hub_{name}")  # noqa: E731
    assert kept() == ""
    type_in(qtbot, field.field, good)
    page.until(lambda: kept() == good)
    assert not field.complaint.isVisible()
    type_in(qtbot, field.field, " ")
    page.until(lambda: kept() == "")


def test_a_file_of_certificates_is_read_before_it_counts(page: Page, qtbot: QtBot, tmp_path: Path) -> None:
    field = page.section.editors["hub_certificates"]
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("no certificate")
    for path in (nonsense, tmp_path / "gone.pem"):
        field.enter(str(path))
        page.until(field.complaint.isVisible)
        assert path.name in field.complaint.text()
        field.say(None)
    good = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
    field.enter(good)
    page.until(lambda: page.settings.current.hub_certificates == good)


def test_a_complaint_is_said_in_the_language_that_is_on_and_goes_when_one_types(
    page: Page, qtbot: QtBot
) -> None:
    field = page.section.editors["hub_endpoint"]
    type_in(qtbot, field.field, "nowhere at all")
    page.until(field.complaint.isVisible)
    english = field.complaint.text()
    languages.choose("ko")
    page.until(lambda: field.complaint.text() != english)
    qtbot.keyClicks(field.field, "x")
    assert not field.complaint.isVisible()


def test_offline_and_downloads_at_once_count_at_once(page: Page, qtbot: QtBot) -> None:
    current = lambda: page.settings.current  # noqa: E731
    page.section.editors["offline"].click()
    page.until(lambda: current().offline)
    page.section.editors["downloads_at_once"].chosen.emit("3")
    page.until(lambda: current().downloads_at_once == 3)
    page.section.take_settings(page.settings.change(downloads_at_once=7))  # in the file, by hand
    assert page.section.editors["downloads_at_once"].values() == ["1", "2", "3", "4", "7"]


def test_an_address_of_the_environment_is_told(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    page.section.retranslate()
    assert any("HF_ENDPOINT overrides" in words for words in labels(page.section))


# The token


def test_a_token_is_checked_and_kept_in_the_keyring(page: Page, qtbot: QtBot) -> None:
    token = page.section.token
    assert token.state.text() == "None. Needed only for gated and private models."
    assert not token.forget.isVisible() and not token.keep.isEnabled()
    assert token.field.echoMode() == QLineEdit.EchoMode.Password
    qtbot.keyClicks(token.field, TOKEN)
    qtbot.mouseClick(token.keep, Qt.MouseButton.LeftButton)
    page.until(lambda: token.state.text() == "Belongs to ada. Stored in the system keyring.")
    assert page.secrets.token == TOKEN
    assert token.field.text() == ""
    qtbot.mouseClick(token.forget, Qt.MouseButton.LeftButton)
    page.until(lambda: token.state.text().startswith("None."))
    assert page.secrets.token == "" and not token.forget.isVisible()


def test_without_a_keyring_it_says_that_the_token_is_for_this_session_only(page: Page, qtbot: QtBot) -> None:
    page.secrets.keyring = False
    token = page.section.token
    type_in(qtbot, token.field, TOKEN)
    page.until(lambda: "until Coterie quits: this system has no keyring" in token.state.text())


def test_a_token_that_is_none_is_not_kept_and_appears_nowhere(
    page: Page, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    page.hub.error = UserError("hub.bad_token")
    token = page.section.token
    type_in(qtbot, token.field, TOKEN)
    page.until(token.complaint.isVisible)
    assert page.secrets.token == ""
    assert token.field.text() == TOKEN, "so that it can be mended"
    shown = [label.text() for label in page.section.findChildren(QLabel)]
    shown += [widget.accessibleName() for widget in page.section.findChildren(QLabel)]
    assert not any(TOKEN in text for text in shown) and TOKEN not in caplog.text
    for file in page.home.rglob("*"):
        assert not file.is_file() or TOKEN.encode() not in file.read_bytes()


def test_the_token_of_the_environment_is_told_and_cannot_be_forgotten_here(page: Page) -> None:
    page.secrets.place = "environment"
    page.section.token.read()
    page.until(lambda: page.section.token.state.text() == "From the environment variable HF_TOKEN.")
    assert not page.section.token.forget.isVisible()


# The folder


def test_the_library_moves_with_progress(page: Page, tmp_path: Path) -> None:
    folder, shelf = page.section.folder, page.library
    assert folder.path.text() == str(tmp_path / "models")
    shelf.go_on.clear()
    folder.move_to(str(tmp_path / "big disk"))
    page.until(shelf.begun.is_set)
    assert folder.gauge.text() == "Moving…" and not folder.change.isVisible()
    page.section.take_events([MoveProgress(str(tmp_path), 3 * GB, 12 * GB)])
    assert folder.gauge.text() == "3 of 12 GB"
    assert folder.gauge.accessibleName() == "Moving the library: 3 of 12 GB"
    shelf.go_on.set()
    page.until(lambda: folder.path.text() == str(tmp_path / "big disk"))
    assert folder.change.isVisible() and not folder.gauge.isVisible()


def test_a_move_can_be_stopped_and_leaves_all_where_it_was(page: Page, tmp_path: Path, qtbot: QtBot) -> None:
    folder, shelf = page.section.folder, page.library
    shelf.go_on.clear()
    folder.move_to(str(tmp_path / "big disk"))
    page.until(shelf.begun.is_set)
    qtbot.mouseClick(folder.cancel, Qt.MouseButton.LeftButton)
    page.until(folder.change.isVisible)
    assert folder.path.text() == str(tmp_path / "models") and not folder.complaint.isVisible()


def test_a_folder_that_cannot_be_says_why(page: Page, tmp_path: Path) -> None:
    folder = page.section.folder
    page.library.error = UserError("store.disk_full", folder=str(tmp_path))
    folder.move_to(str(tmp_path / "full"))
    page.until(folder.complaint.isVisible)
    assert folder.complaint.text() and folder.path.text() == str(tmp_path / "models")


def test_closing_the_window_ends_a_move(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(tmp_path / "models")
    monkeypatch.setattr(running.services.library, "move_to", shelf.move_to)
    shelf.go_on.clear()
    running.window.later.settings.hub.folder.move_to(str(tmp_path / "big disk"))
    running.until(shelf.begun.is_set)
    running.close()  # would wait for ever
    assert shelf.folder == tmp_path / "models"


# Models of other programs


def test_models_of_other_programs_are_looked_for_when_asked_and_taken_in(page: Page, qtbot: QtBot) -> None:
    found, shelf = page.section.found, page.library
    assert found.list.lines == []
    qtbot.mouseClick(found.look, Qt.MouseButton.LeftButton)
    page.until(lambda: "No models from other apps were found." in labels(found))
    shelf.remote_servers = (
        Found("Qwen3 4B", "/lm/qwen.gguf", 2 * GB, "lm_studio"),
        Found("gemma3", "/ollama/blobs/sha256-1", 3 * GB, "ollama"),
        Found("SmolLM3", "/hf/smol.gguf", 2 * GB, "hf_cache", known=True),
    )
    qtbot.mouseClick(found.look, Qt.MouseButton.LeftButton)
    page.until(lambda: len(found.list.lines) == 3)
    assert [line.button.isEnabled() for line in found.list.lines] == [True, True, False]
    assert found.list.lines[0].button.accessibleName() == "Add gemma3 to the library"
    assert found.add_all.text() == "Add all 2"
    qtbot.mouseClick(found.list.lines[0].button, Qt.MouseButton.LeftButton)
    page.until(lambda: shelf.taken_in == [("/ollama/blobs/sha256-1", "ollama")])
    page.until(lambda: not found.list.lines[0].button.isEnabled())
    assert not found.add_all.isVisible(), "one is left, which has its own button"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_control_of_the_section_has_a_name(page: Page, qtbot: QtBot, language: str) -> None:
    from tests.app.desktop.test_accessibility import without_name

    page.library.remote_servers = (Found("Qwen3 4B", "/lm/qwen.gguf", 2 * GB, "lm_studio"),)
    page.section.found.search()
    page.until(lambda: len(page.section.found.list.lines) == 1)
    languages.choose(language)
    QApplication.processEvents()
    assert without_name(page.section) == []
