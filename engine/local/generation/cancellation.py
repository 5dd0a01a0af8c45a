"""Cancellation and priority of running answers, set by threads beside the host's main thread."""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.local import native


class Cancellation:
    """Thread-safe. The main thread says which answers a step serves; other threads abort that step if needed.

    A request is open from arrival to end. Only an open one can be aborted or hurried; one that has ended may
    be continued under the same id.
    """

    def __init__(self) -> None:
        self._flag: native.AbortFlag | None = None
        self._lock = threading.Lock()
        self._open: set[int] = set()
        self._aborted: set[int] = set()
        self._hurried: set[int] = set()
        self._step: Collection[int] = ()
        self._gives_way = False
        self.priority = ""
        self.is_closing = False

    def use(self, flag: native.AbortFlag) -> None:
        """Set the flag that aborts a step, once llama.cpp has started."""
        with self._lock:
            self._flag = flag
            if self.is_closing:
                flag.set()

    def opened(self, id: int) -> None:
        with self._lock:
            self._open.add(id)

    def ended(self, id: int) -> None:
        with self._lock:
            for ids in (self._open, self._aborted, self._hurried):
                ids.discard(id)

    def abort(self, id: int) -> None:
        with self._lock:
            if id in self._open:
                self._aborted.add(id)
                if id in self._step:
                    self._break_off()

    def is_aborted(self, id: int) -> bool:
        return self.is_closing or id in self._aborted

    def hurry(self, id: int) -> None:
        with self._lock:
            if id in self._open:
                self._hurried.add(id)

    def is_hurried(self, id: int) -> bool:
        return id in self._hurried

    def close(self) -> None:
        """Cancel everything."""
        with self._lock:
            self.is_closing = True
            self._break_off()

    def preempt_prefill(self) -> None:
        """Abort a step that only prefills other prompts, because an answer with priority has arrived."""
        with self._lock:
            if self._gives_way:
                self._break_off()

    def begin_step(self, ids: Collection[int], *, gives_way: bool) -> bool:
        """Begin a step that an abort of one of `ids` may break off; False if one of them was aborted
        before."""
        with self._lock:
            if self.is_closing or not self._aborted.isdisjoint(ids):
                return False
            if self._flag is not None:
                self._flag.clear()
            self._step, self._gives_way = ids, gives_way
            return True

    def end_step(self) -> None:
        with self._lock:
            self._step, self._gives_way = (), False

    def _break_off(self) -> None:
        if self._flag is not None:
            self._flag.set()
