"""Notifications over a bus of their own, with a portal that does what a desktop's does."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusVirtualObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.window.system_notices import INTERFACE, PATH, PORTAL, SystemNotices
from tests.app.desktop.conftest import Running


class Portal(QDBusVirtualObject):
    """Keeps what it is asked to show, with the signature it came with."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[tuple[str, list[Any]]] = []

    def introspect(self, path: str) -> str:
        return ""

    def handleMessage(self, message: QDBusMessage, connection: QDBusConnection) -> bool:
        self.shown.append((message.signature(), message.arguments()))
        return bool(connection.send(message.createReply()))


@pytest.fixture
def address() -> Iterator[str]:
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("needs dbus-daemon")
    command = [daemon, "--session", "--nofork", "--print-address=1"]
    bus = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert bus.stdout is not None
    yield bus.stdout.readline().strip()
    for name in ("desktop", "program"):
        QDBusConnection.disconnectFromBus(name)
    bus.terminate()
    bus.wait()
    bus.stdout.close()


def test_a_notification_reaches_the_desktop_and_a_click_comes_back_once(qtbot: QtBot, address: str) -> None:
    portal, desktop = Portal(), QDBusConnection.connectToBus(address, "desktop")
    assert desktop.registerVirtualObject(PATH, portal) and desktop.registerService(PORTAL)
    owner, clicks = QObject(), list[str]()
    notices = SystemNotices(owner, lambda: QDBusConnection.connectToBus(address, "program"))
    notices.say("Trees", "The answer is ready", lambda: clicks.append("old"))
    notices.say("Seas", "The answer is ready", lambda: clicks.append("new"))
    qtbot.waitUntil(lambda: len(portal.shown) == 2, timeout=300_000)
    signature, (name, _) = portal.shown[1]
    assert signature == "sa{sv}"
    for sent in (name, "another program's", name):
        clicked = QDBusMessage.createSignal(PATH, INTERFACE, "ActionInvoked")
        clicked.setArguments([sent, "show", []])
        assert desktop.send(clicked)
    qtbot.waitUntil(lambda: clicks == ["new"], timeout=300_000)


def test_without_a_bus_nothing_is_said_and_nothing_breaks(qtbot: QtBot) -> None:
    owner, looked, clicks = QObject(), list[bool](), list[str]()

    def no_bus() -> None:
        looked.append(True)

    notices = SystemNotices(owner, no_bus)
    for title in ("Trees", "Seas"):
        notices.say(title, "The answer is ready", lambda: clicks.append("clicked"))
    assert looked == [True, True]  # a bus that comes later is found
    assert clicks == []


def test_an_answer_is_told_to_who_is_elsewhere_and_a_click_shows_its_chat(
    make_desktop: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = make_desktop().ready()
    window, said = running.window, list[tuple[str, str]]()
    acts: list[Callable[[], None]] = []
    monkeypatch.setattr(
        window.away.notices, "say", lambda title, words, act: (said.append((title, words)), acts.append(act))
    )
    monkeypatch.setattr(QApplication, "activeWindow", lambda: window)
    running.send("First question")
    asked = window.chat.shown.now.conversation.id
    assert said == []  # the window is in front
    monkeypatch.setattr(QApplication, "activeWindow", lambda: None)
    running.send("Second question")
    running.until(lambda: ("First question", "The answer is ready") in said)
    told = len(said)
    window.go.new_chat()
    acts[-1]()
    running.until(lambda: window.chat.shown.now.id == asked)
    running.services.settings.change(notify_answers=False)
    running.send("Third question")
    assert len(said) == told
