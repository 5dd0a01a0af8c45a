"""The whole window over a real store: the gaps of the GUI's event loop while a conversation of 10,000 messages is
opened, scrolled, searched and found in, an answer streams into it at 100 tokens a second, and a list of 5,000 chats
beside it is scrolled and changed.

The engine is a script, so that the pace is exact; store, services, bridge and window are the real ones.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.desktop.application import STARTED_MS, Desktop, dress, spare_collector
from app.desktop.base.style import put_on_style
from app.services.services import Services, open_services
from app.services.settings.settings import SettingsFile
from app.store.records import WholeChat
from app.store.store import Store
from engine.api import GenerateRequest, Listener
from tests.bench.transcript import BEAT_MS, answer_text, conversation
from tests.bench.window_use import USES, settle, until
from tests.support.engines.scripted_engine import ScriptedEngine

MESSAGES = 10_000
CHATS, PROJECTS = 5_000, 20
RATE = 100.0
SECONDS = 10.0
OPENINGS = 5


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
    """The gaps between the beats of a timer while the window works, in milliseconds, and how much of each the GUI
    thread took of the processor: on a machine with other work a gap is longer than that."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self.own: list[float] = []
        self._timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def __enter__(self) -> Beats:
        self._last, self._last_own = time.perf_counter(), time.thread_time()
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()
        self.gaps.sort()
        self.own.sort()

    def _beat(self) -> None:
        now, own = time.perf_counter(), time.thread_time()
        self.gaps.append(1000 * (now - self._last))
        self.own.append(min(self.gaps[-1], 1000 * (own - self._last_own)))
        self._last, self._last_own = now, own

    def figures(self) -> dict[str, float]:
        """In milliseconds; `own` is the part of the GUI thread."""
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
        for what, use in USES.items():
            settle(0.5)
            with Beats() as beats:
                use(desktop, long)
            found[what] = beats.figures()
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
