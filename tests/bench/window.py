"""The whole window over a real store: a conversation of 10,000 messages is opened, scrolled, searched and found in,
and an answer streams into it at 100 tokens a second; a list of 5,000 chats beside it is scrolled and changed. The
gaps of the GUI's event loop meanwhile.

The engine is a script, so that the pace is exact; store, services, bridge and window are the real ones.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.desktop.application import STARTED_MS, Desktop, dress, spare_collector
from app.desktop.base.style import put_on_style
from app.services.services import Services, open_services
from app.services.settings.settings import SettingsFile
from app.store.records import WholeChat
from app.store.store import Store
from engine.api import GenerateRequest, Listener
from tests.bench.transcript import BEAT_MS, answer_text, conversation
from tests.support.scripted_engine import ScriptedEngine

MESSAGES = 10_000
CHATS, PROJECTS = 5_000, 20
RATE = 100.0
SECONDS = 10.0
OPENINGS = 5
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


def fill(home: Path) -> int:
    """Store the long conversation and a short one; the id of the long one."""
    with Store.open(home / "coterie.db", home / "backups") as store:
        messages = tuple(conversation(MESSAGES).values())
        begun = store.conversations.get(store.conversations.create().id)
        whole = WholeChat(
            msgspec.structs.replace(begun, title="Long", title_source="user", leaf=messages[-1].id),
            messages,
            tuple(message.id for message in messages),
            (),
            (),
        )
        long = store.whole_chats.add(whole).id
        projects = [store.projects.create(f"Project {number}").id for number in range(PROJECTS)]
        chats = [
            msgspec.structs.replace(
                begun,
                id=long + number,
                title=f"Chat {number} of many, with a title that is longer than the list is wide",
                title_source="user",
                updated=begun.updated - number * 3600,
                pinned=number % 500 == 0,
                project=projects[number % PROJECTS] if number % 4 == 0 else None,
            )
            for number in range(1, CHATS + 1)
        ]
        store.conversations.put(*chats)
    return long


class Beats:
    """The gaps between the beats of a timer while the window works, in milliseconds, and how much of each this
    process took of the processor: on a machine with other work a gap is longer than that."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self.own: list[float] = []
        self._timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def __enter__(self) -> Beats:
        self._last, self._last_own = time.perf_counter(), time.process_time()
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()
        self.gaps.sort()
        self.own.sort()

    def _beat(self) -> None:
        now, own = time.perf_counter(), time.process_time()
        self.gaps.append(1000 * (now - self._last))
        self.own.append(min(self.gaps[-1], 1000 * (own - self._last_own)))
        self._last, self._last_own = now, own

    def figures(self) -> dict[str, float]:
        """In milliseconds; `own` is the part of this process."""
        last = int(len(self.gaps) * 0.99)
        return {
            "p50": self.gaps[len(self.gaps) // 2],
            "p99": self.gaps[last],
            "max": self.gaps[-1],
            "over_16": sum(gap > 16 for gap in self.gaps),
            "own_p99": self.own[last],
            "own_max": self.own[-1],
        }


def pieces(_: GenerateRequest) -> list[str]:
    text = answer_text(4, 60)
    return [text[i : i + 4] for i in range(0, len(text), 4)][: int(SECONDS * RATE)]


def measure() -> dict[str, dict[str, float]]:
    """The times to open the long conversation, and the gaps while a person works with it; in milliseconds."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as name:
        home = Path(name)
        long = fill(home)
        settings = SettingsFile(home / "settings.toml")
        settings.change(load_model="start", welcomed=True)
        dress(application, settings)

        def make(listener: Listener) -> ScriptedEngine:
            return ScriptedEngine(listener, pieces, pace=1 / RATE)

        desktop = Desktop(home, settings, lambda folder, s: open_services(folder, s, make))
        spare_collector(desktop)
        put_on_style(desktop.window)
        desktop.window.resize(1280, 800)
        desktop.start()
        until(lambda: isinstance(desktop.services, Services) and bool(desktop.services.models.state.facts))
        settle(STARTED_MS / 1000 + 0.5)
        found = {"times": _openings(desktop, long)}
        phases = {
            "open": _open_often,
            "scroll": _scroll,
            "search": _search,
            "find": _find,
            "list": _list,
            "change": _change,
        }
        for what, act in phases.items():
            settle(0.5)
            with Beats() as beats:
                act(desktop, long)
            found[what] = beats.figures()
        with Beats() as beats:
            _stream(desktop, long)
        found["stream"] = beats.figures()
        desktop.window.close()
        desktop.close()
        settle(0.1)
    return found


def _openings(desktop: Desktop, long: int) -> dict[str, float]:
    openings = [_open(desktop, long) for _ in range(OPENINGS)]
    return {"median": statistics.median(openings), "worst": max(openings)}


def _open(desktop: Desktop, long: int) -> float:
    """From choosing the conversation to its last message being painted."""
    window = desktop.window
    window.go.new_chat()
    settle(0.5)
    last = desktop.services.conversations.path(long)[-1]
    started = time.perf_counter()
    window.go.open_chat(long)
    until(lambda: window.chat.transcript.shows(last))
    window.chat.transcript.repaint()
    return 1000 * (time.perf_counter() - started)


def _open_often(desktop: Desktop, long: int) -> None:
    """The long one and a new one in turn."""
    for _ in range(OPENINGS):
        desktop.window.go.new_chat()
        settle(0.3)
        desktop.window.go.open_chat(long)
        settle(0.7)


def _scroll(desktop: Desktop, long: int) -> None:
    """The wheel up through some hundred messages, then far jumps of the scroll bar."""
    desktop.window.go.open_chat(long)
    bar = desktop.window.chat.transcript.area.verticalScrollBar()
    for _ in range(400):
        bar.setValue(bar.value() - 120)
        settle(0.012)
    for place in range(20):
        bar.setValue(bar.maximum() * (place * 7 % 20) // 20)
        settle(0.15)


def _search(desktop: Desktop, long: int) -> None:
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


def _find(desktop: Desktop, long: int) -> None:
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


def _list(desktop: Desktop, long: int) -> None:
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


def _change(desktop: Desktop, long: int) -> None:
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


def _stream(desktop: Desktop, long: int) -> None:
    """One answer streams."""
    desktop.window.go.open_chat(long)
    desktop.window.chat.transcript.jump_to_latest()
    desktop.window.calls.do(lambda s: s.asking.send(long, "Go on, please."))
    until(lambda: bool(desktop.services.answers.answering()))
    loop = QEventLoop()
    watch = QTimer(interval=100)
    watch.timeout.connect(lambda: desktop.services.answers.answering() or loop.quit())
    watch.start()
    loop.exec()
    watch.stop()
