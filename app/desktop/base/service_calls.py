"""Calls of services off the GUI thread, with one place for what goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.desktop.base.tasks import Executor, Task, owner_of, run_in_background, stream_in_background
from engine.errors import UserError

log = logging.getLogger(__name__)
if TYPE_CHECKING:
    from app.services.services import Services

Work = Callable[["Services"], Any]
Then = Callable[[Any], None]


class ServiceCalls(QObject):
    """Runs `work(services)` on an executor. What is asked before the services are open waits for them.

    `failed` carries the UserError of work that brought no `on_error` of its own; another exception goes to
    the log and is told as `unknown`. `damaged` carries each UserError that says the database is damaged.
    """

    failed = Signal(object)
    damaged = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.services: Services | None = None
        self._waiting: list[Callable[[], object]] = []

    def attach(self, services: Services) -> None:
        """The services are open: do what waited for them, in order."""
        self.services = services
        waiting, self._waiting = self._waiting, []
        for ask_again in waiting:
            ask_again()

    def do(
        self,
        work: Work,
        then: Then | None = None,
        on_error: Then | None = None,
        *,
        executor: Executor = "db",
        owner: QObject | None = None,
        instead_of: Task | None = None,
    ) -> Task | None:
        """`then(result)` or `on_error(UserError)` follow in the GUI thread; see `run_in_background`. Of `instead_of`,
        which is under way, nothing follows any more: several threads answer, and what was asked first may come last.
        """
        if instead_of is not None:
            instead_of.cancel()
        services = self.services
        if services is None:
            self._waiting.append(partial(self.do, work, then, on_error, executor=executor, owner=owner))
            return None
        return run_in_background(
            lambda: work(services),
            then,
            lambda error: self._fail(error, on_error),
            executor,
            owner_of(owner, then, self),
        )

    def stream(
        self,
        work: Callable[[Services, Task], Any],
        on_item: Then,
        then: Then | None = None,
        on_error: Then | None = None,
        *,
        executor: Executor = "net",
        owner: QObject | None = None,
    ) -> Task | None:
        """`work(services, task)` asks the task whether to go on and tells it what it finds, piece by piece; see
        `stream_in_background`. None, and nothing done, while the services are not open: ask again then."""
        services = self.services
        if services is None:
            return None
        return stream_in_background(
            lambda task: work(services, task),
            on_item,
            then,
            lambda error: self._fail(error, on_error),
            executor,
            owner_of(owner, on_item, self),
        )

    def _fail(self, error: Exception, on_error: Then | None) -> None:
        if not isinstance(error, UserError):
            log.error("A service call failed", exc_info=error)
            error = UserError("unknown", detail=f"{type(error).__name__}: {error}")
        else:
            log.warning("A service call ended in %s", error.code)
        if on_error is not None:
            on_error(error)
        else:
            self.failed.emit(error)
        if error.code == "store.damaged":
            self.damaged.emit(error)
