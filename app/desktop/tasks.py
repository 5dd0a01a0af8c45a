"""The one way off the GUI thread: run blocking work on an executor, get the result back in the GUI thread.

Two executors: "db" has one thread, so what the user did is done in the order it was done; "io" has a few,
for files and anything slow that must not hold up the database. `work` runs in a thread and must not touch
widgets; `on_done` and `on_error` run in the GUI thread and must not block.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

if TYPE_CHECKING:
    from concurrent.futures import Future

Executor = Literal["db", "io"]
IO_THREADS = 3


class Task:
    """One piece of work. `cancel` keeps it from starting, or drops its result if it already runs."""

    def __init__(
        self,
        on_done: Callable[[Any], None] | None,
        on_error: Callable[[Exception], None] | None,
        owner: QObject | None,
    ) -> None:
        self._on_done, self._on_error = on_done, on_error
        self._owner = owner
        self._future: Future[Any] | None = None
        self._cancelled = False

    def cancel(self) -> None:
        self._cancelled = True
        if self._future is not None:
            self._future.cancel()

    def start(self, future: Future[Any]) -> None:
        self._future = future

    def deliver(self) -> None:
        """Hand the result over, in the GUI thread. Not when cancelled, nor to a widget that is gone."""
        if self._future is None or self._cancelled or self._future.cancelled():
            return
        if self._owner is not None and not shiboken6.isValid(self._owner):
            return
        error = self._future.exception()
        if error is None:
            if self._on_done is not None:
                self._on_done(self._future.result())
        elif isinstance(error, Exception) and self._on_error is not None:
            self._on_error(error)
        else:
            raise error


class Tasks(QObject):
    """The executors and the signal that brings results back to the thread that made this object."""

    _ended = Signal(object)

    def __init__(self) -> None:
        from concurrent.futures import ThreadPoolExecutor  # after the first paint: it takes 10 ms

        super().__init__()
        self._executors = {
            "db": ThreadPoolExecutor(1, thread_name_prefix="db"),
            "io": ThreadPoolExecutor(IO_THREADS, thread_name_prefix="io"),
        }
        self._open = True
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], Any],
        on_done: Callable[[Any], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
        executor: Executor = "db",
        owner: QObject | None = None,
    ) -> Task:
        """See `run_in_background`."""
        receiver = owner if owner is not None else getattr(on_done, "__self__", None)
        task = Task(on_done, on_error, receiver if isinstance(receiver, QObject) else None)
        future = self._executors[executor].submit(work)
        task.start(future)
        future.add_done_callback(lambda _: self._announce(task))
        return task

    def _announce(self, task: Task) -> None:
        if self._open:
            self._ended.emit(task)

    @Slot(object)
    def _deliver(self, task: Task) -> None:
        task.deliver()

    def shutdown(self) -> None:
        """Finish what was begun, start nothing more, deliver nothing more."""
        self._open = False
        for name, executor in self._executors.items():
            # Queued database work is words to save; what the io executor has not begun nobody waits for.
            executor.shutdown(wait=True, cancel_futures=name == "io")


_tasks: Tasks | None = None


def run_in_background(
    work: Callable[[], Any],
    on_done: Callable[[Any], None] | None = None,
    on_error: Callable[[Exception], None] | None = None,
    executor: Executor = "db",
    owner: QObject | None = None,
) -> Task:
    """Run `work` in a thread; call `on_done(result)` or `on_error(exception)` in the GUI thread.

    Call from the GUI thread. Nothing is delivered once `owner` is deleted; without an owner that is the
    object whose method `on_done` is. An error without `on_error` is raised in the GUI thread, where the
    exception hook shows it.
    """
    global _tasks
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("run_in_background belongs to the GUI thread")
    if _tasks is None:
        _tasks = Tasks()
    return _tasks.run(work, on_done, on_error, executor, owner)


def shutdown() -> None:
    """End both executors and wait for their threads; later calls start fresh ones."""
    global _tasks
    if _tasks is not None:
        _tasks.shutdown()
        _tasks.deleteLater()
        _tasks = None
