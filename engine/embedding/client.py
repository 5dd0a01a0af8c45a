"""Parent side of the embedding host: starts it on use, asks it, and starts it again after a crash."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

import msgspec
import numpy as np

from engine.embedding import host, protocol
from engine.embedding.api import EmbeddingStopped, Vectors
from engine.embedding.preparation import EmbeddingModel, read_embedding_model
from engine.errors import ErrorInfo, UserError
from engine.local import health
from engine.local.log_file import LogFile

log = logging.getLogger(__name__)
# What runs in the child: gets its end of the pipe, the path of a log file, the model and when it is idle.
HostMain = Callable[[Connection, str, str, float], None]

# The host ends after so long without work, which gives all of its memory back.
IDLE_S = 120.0
# Texts asked for at once. What is done of them when a question comes between is kept.
_TEXTS = 32
# A host that does not complete a step for this long is given up.
PATIENCE_S = 120.0
_CLOSE_S = 2.0
_SEND_S = 1.0
_POLL_S = 1.0


class _Host:
    """One spawned host with its pipe and log. Raises OSError when the machine gives no process."""

    def __init__(self, main: HostMain, model: Path, idle_s: float) -> None:
        context = multiprocessing.get_context("spawn")
        with contextlib.ExitStack() as undo:
            self._log = LogFile()
            undo.callback(self._log.close)
            self.connection: Connection
            self.connection, theirs = context.Pipe(duplex=True)
            undo.enter_context(self.connection)
            arguments = (theirs, self._log.path, str(model), idle_s)
            self.process: SpawnProcess = context.Process(
                target=main, args=arguments, name="coterie-embedding", daemon=True
            )
            with theirs:
                self.process.start()
            undo.pop_all()
        log.info("Embedding host %d started", self.process.pid)

    def received(self) -> protocol.Reply:
        """Raises EOFError or OSError when the process is gone, and when it sends what is no reply."""
        try:
            return protocol.decode_reply(self.connection.recv_bytes())
        except msgspec.DecodeError as error:
            self.process.kill()
            raise EOFError from error

    def dispose(self) -> int | None:
        """Kill what is left of the process; its exit code."""
        self.connection.close()  # which a host that is well takes as a reason to end
        self.process.join(_CLOSE_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        code = self.process.exitcode
        log.info("Embedding host %d ended with exit code %s", self.process.pid, code)
        self.process.close()
        self._log.close()
        return code


class LocalEmbedder:
    """The `Embedder` protocol over a host process, which is there only while it is used.

    Raises what `read_embedding_model` raises. `main` runs in the child.
    """

    def __init__(self, path: Path, *, idle_s: float = IDLE_S, main: HostMain = host.main) -> None:
        self._model: EmbeddingModel = read_embedding_model(path)
        self._idle_s = idle_s
        self._main = main
        self._turn = threading.Condition()  # guards what follows
        self._asking = False  # one caller at a time, who alone uses `_host` but for sending an abort
        self._asks_passages = False
        self._questions = 0
        self._stops = 0
        self._closed = False
        self._id = 0
        self._host: _Host | None = None
        self._sending = threading.Lock()
        self._crashes: list[float] = []

    @property
    def width(self) -> int:
        return self._model.width

    @property
    def digest(self) -> str:
        return self._model.digest

    @property
    def host_pid(self) -> int | None:
        """The child's process id while there is one that was not seen to end."""
        current = self._host
        return current.process.pid if current else None

    def embed(self, texts: Sequence[str], *, query: bool) -> Vectors:
        prepared = [self._model.preparation.prepared(text, query=query) for text in texts]
        vectors = np.zeros((len(prepared), self.width), np.float32)
        with self._turn:
            stops = self._stops
        done = 0
        while done < len(prepared):
            with self._my_turn(query, stops):
                rows = self._ask(tuple(prepared[done : done + _TEXTS]), stops)
            vectors[done : done + len(rows)] = rows
            done += len(rows)
        return vectors

    def abort(self) -> None:
        with self._turn:
            self._stops += 1
            self._break_off()
            self._turn.notify_all()

    def close(self) -> None:
        self.abort()
        with self._turn:
            self._closed = True
            if not self._turn.wait_for(lambda: not self._asking, _CLOSE_S) and self._host:
                self._host.process.kill()
            self._turn.wait_for(lambda: not self._asking)
            self._dispose()

    # --- taking turns ---

    @contextlib.contextmanager
    def _my_turn(self, query: bool, stops: int) -> Iterator[None]:
        """Wait until nobody else asks. Passages let questions go first, also in the middle."""
        with self._turn:
            self._questions += query
            if query and self._asks_passages:
                self._break_off()
            try:
                self._turn.wait_for(
                    lambda: self._stops != stops or (not self._asking and (query or not self._questions))
                )
            finally:
                self._questions -= query
            if self._stops != stops or self._closed:
                raise EmbeddingStopped
            self._asking, self._asks_passages = True, not query
            self._id += 1
        try:
            yield
        finally:
            with self._turn:
                self._asking = self._asks_passages = False
                self._turn.notify_all()

    def _break_off(self) -> None:
        """Have what is being computed broken off; `_turn` is held."""
        # A host that takes nothing any more also keeps who sends to it: patience ends that.
        if self._asking and self._host and self._sending.acquire(timeout=_SEND_S):
            try:
                self._host.connection.send_bytes(protocol.encode(protocol.Abort(self._id)))
            except OSError:
                pass  # who asks sees it too
            finally:
                self._sending.release()

    # --- of who has the turn ---

    def _ask(self, texts: tuple[str, ...], stops: int) -> Vectors:
        """Vectors of the first of these texts. Raises as `embed`."""
        crashed = False
        while True:
            current = self._running()
            try:
                with self._sending:
                    current.connection.send_bytes(protocol.encode(protocol.Embed(self._id, texts)))
                with self._turn:
                    if self._stops != stops:  # while it was being started
                        self._break_off()
                return self._received(current, len(texts))
            except (EOFError, OSError):
                failure = self._lost()
            with self._turn:
                if self._stops != stops:
                    raise EmbeddingStopped
            if failure is not None:
                self._crashes.append(time.monotonic())
                if crashed:
                    raise UserError.from_info(failure)
                crashed = True

    def _running(self) -> _Host:
        if self._host is None:
            if health.crashes_too_often(self._crashes, time.monotonic()):
                raise UserError("engine.crashes_too_often", name=self._model.name)
            try:
                self._host = _Host(self._main, self._model.path, self._idle_s)
            except OSError as error:
                raise UserError("engine.not_started", detail=str(error)) from error
        return self._host

    def _received(self, current: _Host, count: int) -> Vectors:
        """Raises EOFError or OSError when the host is gone."""
        heard = time.monotonic()
        while True:
            if not wait([current.connection, current.process.sentinel], _POLL_S):
                if time.monotonic() - heard > PATIENCE_S:
                    current.process.kill()
                continue
            reply = current.received()
            heard = time.monotonic()
            if isinstance(reply, protocol.Failed) and reply.id == self._id:
                raise UserError.from_info(reply.error)
            if isinstance(reply, protocol.Vectors) and reply.id == self._id:
                if reply.width != self.width or len(reply.rows) > 4 * self.width * count:
                    detail = f"vectors of {reply.width} numbers in place of {self.width}"
                    raise UserError("engine.load_failed", detail=detail)
                return np.frombuffer(reply.rows, "<f4").reshape(-1, self.width)

    def _lost(self) -> ErrorInfo | None:
        """Clear away a host that is gone; why it is, None if it ended because nobody had asked."""
        with self._turn:
            code = self._dispose()
        return health.outcome(code) if code else None

    def _dispose(self) -> int | None:
        """Exit code of the host, which is ended; `_turn` is held."""
        current, self._host = self._host, None
        return current.dispose() if current else 0
