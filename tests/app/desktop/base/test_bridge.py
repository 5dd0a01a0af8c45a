from __future__ import annotations

import threading
import time

from pytestqt.qtbot import QtBot

from app.desktop.base.bridge import Bridge, coalesce
from app.services.chat.events import BranchShown
from app.services.events import ServiceEvent
from app.services.models.events import (
    ActivityChanged,
    GenerationQueued,
    ModelChanged,
    Owner,
    PromptProgress,
    TextDelta,
)
from engine.activity import Activity


def test_neighbouring_deltas_of_one_answer_are_joined() -> None:
    events = [TextDelta(Owner(1), *text) for text in (("a", ""), ("", "b"), ("", "c"))]
    assert coalesce(events) == [TextDelta(Owner(1), "a", "bc", pieces=3)]


def test_what_lies_between_keeps_its_place() -> None:
    events: list[ServiceEvent] = [TextDelta(Owner(1), "", "a"), BranchShown(9), TextDelta(Owner(1), "", "b")]
    assert coalesce(events) == events


def test_only_the_last_progress_report_counts() -> None:
    events: list[ServiceEvent] = [
        ModelChanged("loading", "m", "p", 0.1),
        ModelChanged("loading", "m", "p", 0.2),
        ModelChanged("ready", "m", "p", 1.0),
        PromptProgress(Owner(1), 1, 9),
        PromptProgress(Owner(1), 5, 9),
        PromptProgress(Owner(2), 1, 9),
        GenerationQueued(Owner(3), 2),
        GenerationQueued(Owner(3), 1),
        ActivityChanged(Activity(1)),
        ActivityChanged(None),
    ]
    assert coalesce(events) == [events[i] for i in (1, 2, 4, 5, 7, 9)]


def test_events_of_threads_arrive_whole_and_in_few_batches(qtbot: QtBot) -> None:
    bridge = Bridge()
    text: list[str] = []
    batches: list[float] = []
    threads: set[bool] = set()

    def take(events: list[ServiceEvent]) -> None:
        batches.append(time.monotonic())
        threads.add(threading.current_thread() is threading.main_thread())
        text.extend(event.content for event in events if isinstance(event, TextDelta))

    bridge.events.connect(take)

    def tell() -> None:
        for number in range(3000):
            bridge.receive([TextDelta(Owner(1), "", f"{number} ")])

    started = time.monotonic()
    thread = threading.Thread(target=tell)
    thread.start()
    qtbot.waitUntil(lambda: "2999 " in "".join(text))
    thread.join()
    assert "".join(text) == "".join(f"{number} " for number in range(3000))
    assert threads == {True}
    # At most one batch in 16 ms, and one more at either end.
    assert len(batches) <= (batches[-1] - started) / 0.016 + 2
