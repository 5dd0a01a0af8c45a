"""What the models on disk would be on this machine: judged one after the other."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from engine.errors import UserError
from engine.hub.values import Verdict

if TYPE_CHECKING:
    from app.services.services import Services

# A verdict says what other programs take too, which changes by the minute.
STALE_S = 60.0


class Verdicts(QObject):
    """`changed` carries the path whose verdict is there. A file that cannot be judged has an error instead."""

    changed = Signal(str)

    def __init__(self, calls: ServiceCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._known: dict[str, Verdict | UserError] = {}
        self._without_template: set[str] = set()
        self._when: dict[str, float] = {}
        self._waiting: deque[str] = deque()
        self._asked = ""

    def of(self, path: str) -> Verdict | UserError | None:
        return self._known.get(path)

    def has_template(self, path: str) -> bool:
        """False for a file that is known to come without a chat template."""
        return path not in self._without_template

    def ask(self, paths: Iterable[str]) -> None:
        """Have these judged, in this order, if they are not."""
        self._wait_for(path for path in paths if path not in self._known)

    def ask_again(self, paths: Iterable[str]) -> None:
        """As `ask`, and those judged some time ago anew: other programs come and go. What is known stays until
        then."""
        old = time.monotonic() - STALE_S
        self._wait_for(path for path in paths if self._when.get(path, -math.inf) <= old)

    def _wait_for(self, paths: Iterable[str]) -> None:
        """Judge these and no others next; the one that is being judged is not judged twice."""
        self._waiting = deque(path for path in paths if path != self._asked)
        self._next()

    def forget(self) -> None:
        """The machine or the files are others now."""
        self._known.clear()
        self._when.clear()

    def _next(self) -> None:
        if self._asked or not self._waiting:
            return
        path = self._asked = self._waiting.popleft()
        self._calls.do(
            lambda s: (s.hub.judge_local(path), _has_template(s, path)),
            lambda found: self._take(path, *found),
            lambda error: self._take(path, error),
            executor="files",
            owner=self,
        )

    def _take(self, path: str, found: Verdict | UserError, has_template: bool = True) -> None:
        self._asked = ""
        (self._without_template.discard if has_template else self._without_template.add)(path)
        self._known[path], self._when[path] = found, time.monotonic()
        self.changed.emit(path)
        self._next()


def _has_template(services: Services, path: str) -> bool:
    try:
        return services.placements.has_template(path)
    except UserError:  # the file went away since it was judged
        return True
