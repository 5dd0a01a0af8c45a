"""Reads one repository and has its variants judged, one by one."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from engine.errors import UserError
from engine.hub.values import JudgedVariant, Repository

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.services.services import Services

# Repositories that were judged, so that going back to one is instant.
KEPT = 30


class Reading(QObject):
    """`loaded` carries the `Repository`, `judged` one `JudgedVariant`, `finished` all of them with the best
    marked, `failed` a UserError. Only of what was opened last."""

    loaded = Signal(object)
    judged = Signal(object)
    finished = Signal(object)
    failed = Signal(object)

    def __init__(self, calls: ServiceCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._task: Task | None = None
        self._kept: OrderedDict[str, tuple[Repository, tuple[JudgedVariant, ...]]] = OrderedDict()
        self._repository: Repository | None = None
        self._outdated = False

    def open(self, repo: str) -> None:
        """Drop what was being read, and read this."""
        self.cancel()
        self._repository, self._outdated = None, False
        if (kept := self._kept.get(repo)) is not None:
            self._kept.move_to_end(repo)
            self.loaded.emit(kept[0])
            self.finished.emit(kept[1])
            return
        self._task = self._calls.stream(
            lambda services, task: _read(services, repo, task),
            self._take,
            self._done,
            self._wrong,
            executor="net",
        )

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def running(self) -> bool:
        return self._task is not None

    def forget(self) -> None:
        """The machine is another one now: what was judged no longer holds."""
        self._kept.clear()
        self._outdated = True

    def _take(self, item: Repository | JudgedVariant) -> None:
        if isinstance(item, Repository):
            self._repository = item
            self.loaded.emit(item)
        else:
            self.judged.emit(item)

    def _done(self, judged: tuple[JudgedVariant, ...]) -> None:
        self._task = None
        repository = self._repository
        # What the connection kept from being judged, or another machine was asked about, is judged again next time.
        if repository is not None and not self._outdated and all(each.error is None for each in judged):
            self._kept[repository.model.repo] = (repository, judged)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self.finished.emit(judged)

    def _wrong(self, error: UserError) -> None:
        self._task = None
        self.failed.emit(error)


def _read(services: Services, repo: str, task: Task) -> Any:
    repository = services.hub.repository(repo)
    task.tell(repository)
    return services.hub.judge(repository, task.tell, task.keep_going)
