"""The settings of models elsewhere: adding, checking, changing and removing a server; and where its key is not."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.settings.remote_server_form import ServerForm, completed
from app.desktop.settings.remote_servers_section import RemoteServersSection
from app.services.connections.events import RemoteServersChanged
from app.services.connections.remote_server_file import ModelServer
from app.services.connections.remote_servers import RemoteServers
from app.services.settings.secrets import Secrets
from app.services.settings.settings import SettingsFile
from tests.app.desktop.test_accessibility import without_name
from tests.app.services.settings.test_secrets import Remembering
from tests.support.servers.openai_server import OpenAiServer
from tests.support.window.late import Late

KEY = "sk-canary-of-the-form"


class Page:
    """The section alone, over real servers, a real file and a keyring of the test's own."""

    def __init__(self, qtbot: QtBot, home: Path) -> None:
        self._qtbot, self.home = qtbot, home
        settings = SettingsFile(home / "settings.toml")
        self.remote_servers = RemoteServers(home, settings, Secrets({}), settings.events)
        self.calls = ServiceCalls()
        self.section = RemoteServersSection(self.calls)
        qtbot.addWidget(self.section)
        services: Any = self
        self.calls.attach(services)
        self.section.resize(700, 900)
        self.section.show()
        self.section.open()
        self.until(self.section.list.empty.isVisible)

    @property
    def adding(self) -> ServerForm:
        return self.section.adding

    def until(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition)

    def told(self) -> None:
        """What the bridge brings after a change."""
        self.section.take_events([RemoteServersChanged("")])

    def add(self, server: ModelServer, key: str | None = None) -> None:
        self.remote_servers.save(server, key)
        self.told()
        self.until(lambda: server.url in self.section.list.lines)

    def shown(self) -> list[str]:
        """All that a person or a screen reader is told, but for what was typed into the field of the key."""
        texts = [label.text() for label in self.section.findChildren(QLabel)]
        for widget in self.section.findChildren(QWidget):
            texts += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        return texts


@pytest.fixture
def ring() -> Iterator[Remembering]:
    before = keyring.get_keyring()
    ring = Remembering()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def page(qtbot: QtBot, looks: None, ring: Remembering, tmp_path: Path) -> Page:
    return Page(qtbot, tmp_path / "home")


def type_in(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)


def test_a_server_is_checked_and_added_with_the_models_that_are_ticked(
    page: Page, qtbot: QtBot, ring: Remembering, caplog: pytest.LogCaptureFixture
) -> None:
    form = page.adding
    assert not form.check.isEnabled() and not form.save.isEnabled()
    with OpenAiServer(names=("qwen3", "glm", "embed"), key=KEY) as server:
        type_in(qtbot, form.address, f"http://127.0.0.1:{server.port}/")
        qtbot.keyClick(form.address, Qt.Key.Key_Return)
        page.until(form.refusal.isVisible)
        assert "rejected the API key" in form.refusal.text()
        type_in(qtbot, form.key.field, KEY)
        assert not form.refusal.isVisible() and form.key.field.echoMode() == QLineEdit.EchoMode.Password
        qtbot.mouseClick(form.check, Qt.MouseButton.LeftButton)
        page.until(lambda: form.state.text() == "3 models found. Choose which to show.")
    assert [tick.box.isChecked() for tick in form.models.ticks] == [True] * 3 and ring.kept == {}
    qtbot.mouseClick(form.models.ticks[2], Qt.MouseButton.LeftButton)
    type_in(qtbot, form.models.another, "hidden-one")
    type_in(qtbot, form.title, "Work")
    assert KEY not in "".join(page.shown())
    qtbot.mouseClick(form.save, Qt.MouseButton.LeftButton)
    page.until(lambda: bool(page.remote_servers.all()))
    page.told()
    page.until(lambda: len(page.section.list.lines) == 1)
    (kept,) = page.remote_servers.all()
    assert (kept.url, kept.title, kept.models) == (server.url, "Work", ("qwen3", "glm", "hidden-one"))
    line = page.section.list.lines[server.url]
    assert line.name.text() == "Work" and line.words.text() == f"{kept.host} · on this computer · 3 models"
    assert not line.chip.isVisible() and not page.section.list.empty.isVisible()
    assert list(ring.kept.values()) == [KEY]
    page.until(lambda: form.address.text() == form.key.field.text() == "")
    assert form.models.ticks == []
    assert KEY not in "".join(page.shown()) and KEY not in caplog.text
    for file in page.home.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes()


def test_the_keyboard_goes_from_above_to_below(page: Page, qtbot: QtBot) -> None:
    form = page.adding
    type_in(qtbot, form.address, "http://far.example")
    form.models.show_found(["a", "b"])
    form.more.click()
    form.address.setFocus()
    heights = []
    while (now := QApplication.focusWidget()) is not form.save and len(heights) < 20:
        heights.append(now.mapTo(form, now.rect().center()).y())
        QApplication.sendEvent(now, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Tab, Qt.KeyboardModifier(0)))
    assert form.save.hasFocus() and len(heights) > 10
    assert all(later - one > -8 for one, later in itertools.pairwise(heights))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("localhost:1234", "http://localhost:1234"),
        (" 192.168.0.7:8000/v1", "http://192.168.0.7:8000/v1"),
        ("[::1]:80", "http://[::1]:80"),
        ("api.example.com", "https://api.example.com"),
        ("http://far.example", "http://far.example"),
        ("[", "["),
        ("", ""),
    ],
)
def test_the_beginning_of_an_address_may_be_left_out(typed: str, meant: str) -> None:
    assert completed(typed) == meant


def test_http_to_another_computer_is_allowed_by_hand_alone(page: Page, qtbot: QtBot) -> None:
    form = page.adding
    for near in (
        "",
        "https://far.example/v1",
        "http://127.0.0.1:8080",
        "http://localhost/v1",
        "http://[",
        "x",
    ):
        type_in(qtbot, form.address, near)
        assert not form.allow_http.isVisible(), near
    type_in(qtbot, form.address, "http://far.example/v1")
    assert form.allow_http.isVisible() and not form.wish().allow_http
    qtbot.mouseClick(form.allow_http, Qt.MouseButton.LeftButton)
    assert form.wish().allow_http
    type_in(qtbot, form.address, "https://far.example/v1")
    assert not form.wish().allow_http


def test_a_server_is_changed_and_its_key_is_kept_forgotten_and_not_handed_on(
    page: Page, qtbot: QtBot, ring: Remembering
) -> None:
    url = "https://far.example/v1"
    page.add(ModelServer(url, models=("a", "b"), agreed=True), KEY)
    line = page.section.list.lines[url]
    page.until(line.chip.isVisible)
    assert line.words.text() == "2 models" and not line.remove.isVisible()
    qtbot.mouseClick(line.toggle, Qt.MouseButton.LeftButton)
    form = line.details
    assert form is not None and form.isVisible()
    page.until(lambda: form.key.state.text() == "Stored in the system keyring.")
    assert form.key.field.text() == "" and KEY not in "".join(page.shown())
    qtbot.mouseClick(form.more, Qt.MouseButton.LeftButton)
    form.context.field.setValue(64_000)
    qtbot.mouseClick(form.models.ticks[0].box, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(form.save, Qt.MouseButton.LeftButton)
    page.until(lambda: page.remote_servers.all()[0].context == 64_000)
    (kept,) = page.remote_servers.all()
    assert (kept.models, kept.has_key, kept.agreed) == (("b",), True, True)
    qtbot.mouseClick(form.key.forget, Qt.MouseButton.LeftButton)
    page.until(lambda: ring.kept == {} and not form.key.forget.isVisible())
    type_in(qtbot, form.key.field, KEY)
    qtbot.mouseClick(form.save, Qt.MouseButton.LeftButton)
    page.until(lambda: list(ring.kept.values()) == [KEY] and form.key.field.text() == "")
    type_in(qtbot, form.address, "https://other.example/v1")
    qtbot.mouseClick(form.save, Qt.MouseButton.LeftButton)
    page.until(lambda: [one.url for one in page.remote_servers.all()] == ["https://other.example/v1"])
    (moved,) = page.remote_servers.all()
    assert ring.kept == {} and not moved.has_key and not moved.agreed, "another place is asked about anew"


def test_without_a_keyring_it_says_so(qtbot: QtBot, looks: None, tmp_path: Path) -> None:
    page = Page(qtbot, tmp_path / "home")
    said = QSignalSpy(page.section.said)
    type_in(qtbot, page.adding.address, "far.example/v1")
    type_in(qtbot, page.adding.key.field, KEY)
    type_in(qtbot, page.adding.models.another, "a")
    qtbot.mouseClick(page.adding.save, Qt.MouseButton.LeftButton)
    page.until(lambda: said.count() == 1)
    assert "until Coterie quits: this system has no keyring" in said.at(0)[0].text
    page.told()
    page.until(lambda: bool(page.section.list.lines))
    line = page.section.list.lines["https://far.example/v1"]
    qtbot.mouseClick(line.toggle, Qt.MouseButton.LeftButton)
    page.until(lambda: line.details is not None and "has no keyring" in line.details.key.state.text())


def test_what_cannot_be_saved_says_why(page: Page, qtbot: QtBot) -> None:
    page.add(ModelServer("https://far.example/v1", "Far"))
    form = page.adding
    for address, said in (("ftp://far", "can’t be used"), ("https://far.example/v1/", "already")):
        type_in(qtbot, form.address, address)
        type_in(qtbot, form.models.another, "m")
        qtbot.mouseClick(form.save, Qt.MouseButton.LeftButton)
        page.until(form.complaint.isVisible)
        assert said in form.complaint.text() and form.address.text() == address
    assert len(page.remote_servers.all()) == 1


def test_what_of_the_file_cannot_be_understood_is_told(page: Page) -> None:
    page.remote_servers.save(ModelServer("https://far.example/v1"))
    file = page.home / "elsewhere.toml"
    file.write_text(file.read_text() + '["no address"]\ntitle = 5\n')
    page.told()
    page.until(page.section.list.complaint.isVisible)
    assert "no address" in page.section.list.complaint.text() and len(page.section.list.lines) == 1


def test_an_answer_about_another_address_than_the_typed_one_does_not_count(page: Page, qtbot: QtBot) -> None:
    form = page.adding
    with OpenAiServer(names=("a",)) as server:
        type_in(qtbot, form.address, server.url)
        form.ask()
        qtbot.keyClick(form.address, Qt.Key.Key_1)
        page.until(lambda: bool(server.paths))
        qtbot.wait(50)
    assert form.models.ticks == [] and not form.state.isVisible()


def test_of_a_server_with_very_many_models_those_that_are_wanted_are_found_and_ticked(
    page: Page, qtbot: QtBot
) -> None:
    ticks = page.adding.models
    ticks.show_found([f"maker/model-{number}" for number in range(400)])
    assert ticks.chosen() == () and ticks.search.isVisible()
    qtbot.keyClicks(ticks.search, "maker 399")
    (tick,) = [tick for tick in ticks.ticks if tick.isVisible()]
    qtbot.mouseClick(tick.box, Qt.MouseButton.LeftButton)
    assert ticks.chosen() == ("maker/model-399",)
    ticks.show_found(["maker/model-1"])
    assert ticks.chosen() == ("maker/model-399",), "what was chosen stays"


def test_what_a_model_sees_is_what_the_server_says_until_a_person_says_otherwise(
    page: Page, qtbot: QtBot
) -> None:
    ticks = page.adding.models
    ticks.show_found(["eyes", "words"], ["eyes"])
    eyes, words = ticks.ticks
    assert ticks.seeing() == ("eyes",) and page.adding.wish().seeing == ("eyes",)
    qtbot.mouseClick(words.sees, Qt.MouseButton.LeftButton)
    assert ticks.seeing() == ("eyes", "words")
    qtbot.mouseClick(eyes.box, Qt.MouseButton.LeftButton)
    assert ticks.seeing() == ("words",) and not eyes.sees.isVisible()
    assert words.sees.accessibleName() == "words sees pictures"
    ticks.show_kept(("words", "eyes"), ("words",))
    assert ticks.seeing() == ("words",)


def test_a_removed_server_comes_back_with_its_key(page: Page, qtbot: QtBot, ring: Remembering) -> None:
    url = "https://far.example/v1"
    page.add(ModelServer(url, "Work", ("a",), agreed=True), KEY)
    before, said = page.remote_servers.all(), QSignalSpy(page.section.said)
    line = page.section.list.lines[url]
    qtbot.mouseClick(line.toggle, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(line.remove, Qt.MouseButton.LeftButton)
    page.until(lambda: said.count() == 1)
    assert page.remote_servers.all() == () and ring.kept == {}
    told = said.at(0)[0]
    assert told.text == "“Work” was removed" and KEY not in repr(told)
    told.act()
    page.until(lambda: page.remote_servers.all() == before and list(ring.kept.values()) == [KEY])
    page.told()
    page.until(lambda: url in page.section.list.lines)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_control_has_a_name(page: Page, qtbot: QtBot, language: str) -> None:
    page.add(ModelServer("http://far.example/v1", models=("a",)), KEY)
    line = page.section.list.lines["http://far.example/v1"]
    qtbot.mouseClick(line.toggle, Qt.MouseButton.LeftButton)
    line.details.more.click()
    languages.choose(language)
    QApplication.processEvents()
    assert without_name(page.section) == []


def test_what_was_asked_of_a_server_that_is_added_since_is_nothing_for_the_next_one(
    page: Page, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = page.adding
    with OpenAiServer(names=("qwen3",)) as server:
        late = Late(monkeypatch, page.remote_servers, "check")
        type_in(qtbot, form.address, f"http://127.0.0.1:{server.port}")
        qtbot.mouseClick(form.check, Qt.MouseButton.LeftButton)
        page.until(lambda: late.is_asked)
        qtbot.keyClicks(form.models.another, "mine")
        qtbot.mouseClick(form.models.add, Qt.MouseButton.LeftButton)
        qtbot.mouseClick(form.save, Qt.MouseButton.LeftButton)
        assert not form.save.isEnabled(), "a second press would be a second server"
        page.until(lambda: form.address.text() == "")
        late.let_go(page.until)
    assert form.models.ticks == [] and form.state.text() == "" and not form.refusal.isVisible()
