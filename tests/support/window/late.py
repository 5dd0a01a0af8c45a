"""Answers that come late: what was asked first is delivered after what was asked later."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from app.desktop.base.tasks import Task


class Late:
    """A function in the place of `name` of `owner`: whoever asks first has the answer once that is let go, all others
    at once."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: object, name: str) -> None:
        self._real: Callable[..., Any] = getattr(owner, name)
        self._go, self._first, self._answer = threading.Event(), threading.Lock(), object()
        self._delivered: list[object] = []
        deliver = Task.deliver

        def note(task: Task) -> None:
            deliver(task)
            if task._future is not None and not task._future.cancelled():
                error = task._future.exception()
                self._delivered.append(task._future.result() if error is None else error)

        patch.setattr(Task, "deliver", note)
        patch.setattr(owner, name, self)

    def __call__(self, *args: Any, **options: Any) -> Any:
        first = self._first.acquire(blocking=False)
        try:
            answer = self._real(*args, **options)
        except Exception as error:
            answer = error
        if first:
            self._answer = answer
            self._go.wait(60)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def is_asked(self) -> bool:
        return self._first.locked()

    def let_go(self, until: Callable[[Callable[[], bool]], None]) -> None:
        """Have the first answer delivered, or dropped, by the GUI thread; `until` waits."""
        self._delivered.clear()
        self._go.set()
        until(lambda: any(self._answer is part for each in self._delivered for part in _parts(each)))


def _parts(answer: object) -> tuple[object, ...]:
    return (answer, *answer) if isinstance(answer, tuple) else (answer,)
