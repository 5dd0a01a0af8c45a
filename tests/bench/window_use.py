"""What a person does in the whole window while the gaps of its event loop are measured: `USES`, by name."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.desktop.application import Desktop

PATIENCE_S = 60.0


def until(condition: Callable[[], bool]) -> None:
    """Let the window work until the condition holds."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)


def settle(seconds: float) -> None:
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end)


def open_often(desktop: Desktop, long: int) -> None:
    """The long one and a new one in turn."""
    for _ in range(5):
        desktop.window.go.new_chat()
        settle(0.3)
        desktop.window.go.open_chat(long)
        settle(0.7)


def scroll(desktop: Desktop, long: int) -> None:
    """The wheel up through some hundred messages, then far jumps of the scroll bar."""
    desktop.window.go.open_chat(long)
    bar = desktop.window.chat.transcript.area.verticalScrollBar()
    for _ in range(400):
        bar.setValue(bar.value() - 120)
        settle(0.012)
    for place in range(20):
        bar.setValue(bar.maximum() * (place * 7 % 20) // 20)
        settle(0.15)


def drag(desktop: Desktop, long: int) -> None:
    """The bar dragged from end to end and back."""
    desktop.window.go.open_chat(long)
    bar = desktop.window.chat.transcript.area.verticalScrollBar()
    for step in range(200):
        bar.setSliderDown(True)
        bar.setSliderPosition(bar.maximum() * abs(step % 100 - 50) // 50)
        settle(0.014)
    bar.setSliderDown(False)


def press_keys(desktop: Desktop, long: int) -> None:
    """Pages up and down by keys, and to both ends."""
    desktop.window.go.open_chat(long)
    area, key = desktop.window.chat.transcript.area, Qt.Key
    for pressed in (key.Key_PageUp,) * 30 + (key.Key_Home,) + (key.Key_PageDown,) * 30 + (key.Key_End,):
        QTest.keyClick(area, pressed)
        settle(0.05)
    for pressed in (key.Key_Home, key.Key_End) * 5:
        QTest.keyClick(area, pressed)
        settle(0.5)


def search(desktop: Desktop, long: int) -> None:
    """Words typed into the search of all chats, letter by letter, and the hit opened."""
    window = desktop.window
    for words in ("번째 질문", "stream care", "한국어"):
        window.go.new_chat()
        for end in range(1, len(words) + 1):
            window.sidebar.search.setText(words[:end])
            settle(0.08)
        settle(1.5)
        window.sidebar.search.returnPressed.emit()
        settle(1.0)
        window.sidebar.search.clear()


def find(desktop: Desktop, long: int) -> None:
    """Words typed into the bar, letter by letter, and many steps to the next."""
    window = desktop.window
    window.go.open_chat(long)
    settle(0.5)
    window.go.find_in_chat()
    for words in ("fib", "한국어", "stream"):
        for end in range(1, len(words) + 1):
            window.chat.finding.bar.field.setText(words[:end])
            settle(0.15)
        settle(2.0)
        for number in range(25):
            window.chat.finding.step(number % 5 != 0)
            settle(0.08)
    window.chat.finding.close()


def go_through_list(desktop: Desktop, long: int) -> None:
    """The wheel down the list of chats, far jumps, and chats opened one after the other by keys."""
    sidebar = desktop.window.sidebar
    bar = sidebar.list.verticalScrollBar()
    for _ in range(200):
        bar.setValue(bar.value() + 90)
        settle(0.012)
    for place in range(20):
        bar.setValue(bar.maximum() * (place * 7 % 20) // 20)
        settle(0.1)
    for _ in range(10):
        desktop.window.go.step_chat(1)
        settle(0.2)


def change_list(desktop: Desktop, long: int) -> None:
    """Chats renamed, pinned and moved, projects folded, and 500 chats archived and put back."""
    calls, sidebar = desktop.window.calls, desktop.window.sidebar
    projects = sidebar.model.projects()
    for number in range(20):
        chat = long + 1 + number * 211
        calls.do(lambda s, chat=chat: s.conversations.rename(chat, f"Renamed {chat}"))
        settle(0.1)
        calls.do(lambda s, chat=chat: s.conversations.set_pinned(chat, True))
        settle(0.1)
        calls.do(lambda s, chat=chat: s.filing.move([chat], projects[0].id))
        settle(0.1)
    for project in projects[:5]:
        sidebar.fold(project.id, True)
        settle(0.1)
    for project in projects[:5]:
        sidebar.fold(project.id, False)
        settle(0.1)
    desktop.window.chats.archive(range(long + 1, long + 501))
    settle(2.0)
    desktop.window.toast.undo()
    settle(2.0)


def stream(desktop: Desktop, long: int) -> None:
    """One answer streams."""
    _ask(desktop, long)
    until(lambda: not desktop.services.answers.answering())


def write(desktop: Desktop, long: int) -> None:
    """One answer streams, and a person writes the next question, a letter each 60 ms."""
    _ask(desktop, long)
    edit = desktop.window.chat.composer.edit
    words = itertools.cycle("What a person writes, 그동안 답변은 이어집니다. ")
    while desktop.services.answers.answering():
        edit.insertPlainText(next(words))
        settle(0.06)
    edit.clear()


def _ask(desktop: Desktop, long: int) -> None:
    desktop.window.go.open_chat(long)
    desktop.window.chat.transcript.jump_to_latest()
    desktop.window.calls.do(lambda s: s.asking.send(long, "Go on, please."))
    until(lambda: bool(desktop.services.answers.answering()))


USES: dict[str, Callable[[Desktop, int], None]] = {
    "open": open_often,
    "scroll": scroll,
    "drag": drag,
    "keys": press_keys,
    "search": search,
    "find": find,
    "list": go_through_list,
    "change": change_list,
    "stream": stream,
    "write": write,
}
