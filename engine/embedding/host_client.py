"""Parent side of the embedding host: starts it on use, asks it, and starts it again after a crash.

Work that is waited for, such as a question's, goes before passages and breaks them off, but not for ever: passages
that were passed over often enough get a short turn.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path

import msgspec
import numpy as np

from engine.embedding import host, protocol
from engine.embedding.api import EmbeddingStopped, Vectors
from engine.errors import ErrorInfo, UserError
from engine.local import health
from engine.local.spawning import Spawned

# What runs in the child: gets its end of the pipe, the path of a log file, the model, the tokens of a text at most,
# and the seconds without work after which it ends.
HostMain = Callable[[Connection, str, str, int, float], None]
# Work of an id: for the texts from the first number to the one before the second.
Command = Callable[[int, int, int], protocol.Work]

# The host ends after so long without work, which gives all of its memory back.
IDLE_S = 120.0
# Texts asked for at once. What is done of them when a question comes between is kept.
_TEXTS = 32
# So many questions in a row go before passages that wait; then so many texts of theirs go before the next question.
_IN_A_ROW, _DUE_TEXTS = 8, 4
# A host that does not complete a step for this long is given up.
PATIENCE_S = 120.0
_CLOSE_S = 2.0
_SEND_S = 1.0
_POLL_S = 1.0


class _Host(Spawned):
    def received(self) -> protocol.Reply:
        """Raises EOFError or OSError when the process is gone, and when it sends what is no reply."""
        try:
            return protocol.decode_reply(self.connection.recv_bytes())
        except msgspec.DecodeError as error:
            self.process.kill()
            raise EOFError from error

    def dispose(self) -> int | None:
        self.connection.close()  # which a host that is well takes as a reason to end
        self.process.join(_CLOSE_S)
        return super().dispose()


class HostClient:
    """A host process for one model, which is there only while it is used. Thread-safe.

    A text has at most `longest` tokens. `main` runs in the child.
    """

    def __init__(
        self, path: Path, name: str, longest: int, *, idle_s: float = IDLE_S, main: HostMain = host.main
    ) -> None:
        self._arguments = (str(path), longest, idle_s)
        self._name = name
        self.longest = longest
        self._main = main
        self._turn = threading.Condition()  # guards what follows
        self.asking = False  # one caller at a time, who alone uses `_host` but for sending an abort
        self._can_wait = False  # what is asked is passages, whose turn is not due
        self._questions = 0
        self._passages = 0
        self._passed_over = 0
        self._stops = 0
        self._closed = False
        self._id = 0
        self._host: _Host | None = None
        self._sending = threading.Lock()
        self.crashes: list[float] = []

    @property
    def pid(self) -> int | None:
        """The child's process id while there is one that was not seen to end."""
        current = self._host
        return current.process.pid if current else None

    def rows(
        self, command: Command, count: int, width: int, *, first: bool
    ) -> tuple[Vectors, tuple[int, ...]]:
        """A row of `width` numbers for each of `count` texts, and the tokens of each. `first`: before work that can
        wait. Raises as `Embedder.embed`."""
        found = np.zeros((count, width), np.float32)
        tokens: list[int] = []
        with self._turn:
            stops = self._stops
            self._passages += not first
        try:
            while len(tokens) < count:
                done = len(tokens)
                with self._my_turn(first, stops) as most:
                    end = min(count, done + most)
                    reply = self._ask(command(self._id, done, end), end - done, width, stops)
                rows = np.frombuffer(reply.data, "<f4").reshape(-1, width)
                found[done : done + len(rows)] = rows
                tokens += reply.tokens[: len(rows)]
        finally:
            with self._turn:
                self._passages -= not first
                self._turn.notify_all()
        return found, tuple(tokens)

    def abort(self) -> None:
        with self._turn:
            self._stops += 1
            self._break_off()
            self._turn.notify_all()

    def close(self) -> None:
        self.abort()
        with self._turn:
            self._closed = True
            if not self._turn.wait_for(lambda: not self.asking, _CLOSE_S) and self._host:
                self._host.process.kill()
            self._turn.wait_for(lambda: not self.asking)
            self._dispose()

    # --- taking turns ---

    @contextlib.contextmanager
    def _my_turn(self, first: bool, stops: int) -> Iterator[int]:
        """Wait until nobody else asks; how many texts may be asked for at most."""
        with self._turn:
            self._questions += first
            if first and self._can_wait:
                self._break_off()
            try:
                self._turn.wait_for(lambda: self._stops != stops or (not self.asking and self._goes(first)))
            finally:
                self._questions -= first
            if self._stops != stops or self._closed:
                raise EmbeddingStopped
            is_due = not first and self._is_due
            if not first:
                self._passed_over = 0
            elif self._passages:
                self._passed_over += 1
            self.asking, self._can_wait = True, not first and not is_due
            self._id += 1
        try:
            yield _DUE_TEXTS if is_due else _TEXTS
        finally:
            with self._turn:
                self.asking = self._can_wait = False
                self._turn.notify_all()

    @property
    def _is_due(self) -> bool:
        return self._passages > 0 and self._passed_over >= _IN_A_ROW

    def _goes(self, first: bool) -> bool:
        return not self._is_due if first else self._is_due or not self._questions

    def _break_off(self) -> None:
        """Have what is being computed broken off; `_turn` is held."""
        # A host that takes nothing any more also keeps who sends to it: patience ends that.
        if self.asking and self._host and self._sending.acquire(timeout=_SEND_S):
            try:
                self._host.connection.send_bytes(protocol.encode(protocol.Abort(self._id)))
            except OSError:
                pass  # who asks sees it too
            finally:
                self._sending.release()

    # --- of who has the turn ---

    def _ask(self, work: protocol.Work, count: int, width: int, stops: int) -> protocol.Rows:
        """Rows of the first of these texts. Raises as `rows`."""
        crashed = False
        while True:
            current = self._running()
            try:
                with self._sending:
                    current.connection.send_bytes(protocol.encode(work))
                with self._turn:
                    if self._stops != stops:  # while it was being started
                        self._break_off()
                return self._received(current, count, width, stops)
            except (EOFError, OSError):
                failure = self._lost()
            with self._turn:
                if self._stops != stops:
                    raise EmbeddingStopped
            if failure is not None:
                self.crashes.append(time.monotonic())
                if crashed:
                    raise UserError.from_info(failure)
                crashed = True

    def _running(self) -> _Host:
        if self._host is None:
            if health.crashes_too_often(self.crashes, time.monotonic()):
                raise UserError("engine.crashes_too_often", name=self._name)
            try:
                self._host = _Host(self._main, "coterie-embedding", *self._arguments)
            except OSError as error:
                raise UserError("engine.not_started", detail=str(error)) from error
        return self._host

    def _received(self, current: _Host, count: int, width: int, stops: int) -> protocol.Rows:
        """Raises EOFError or OSError when the host is gone, EmbeddingStopped where it takes no notice of an abort, as
        while it loads."""
        heard = time.monotonic()
        while True:
            if not wait([current.connection, current.process.sentinel], _POLL_S):
                if self._stops != stops:
                    raise EmbeddingStopped
                if time.monotonic() - heard > PATIENCE_S:
                    current.process.kill()
                continue
            reply = current.received()
            heard = time.monotonic()
            if isinstance(reply, protocol.Failed) and reply.id == self._id:
                raise UserError.from_info(reply.error)
            if isinstance(reply, protocol.Rows) and reply.id == self._id:
                if reply.width != width or len(reply.data) > 4 * width * count or len(reply.tokens) != count:
                    detail = f"rows of {reply.width} numbers in place of {width}"
                    raise UserError("engine.load_failed", detail=detail)
                return reply

    def _lost(self) -> ErrorInfo | None:
        """Clear away a host that is gone; why it is, None if it ended because nobody had asked."""
        with self._turn:
            code = self._dispose()
        return health.outcome(code) if code else None

    def _dispose(self) -> int | None:
        """Exit code of the host, which is ended; `_turn` is held."""
        current, self._host = self._host, None
        return current.dispose() if current else 0
