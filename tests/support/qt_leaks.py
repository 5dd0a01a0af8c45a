"""What a test may not leave behind in Qt: windows, ticking timers, running threads.

Importing this module imports Qt; `conftest` does so only for tests that have.
"""

from __future__ import annotations

import functools
import gc
from typing import Any

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QThread, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from tests.support.leaks import until_empty

THREAD_STOP_MS = 2000
# Qt keeps the last tooltip for itself.
QT_OWN_WINDOWS = ("qtooltip_label",)

# The timers and threads that Python made since the last look. References, not weak ones: Qt aborts the
# process when a thread object dies while its thread runs, and the test would take the whole run along.
_timers: list[QTimer] = []
_threads: list[QThread] = []
_never_ending: list[QThread] = []


def _record(kind: type, made: list[Any]) -> None:
    # The constructor and not start(): a start() in Python would take the arguments of a connected signal.
    construct = kind.__init__

    @functools.wraps(construct)
    def recorded(self: Any, *arguments: Any, **keywords: Any) -> None:
        construct(self, *arguments, **keywords)
        made.append(self)

    kind.__init__ = recorded


_record(QTimer, _timers)
_record(QThread, _threads)


def windows() -> frozenset[int]:
    """The top-level widgets alive, by the address of their C++ half: holding them would keep them alive."""
    if not isinstance(QCoreApplication.instance(), QApplication):
        return frozenset()
    return frozenset(_address(widget) for widget in _top_levels())


def _close_windows(before: frozenset[int]) -> None:
    if isinstance(QCoreApplication.instance(), QApplication):
        for widget in _top_levels():
            if shiboken6.isValid(widget) and _address(widget) not in before:
                widget.close()


def _deliver_deletions() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def left(windows_before: frozenset[int]) -> list[str]:
    """One line for each thing that a test left. Timers and threads it left are stopped."""
    found = _threads_left() + _timers_left()
    _timers.clear()
    _threads.clear()
    _close_windows(windows_before)
    _deliver_deletions()
    if isinstance(QCoreApplication.instance(), QApplication):
        found += [
            f"window {type(widget).__name__} {widget.windowTitle()!r} was left behind"
            for widget in _top_levels()
            if _address(widget) not in windows_before
        ]
    return found


def _timers_left() -> list[str]:
    active = [timer for timer in _timers if shiboken6.isValid(timer) and timer.isActive()]
    for timer in active:
        timer.stop()
    return [f"QTimer {_label(timer)} still ticks every {timer.interval()} ms" for timer in active]


def _threads_left() -> list[str]:
    def running() -> list[str]:
        names = [
            f"QThread {_label(thread)} still runs"
            for thread in _threads
            if shiboken6.isValid(thread) and thread.isRunning()
        ]
        if busy := QThreadPool.globalInstance().activeThreadCount():
            names.append(f"{busy} of the global QThreadPool's threads still run")
        return names

    found = until_empty(running)
    for thread in _threads:
        if shiboken6.isValid(thread) and thread.isRunning():
            thread.requestInterruption()
            thread.quit()
            if not thread.wait(THREAD_STOP_MS):
                _never_ending.append(thread)
    return found


def _top_levels() -> list[QWidget]:
    return [widget for widget in QApplication.topLevelWidgets() if widget.objectName() not in QT_OWN_WINDOWS]


def _address(widget: QWidget) -> int:
    return shiboken6.getCppPointer(widget)[0]


def _label(thing: QTimer | QThread) -> str:
    return thing.objectName() or type(thing.parent()).__name__ if thing.parent() else type(thing).__name__
