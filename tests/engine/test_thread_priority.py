"""Threads in the background have less right to a processor where there is a window, and nowhere else."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from engine import thread_priority


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
@pytest.mark.parametrize("window", [False, True])
def test_a_thread_gives_way_to_a_window(monkeypatch: pytest.MonkeyPatch, window: bool) -> None:
    monkeypatch.setattr(thread_priority, "_wanted", threading.Event())
    if window:
        thread_priority.turn_on()
    usual, found = os.getpriority(os.PRIO_PROCESS, 0), []

    def work() -> None:
        thread_priority.give_way()
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [10 if window else usual]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == usual
