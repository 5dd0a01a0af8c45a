"""The program without its windows: how it gets there, what goes on, how it comes back, and how it ends."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import httpx
import pytest
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from engine.errors import UserError
from resources import FOLDER
from tests.app.desktop.conftest import Running
from tests.support.servers.free_port import free_port

Make = Callable[..., Running]
# The platform without a screen has no icons to speak of.
without_a_screen = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


class Served:
    """A desktop whose server is on, and what the system was told to say."""

    def __init__(self, make_desktop: Make, monkeypatch: pytest.MonkeyPatch, **settings: object) -> None:
        self.port = free_port()
        given = {"server_port": self.port, "server_on": True, **settings}
        self.running = make_desktop(settings=given).start()
        self.window, self.said = self.running.window, list[str]()
        self.notices = self.window.away.notices
        monkeypatch.setattr(self.notices, "say", lambda title, words, act: self.said.append(words))
        server = self.window.server
        self.running.until(lambda: server.state is not None and not server.is_changing)

    def answers(self) -> int:
        return httpx.get(f"http://127.0.0.1:{self.port}/v1/models", timeout=300).status_code


@pytest.fixture
def icons(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Iterator[list[bool]]:
    """Whether the system has icons: the last entry, which a test changes."""
    there = [True]
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: there[-1])
    for name in ("LOOK_MS", "ASK_MS"):
        monkeypatch.setattr(f"app.desktop.window.closing.presence.{name}", 50)
    qapp.setWindowIcon(QIcon(str(FOLDER / "icons" / "coterie.svg")))
    yield there
    qapp.setWindowIcon(QIcon())


def test_the_server_goes_on_without_the_window_until_it_comes_back(
    make_desktop: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served(make_desktop, monkeypatch)
    window, sheet = served.window, served.window.quit_sheet
    window.close()
    assert window.isVisible() and sheet.isVisible() and sheet.no_more.isVisible()
    sheet.stay.click()
    assert window.isHidden()
    assert served.answers() == 401
    assert ["start it again" in words for words in served.said] == [True]
    window.come_forward()
    assert window.isVisible() and not sheet.isVisible()
    window.close()  # nothing was remembered
    assert sheet.isVisible()


def test_who_wants_no_such_question_is_asked_once(
    make_desktop: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served(make_desktop, monkeypatch)
    window = served.window
    window.close()
    window.quit_sheet.no_more.box.click()
    window.quit_sheet.stay.click()
    settings = served.running.services.settings
    served.running.until(lambda: settings.current.server_when_closed == "keep")
    window.come_forward()
    window.close()
    assert window.isHidden() and window.presence.is_away


def test_quitting_by_the_sheet_is_remembered_and_ends_the_server(
    make_desktop: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served(make_desktop, monkeypatch)
    ended = list[bool]()
    served.window.closed.connect(lambda: ended.append(True))
    served.window.close()
    served.window.quit_sheet.no_more.box.click()
    served.window.quit_sheet.leave.click()
    assert ended == [True]
    assert served.running.services.settings.current.server_when_closed == "quit"
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", served.port)) != 0


def test_quitting_from_the_background_asks_once_about_what_would_end(
    make_desktop: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served(make_desktop, monkeypatch, server_when_closed="keep")
    running, window, sheet = served.running, served.window, served.window.quit_sheet
    running.until(lambda: running.services.models.state.state == "ready")
    running.engine.hold.set()
    window.chat.composer.edit.setPlainText("A question")
    window.chat.composer.submit()
    running.until(lambda: bool(running.services.answers.answering()))
    window.close()
    assert window.isHidden() and not sheet.isVisible()  # nothing ends
    window.quit()
    assert window.isVisible() and sheet.isVisible() and not sheet.no_more.isVisible()
    sheet.stay.click()
    assert window.isVisible() and served.answers() == 401
    running.engine.hold.clear()
    running.until(lambda: not running.services.answers.answering())
    window.close()
    ended = list[bool]()
    window.closed.connect(lambda: ended.append(True))
    window.quit()
    assert ended == [True]


@without_a_screen
def test_the_icon_tells_and_pauses_and_its_loss_is_told(
    make_desktop: Make, monkeypatch: pytest.MonkeyPatch, icons: list[bool]
) -> None:
    served = Served(make_desktop, monkeypatch, server_when_closed="keep")
    running, window, presence = served.running, served.window, served.window.presence
    assert presence.tray is not None and presence.tray.icon.isVisible()
    tray = presence.tray
    running.until(tray.unload.isEnabled)
    assert tray.state.text() == "Server on"
    window.close()
    assert served.said == []
    tray.pause.trigger()
    running.until(lambda: tray.state.text() == "Server paused")
    assert running.services.settings.current.server_on
    window.come_forward()
    assert tray.icon.isVisible()  # to have it go on
    tray.go_on.trigger()
    running.until(lambda: tray.state.text() == "Server on" and not window.server.is_changing)
    tray.unload.trigger()
    running.until(lambda: running.services.models.state.resting == "wanted")
    window.server.switch(False)
    running.until(lambda: not tray.icon.isVisible() and not window.server.is_changing)
    window.server.switch(True)
    running.until(tray.icon.isVisible)
    window.close()
    icons.append(False)
    running.until(lambda: bool(served.said))
    assert not tray.icon.isVisible()
    tray.open_wanted.emit()
    assert window.isVisible()


@without_a_screen
def test_a_start_in_the_background_shows_nothing_until_it_is_asked_for(
    make_desktop: Make, icons: list[bool]
) -> None:
    running = make_desktop(settings={"server_port": free_port(), "server_on": True}).start(background=True)
    window = running.window
    running.until(lambda: window.server.state is not None)
    assert not any(widget.isVisible() for widget in QApplication.topLevelWidgets())
    assert window.presence.tray is not None and window.presence.tray.icon.isVisible()
    window.come_forward()
    running.qtbot.waitExposed(window)
    running.until(lambda: window.chat.isVisible())
    running.send("A question")


def test_a_port_that_is_taken_is_told_to_who_has_no_window(
    make_desktop: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = list[str]()
    monkeypatch.setattr(
        "app.desktop.window.system_notices.SystemNotices.say",
        lambda notices, title, words, act: said.append(words),
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = make_desktop(settings={"server_port": port, "server_on": True}).start(background=True)
        running.until(lambda: any(str(port) in words for words in said))


def test_data_that_cannot_be_opened_is_told_to_who_has_no_window(
    make_desktop: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = list[str]()
    monkeypatch.setattr(
        "app.desktop.window.system_notices.SystemNotices.say",
        lambda notices, title, words, act: said.append(words),
    )
    running = make_desktop()
    running.trouble = UserError("store.read_only", folder="/data")
    running.desktop.start(background=True)
    running.until(lambda: any("/data" in words for words in said))
    running.window.come_forward()
    assert running.window.failure.isVisible()


def test_windows_of_chats_go_and_come_back_with_the_main_one(
    make_desktop: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served(make_desktop, monkeypatch, server_when_closed="keep")
    running, window = served.running, served.window
    running.until(lambda: running.services.models.state.state == "ready")
    running.send("A question")
    window.windows.open(window.chat.shown.now.id)
    (beside,) = window.windows.windows
    running.until(lambda: bool(window.memory.chat_windows()))
    window.close()
    assert beside.isHidden()
    window.come_forward()
    assert beside.isVisible()
    window.close()
    window.quit()
    assert len(window.memory.chat_windows()) == 1


def test_windows_of_chats_wait_for_the_main_one_at_a_start_in_the_background(make_desktop: Make) -> None:
    running = make_desktop().ready()
    running.send("A question")
    chat = running.window.chat.shown.now.id
    running.window.windows.open(chat)
    running.until(lambda: bool(running.window.memory.chat_windows()))
    running.close()
    again = make_desktop().start(background=True)
    again.until(lambda: again.window.sidebar.model.conversation(chat) is not None)
    assert not again.window.windows.windows
    again.window.come_forward()
    again.until(lambda: len(again.window.windows.windows) == 1)
