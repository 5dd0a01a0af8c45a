"""The one way off the GUI thread: run blocking work on an executor, get the result back in the GUI thread.

Executors: "db" has one thread, so what the user did is done in the order it was done; "io" has a few, for files and
anything slow that must not hold up the database. Three are for what may take minutes or hang, and hold up only
their own kind: "search" asks the hub what a person types, "net" asks it everything else, "files" reads whole
models. `work` runs in a thread and must not touch widgets; `on_done`, `on_error` and `on_item` run in the GUI
thread and must not block.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakSet

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

if TYPE_CHECKING:
    from concurrent.futures import Future

Executor = Literal["db", "io", "net", "search", "files"]
IO_THREADS = 3
PATIENT_THREADS = {"net": 4, "search": 3, "files": 2}


class Task:
    """One piece of work. `cancel` keeps it from starting, or drops its result if it already runs.

    Work that takes long asks `keep_going` between its steps, and says with `tell` what it has found so far.
    """

    def __init__(
        self,
        on_done: Callable[[Any], None] | None,
        on_error: Callable[[Exception], None] | None,
        owner: QObject | None,
        on_item: Callable[[Any], None] | None = None,
        told: Callable[[Task, Any], None] | None = None,
    ) -> None:
        self._on_done, self._on_error, self._on_item = on_done, on_error, on_item
        self._owner = owner
        self._told = told
        self._future: Future[Any] | None = None
        self._cancelled = False
        self._when_cancelled: Callable[[], None] | None = None

    def cancel(self) -> None:
        self._cancelled = True
        if self._future is not None:
            self._future.cancel()
        if self._when_cancelled is not None:
            self._when_cancelled()

    def when_cancelled(self, wake: Callable[[], None]) -> None:
        """Have work that waits for something woken; `wake` may be called from any thread, or at once."""
        self._when_cancelled = wake
        if self._cancelled:
            wake()

    @property
    def streams(self) -> bool:
        return self._told is not None

    def keep_going(self) -> bool:
        """Whether anybody still waits for it; from any thread."""
        return not self._cancelled

    def tell(self, item: Any) -> None:
        """Hand a part of the result over, from the thread that works."""
        if self._told is not None and not self._cancelled:
            self._told(self, item)

    def start(self, future: Future[Any]) -> None:
        self._future = future
        if self._cancelled:
            future.cancel()

    def _is_awaited(self) -> bool:
        return not self._cancelled and (self._owner is None or shiboken6.isValid(self._owner))

    def deliver_item(self, item: Any) -> None:
        """Hand a part over, in the GUI thread, as `deliver` does the result."""
        if self._on_item is not None and self._is_awaited():
            self._on_item(item)

    def deliver(self) -> None:
        """Hand the result over, in the GUI thread. Not when cancelled, nor to a widget that is gone."""
        if self._future is None or self._future.cancelled() or not self._is_awaited():
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
    _told = Signal(object, object)

    def __init__(self) -> None:
        # After the first paint: it takes 10 ms.
        from concurrent.futures import ThreadPoolExecutor

        from app.desktop.base.daemon_pool import PatientThreads

        super().__init__()
        self._executors = {
            "db": ThreadPoolExecutor(1, thread_name_prefix="db"),
            "io": ThreadPoolExecutor(IO_THREADS, thread_name_prefix="io"),
        }
        self._patient = {name: PatientThreads(count, name) for name, count in PATIENT_THREADS.items()}
        self._open = True
        self._streams: WeakSet[Task] = WeakSet()
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._told.connect(self._deliver_item, Qt.ConnectionType.QueuedConnection)

    def start(self, task: Task, work: Callable[[], Any], executor: Executor) -> Task:
        if task.streams:
            self._streams.add(task)
        threads = self._patient.get(executor) or self._executors[executor]
        future = threads.submit(work)
        task.start(future)
        future.add_done_callback(lambda _: self._announce(task))
        return task

    def _announce(self, task: Task) -> None:
        if self._open:
            self._ended.emit(task)

    def tell(self, task: Task, item: Any) -> None:
        if self._open:
            self._told.emit(task, item)

    @Slot(object)
    def _deliver(self, task: Task) -> None:
        task.deliver()

    @Slot(object, object)
    def _deliver_item(self, task: Task, item: Any) -> None:
        task.deliver_item(item)

    def shutdown(self) -> None:
        """Finish what was begun, start nothing more, deliver nothing more."""
        self._open = False
        for task in tuple(self._streams):
            task.cancel()
        for name, executor in self._executors.items():
            # Queued database work is words to save; what the io executor has not begun nobody waits for.
            executor.shutdown(wait=True, cancel_futures=name == "io")
        for threads in self._patient.values():
            threads.shutdown()


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
    return _here().start(Task(on_done, on_error, owner_of(owner, on_done)), work, executor)


def stream_in_background(
    work: Callable[[Task], Any],
    on_item: Callable[[Any], None],
    on_done: Callable[[Any], None] | None = None,
    on_error: Callable[[Exception], None] | None = None,
    executor: Executor = "net",
    owner: QObject | None = None,
) -> Task:
    """As `run_in_background`, for work that is told its own task: what it tells comes by `on_item`, one by one."""
    tasks = _here()
    task = Task(on_done, on_error, owner_of(owner, on_item), on_item, tasks.tell)
    return tasks.start(task, lambda: work(task), executor)


def owner_of(
    owner: QObject | None, callback: Callable[[Any], None] | None, default: QObject | None = None
) -> QObject | None:
    """The owner of a task: where none is named, the object whose method is called back."""
    receiver = owner if owner is not None else getattr(callback, "__self__", None)
    return receiver if isinstance(receiver, QObject) else default


def _here() -> Tasks:
    global _tasks
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("run_in_background belongs to the GUI thread")
    if _tasks is None:
        _tasks = Tasks()
    return _tasks


def shutdown() -> None:
    """End all executors and wait for their threads, for patient ones a moment; later calls start fresh ones."""
    global _tasks
    if _tasks is not None:
        _tasks.shutdown()
        _tasks.deleteLater()
        _tasks = None
