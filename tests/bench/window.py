"""The whole window over a real store: opening a conversation of 5,000 messages, and the gaps of the GUI's
event loop while an answer streams into it at 100 tokens a second.

The engine is a script, so that the pace is exact; store, services, bridge and window are the real ones.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.desktop.application import Desktop, dress, put_on_style
from app.services.services import Services, open_services
from app.services.settings.settings import SettingsFile
from app.store.store import Store
from engine.api import GenerateRequest, Listener
from tests.bench.transcript import BEAT_MS, answer_text, conversation
from tests.support.scripted_engine import ScriptedEngine

MESSAGES = 5000
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
        long = store.conversations.create().id
        parent = None
        for message in conversation(MESSAGES).values():
            parent = store.messages.add(
                long,
                parent,
                message.role,
                message.content,
                model=message.model,
            ).id
        store.conversations.rename(long, "Long", "user")
        store.conversations.rename(store.conversations.create().id, "Short", "user")
    return long


def pieces(_: GenerateRequest) -> list[str]:
    text = answer_text(4, 60)
    return [text[i : i + 4] for i in range(0, len(text), 4)][: int(SECONDS * RATE)]


def measure() -> dict[str, float]:
    """All in milliseconds: the median and worst opening, and the gaps between the beats of a 2 ms timer."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as name:
        home = Path(name)
        long = fill(home)
        settings = SettingsFile(home / "settings.toml")
        settings.change(load_model="start")
        dress(application, settings)

        def make(listener: Listener) -> ScriptedEngine:
            return ScriptedEngine(listener, pieces, pace=1 / RATE)

        desktop = Desktop(home, settings, lambda folder, s: open_services(folder, s, make))
        put_on_style(application)
        desktop.window.resize(1280, 800)
        desktop.start()
        until(lambda: isinstance(desktop.services, Services) and bool(desktop.services.models.state.facts))
        settle(1.5)
        openings = [_open(desktop, long) for _ in range(OPENINGS)]
        gaps = _stream(desktop, long)
        desktop.window.close()
        desktop.close()
        settle(0.1)
    gaps.sort()
    return {
        "open_ms": statistics.median(openings),
        "open_worst_ms": max(openings),
        "gap_p50_ms": gaps[len(gaps) // 2],
        "gap_p99_ms": gaps[int(len(gaps) * 0.99)],
        "gap_max_ms": gaps[-1],
        "gaps_over_16_ms": sum(gap > 16 for gap in gaps),
    }


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


def _stream(desktop: Desktop, long: int) -> list[float]:
    """The gaps between beats while one answer streams."""
    conversations = desktop.services.conversations
    gaps: list[float] = []
    last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(1000 * (now - last))
        last = now

    desktop.window.calls.do(lambda s: s.conversations.send(long, "Go on, please."))
    until(lambda: bool(conversations.answering()))
    timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(beat)
    last = time.perf_counter()
    timer.start()
    loop = QEventLoop()
    watch = QTimer(interval=100)
    watch.timeout.connect(lambda: conversations.answering() or loop.quit())
    watch.start()
    loop.exec()
    timer.stop()
    watch.stop()
    return gaps[1:]
