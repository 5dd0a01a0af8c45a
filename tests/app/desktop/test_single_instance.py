"""One desktop per folder: what another start says to the window that is open, and what it does not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from app.desktop import single_instance
from app.desktop.single_instance import HEARD, SingleInstance
from app.integration.open_request import LONGEST_MESSAGE, OpenRequest

LINK = OpenRequest(link="coterie://open_from_hf?model=a/b")


class Open:
    """The first desktop of a folder; `heard` lists what others asked for, `shown` counts how often."""

    def __init__(self, home: Path) -> None:
        self.instance = SingleInstance(home)
        self.heard: list[OpenRequest] = []
        self.shown = 0
        self.instance.asked.connect(self.heard.append)
        self.instance.shown.connect(self._show)

    def _show(self) -> None:
        self.shown += 1


@pytest.fixture
def first(qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    opened = Open(tmp_path)
    assert opened.instance.begin(OpenRequest()) == "first"
    opened.instance.listen()
    yield opened
    opened.instance.release()
    opened.instance.deleteLater()


def in_thread(qtbot: QtBot, work: Callable[[], object]) -> object:
    """What `work` gives, done in a thread while this one runs its events."""
    result: list[object] = []
    thread = threading.Thread(target=lambda: result.append(work()))
    thread.start()
    qtbot.waitUntil(lambda: not thread.is_alive())
    thread.join()
    return result[0]


def say(qtbot: QtBot, home: Path, message: bytes, *, leave: bool = False) -> bytes:
    """Say this to the desktop of a folder, as whoever may; what it answers before it ends the connection."""

    def talk() -> bytes:
        socket = QLocalSocket()
        socket.connectToServer(SingleInstance(home).name)
        assert socket.waitForConnected(30_000)
        socket.write(message)
        socket.flush()
        if leave:
            socket.disconnectFromServer()
        while socket.state() != QLocalSocket.LocalSocketState.UnconnectedState:
            socket.waitForReadyRead(10)  # holds the interpreter's lock
        return socket.readAll().data()

    answer = in_thread(qtbot, talk)
    assert isinstance(answer, bytes)
    return answer


@pytest.mark.parametrize(
    "request_",
    [OpenRequest(), LINK, OpenRequest(file="/모델/a b\n\udcff.gguf"), OpenRequest(file="/" + "가" * 4095)],
)
def test_the_first_desktop_hears_what_the_second_was_asked_for(
    first: Open, qtbot: QtBot, tmp_path: Path, request_: OpenRequest
) -> None:
    assert in_thread(qtbot, lambda: SingleInstance(tmp_path).begin(request_)) == "told"
    assert first.shown == 1
    assert first.heard == ([] if request_ == OpenRequest() else [request_])


@pytest.mark.parametrize(
    "message",
    [
        b"\n",
        b"show\n",
        b'{"run": "x"}\n',
        LINK.to_line() * 2,
        b"\0\xff\n",
        b"x" * (LONGEST_MESSAGE + 1),
    ],
)
def test_whoever_says_anything_else_is_sent_away_unheard(
    first: Open, qtbot: QtBot, tmp_path: Path, message: bytes
) -> None:
    assert say(qtbot, tmp_path, message) == b""
    assert (first.shown, first.heard) == (0, [])
    assert say(qtbot, tmp_path, LINK.to_line()) == HEARD
    assert first.heard == [LINK]


def test_half_a_message_counts_for_nothing(
    first: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert say(qtbot, tmp_path, LINK.to_line()[:-1], leave=True) == b""
    monkeypatch.setattr(single_instance, "SAYING_MS", 1)
    assert say(qtbot, tmp_path, LINK.to_line()[:-1]) == b""
    assert (first.shown, first.heard) == (0, [])


def test_a_start_takes_the_place_of_a_desktop_that_ends_before_it_hears(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = SingleInstance(tmp_path), SingleInstance(tmp_path)
    assert first.acquire()
    tried = threading.Event()
    tell = second.tell_other

    def told(request: OpenRequest, until: float) -> bool:
        heard = tell(request, until)
        tried.set()
        return heard

    second.tell_other = told  # type: ignore[method-assign]
    result: list[str] = []
    thread = threading.Thread(target=lambda: result.append(second.begin(LINK)))
    thread.start()
    assert tried.wait(30)
    first.release()
    thread.join()
    assert result == ["first"]
    second.release()


def test_a_desktop_that_does_not_answer_is_not_waited_for_without_end(qtbot: QtBot, tmp_path: Path) -> None:
    first = SingleInstance(tmp_path)
    assert first.acquire()
    assert SingleInstance(tmp_path).begin(LINK, patience=0.0) == "unheard"
    first.listen()  # and never comes to it
    assert SingleInstance(tmp_path).begin(LINK, patience=0.2) == "unheard"
    first.release()
    first.deleteLater()
