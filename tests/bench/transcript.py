"""How smooth the transcript is: gaps of the event loop while an answer streams, and the time to open a chat.

Run as a module it prints both. The functions return numbers in milliseconds.
"""

from __future__ import annotations

import json
import random
import sys
import time

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.desktop.base.theme import themes
from app.desktop.chat.transcript import TranscriptView
from app.desktop.markdown.highlight import warm
from app.store.records import Message
from engine.values import Timings, Usage

BEAT_MS = 2
WORDS = [
    "the", "model", "returns", "a", "token", "stream", "한국어", "문장도", "들어간다", "and", "each", "part",
    "is", "appended", "to", "view", "while", "사용자", "reads", "older", "text", "with", "care",
]  # fmt: skip
CODE = """```python
def fib(n: int) -> int:
    \"\"\"Return the n-th number.\"\"\"
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
```"""
TABLE = """| name | size | quant |
|---|---:|---|
| a.gguf | 4.1 GB | Q4_K_M |
| b.gguf | 7.9 GB | Q8_0 |"""


def _words(rng: random.Random, count: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(count))


def answer_text(seed: int, paragraphs: int = 3) -> str:
    """Prose, lists, now and then code, a table or a formula."""
    rng = random.Random(seed)
    parts = []
    for number in range(paragraphs):
        parts.append(_words(rng, 40))
        parts.append(
            "- " + _words(rng, 8) + "\n- " + _words(rng, 9) + "\n- **" + _words(rng, 3) + "** and `code`"
        )
        if (seed + number) % 3 == 1:
            parts.append(CODE)
        if (seed + number) % 7 == 3:
            parts.append(TABLE)
        if (seed + number) % 9 == 5:
            parts.append(f"So $a_{number}^2 + b^2 = c^2$ holds.")
    return "\n\n".join(parts)


def conversation(count: int) -> dict[int, Message]:
    """A conversation in memory, ids from 1."""
    rng = random.Random(7)
    messages = {}
    for number in range(1, count + 1):
        user = number % 2 == 1
        messages[number] = Message(
            number, 1, number - 1 or None, "user" if user else "assistant",
            _words(rng, 18) if user else answer_text(number), "", "done", 1_764_000_000.0 + number,
            usage=None if user else Usage(500, 400, 200, 0),
            timings=None if user else Timings(0, 0.4, 300, 38),
        )  # fmt: skip
    return messages


def _view(messages: dict[int, Message]) -> TranscriptView:
    view = TranscriptView()
    view.resize(960, 748)
    view.setAutoFillBackground(True)
    view.page_wanted.connect(
        lambda ids: QTimer.singleShot(0, view, lambda: view.take_page([messages[i] for i in ids]))
    )
    return view


def _close(view: TranscriptView) -> None:
    view.clear()
    view.hide()
    view.deleteLater()
    QApplication.processEvents()


def open_time(count: int = 5000) -> float:
    """Milliseconds from `show_path` until the end of the conversation has been painted."""
    messages = conversation(count)
    view = _view(messages)
    view.show()
    QApplication.processEvents()
    started = time.perf_counter()
    view.show_path(list(messages))
    while not view.shows(count):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
    view.repaint()
    taken = 1000 * (time.perf_counter() - started)
    _close(view)
    return taken


def loop_gaps(seconds: float = 10.0, rate: float = 100.0, count: int = 5000) -> dict[str, float]:
    """Gaps between the beats of a 2 ms timer while `rate` tokens a second come in, in milliseconds."""
    messages = conversation(count)
    view = _view(messages)
    view.show()
    view.show_path(list(messages))
    settle = time.perf_counter() + 1.0
    while time.perf_counter() < settle:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
    view.add_message(Message(count + 1, 1, count, "user", "Go on, please", "", "done", 1_764_100_000.0))
    view.add_message(Message(count + 2, 1, count + 1, "assistant", "", "", "streaming", 1_764_100_001.0))
    text = answer_text(4, 60)
    pieces = [text[i : i + 4] for i in range(0, len(text), 4)][: int(seconds * rate)]
    gaps: list[float] = []
    loop = QEventLoop()
    sent = 0
    started = last = time.perf_counter()

    def beat() -> None:
        nonlocal sent, last
        now = time.perf_counter()
        gaps.append(1000 * (now - last))
        last = now
        due = int((now - started) * rate)
        while sent < min(due, len(pieces)):
            view.append_delta(count + 2, "", pieces[sent])
            sent += 1
        if sent >= len(pieces):
            loop.quit()

    timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(beat)
    timer.start()
    loop.exec()
    timer.stop()
    finished = time.perf_counter()
    view.finish_message(
        Message(count + 2, 1, count + 1, "assistant", "".join(pieces), "", "done", 1_764_100_001.0)
    )
    finish = 1000 * (time.perf_counter() - finished)
    _close(view)
    gaps = sorted(gaps[1:])
    return {
        "p50": gaps[len(gaps) // 2],
        "p99": gaps[int(len(gaps) * 0.99)],
        "p999": gaps[int(len(gaps) * 0.999)],
        "max": gaps[-1],
        "over_16": sum(gap > 16 for gap in gaps),
        "finish": finish,
    }


def main() -> None:
    application = QApplication(sys.argv)
    application.setStyle("Fusion")
    themes.choose("light")
    warm(themes.current.code_style)
    print(json.dumps({"open_ms": [round(open_time(), 1) for _ in range(3)]}))
    print(json.dumps({"gaps_ms": {name: round(value, 2) for name, value in loop_gaps().items()}}))


if __name__ == "__main__":
    main()
