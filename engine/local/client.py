"""The parent's side of a host: spawn it, talk to it, notice how it is, start it again after a crash.

Nothing here blocks its caller: commands go through a queue to a writer thread, events come from one reader
thread, in batches. The reader is the only one that judges the host's health and ends a host that hangs.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

import msgspec
import psutil

from engine.api import (
    EngineLost,
    EngineState,
    Event,
    Finished,
    GenerateRequest,
    Listener,
    Loaded,
    LoadFailed,
    LoadProgress,
    LoadRequest,
    ModelFacts,
    Timings,
    Usage,
)
from engine.errors import ErrorInfo, UserError
from engine.local import host, protocol, watch
from engine.text import clean_value

# What runs in the child: gets its end of the pipe and the path of a log file.
HostMain = Callable[[Connection, str], None]

BATCH_INTERVAL = 1 / 60
LOG_TAIL_LINES = 200
CLOSE_PATIENCE = 2.0


class _Host:
    """One spawned process with its pipe, its log file and its writer thread."""

    def __init__(self, main: HostMain) -> None:
        context = multiprocessing.get_context("spawn")
        handle, self.log_path = tempfile.mkstemp(prefix="coterie-engine-", suffix=".log")
        self._log = os.fdopen(handle, "rb")
        self.connection: Connection
        self.connection, theirs = context.Pipe(duplex=True)
        self.process: SpawnProcess = context.Process(
            target=main, args=(theirs, self.log_path), name="coterie-engine", daemon=True
        )
        self.process.start()
        theirs.close()  # else the end of the child would never end the pipe
        now = time.monotonic()
        self.vitals = watch.Vitals(heard=now + watch.START_PATIENCE, stepped=now)
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="engine-writer", daemon=True)
        self._writer.start()

    def send(self, command: protocol.Command) -> None:
        self._outgoing.put(protocol.encode(command))

    def _write(self) -> None:
        while (data := self._outgoing.get()) is not None:
            try:
                self.connection.send_bytes(data)
            except OSError:
                return  # the reader sees the end of the process and tells

    def measure(self, pong: protocol.Pong, now: float) -> None:
        """Take a pong; a step or processor time since the last one is a sign of life."""
        processor_s = 0.0
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(self.process.pid).cpu_times()
            processor_s = times.user + times.system
        vitals = self.vitals
        if not pong.busy or pong.steps != vitals.steps or processor_s - vitals.processor_s > 0.2:
            vitals.stepped = now
            vitals.processor_s = processor_s
        vitals.busy, vitals.steps = pong.busy, pong.steps

    def log_tail(self) -> tuple[str, ...]:
        """The last lines that native code, or a traceback, printed."""
        self._log.seek(0)
        text = self._log.read().decode("utf-8", "replace")
        return tuple(text.splitlines()[-LOG_TAIL_LINES:])

    def dispose(self) -> None:
        """End what is left of the process and give everything back."""
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        self._outgoing.put(None)
        self._writer.join()
        self.connection.close()
        self.process.close()
        self._log.close()
        Path(self.log_path).unlink(missing_ok=True)


class LocalEngine:
    """The `Engine` protocol over a host process. Thread-safe.

    `listener` gets every event, in batches, from the reader thread. `main` runs in the child.
    """

    def __init__(self, listener: Listener, main: HostMain = host.main) -> None:
        self._listener = listener
        self._main = main
        self._lock = threading.RLock()
        self._host: _Host | None = None
        self._reader: threading.Thread | None = None
        self._state: EngineState = "empty"
        self._model: ModelFacts | None = None
        self._wanted: LoadRequest | None = None
        self._open: dict[int, None] = {}
        self._crashes: dict[str, list[float]] = {}

    @property
    def state(self) -> EngineState:
        return self._state

    @property
    def model(self) -> ModelFacts | None:
        return self._model

    @property
    def host_pid(self) -> int | None:
        """The child's process id while there is one."""
        current = self._host
        return current.process.pid if current else None

    def load(self, request: LoadRequest) -> None:
        """Start loading in a fresh host. Asked for by a person, so earlier crashes are forgiven."""
        with self._lock:
            self._crashes.pop(request.path, None)
            self._stop_host()
            self._wanted = request
            self._start_host(request)

    def cancel_load(self) -> None:
        with self._lock:
            if self._state == "loading" and self._host:
                self._host.send(protocol.CancelLoad())

    def generate(self, request: GenerateRequest) -> None:
        """Queue an answer, starting a lost host again first.

        Raises UserError `engine.no_model` when nothing was loaded or is being loaded, and
        `engine.crashes_too_often` (path) when this model took the host down three times in ten minutes.
        """
        with self._lock:
            if self._state == "lost" and self._wanted:
                crashes = self._crashes.get(self._wanted.path, [])
                if watch.crashes_too_often(crashes, time.monotonic()):
                    raise UserError("engine.crashes_too_often", name=Path(self._wanted.path).name)
                self._stop_host()
                self._start_host(self._wanted)
            if self._host is None or self._state not in ("loading", "ready"):
                raise UserError("engine.no_model")
            self._open[request.id] = None
            self._host.send(protocol.Generate(_clean(request)))

    def abort(self, request_id: int) -> None:
        with self._lock:
            if self._host:
                self._host.send(protocol.Abort(request_id))

    def close(self) -> None:
        with self._lock:
            self._stop_host()
            self._state = "closed"

    def _start_host(self, request: LoadRequest) -> None:
        self._state, self._model = "loading", None
        current = self._host = _Host(self._main)
        current.vitals.loading = True
        current.send(protocol.Load(request))
        self._reader = threading.Thread(target=self._read, args=(current,), name="engine-reader", daemon=True)
        self._reader.start()

    def _stop_host(self) -> None:
        """End the host on purpose; its open answers end as cancelled."""
        current, reader = self._host, self._reader
        self._host = self._reader = None
        self._model = None
        if current is None:
            return
        current.send(protocol.Close())
        current.process.join(CLOSE_PATIENCE)
        if current.process.is_alive():
            current.process.kill()
        if reader and reader is not threading.current_thread():
            self._lock.release()
            try:
                reader.join()
            finally:
                self._lock.acquire()
        current.dispose()
        ended = [Finished(id, "cancelled", Usage(), Timings()) for id in self._open]
        self._open.clear()
        if ended:
            self._listener(list(ended))

    # --- the reader thread ---

    def _read(self, current: _Host) -> None:
        pinged = 0.0
        failure: ErrorInfo | None = None
        while failure is None:
            ready = wait([current.connection, current.process.sentinel], watch.PING_INTERVAL / 2)
            now = time.monotonic()
            if now - pinged >= watch.PING_INTERVAL:
                pinged = now
                current.send(protocol.Ping())
            batch: list[Event] = []
            if current.connection in ready:
                failure = self._drain(current, batch)
            elif ready:
                failure = self._ended(current)
            elif watch.hangs(current.vitals, now):
                failure = ErrorInfo("engine.not_answering")
            self._deliver(current, batch)
        self._lose(current, failure)

    def _drain(self, current: _Host, batch: list[Event]) -> ErrorInfo | None:
        """Collect what comes within one batch interval; the reason when the host is done for."""
        until = time.monotonic() + BATCH_INTERVAL
        while True:
            try:
                replies = protocol.decode_replies(current.connection.recv_bytes())
            except (EOFError, OSError):
                return self._ended(current)
            except msgspec.DecodeError:
                return ErrorInfo("engine.garbage")
            now = time.monotonic()
            current.vitals.heard = now
            for reply in replies:
                if isinstance(reply, protocol.Pong):
                    current.measure(reply, now)
                elif not isinstance(reply, protocol.Ready):
                    batch.append(reply)
            last = batch and isinstance(batch[-1], Finished | Loaded | LoadFailed)
            if last or now >= until or not current.connection.poll(max(0.0, until - now)):
                return None

    def _ended(self, current: _Host) -> ErrorInfo:
        current.process.join(CLOSE_PATIENCE)
        return watch.outcome(current.process.exitcode)

    def _deliver(self, current: _Host, batch: list[Event]) -> None:
        if not batch:
            return
        with self._lock:
            if self._host is not current:
                return
            for event in batch:
                self._note(current, event)
        self._listener(batch)

    def _note(self, current: _Host, event: Event) -> None:
        if isinstance(event, Finished):
            self._open.pop(event.id, None)
        elif isinstance(event, Loaded):
            self._state, self._model = "ready", event.model
            current.vitals.loading = False
        elif isinstance(event, LoadFailed):
            self._state = "empty"
            current.vitals.loading = False
        elif isinstance(event, LoadProgress):
            current.vitals.stepped = time.monotonic()

    def _lose(self, current: _Host, failure: ErrorInfo) -> None:
        """Tell that the host is gone, unless it was ended on purpose."""
        with self._lock:
            if self._host is not current:
                return
            self._host = self._reader = None
            self._state, self._model = "lost", None
            if self._wanted:
                self._crashes.setdefault(self._wanted.path, []).append(time.monotonic())
            ended: list[Event] = [Finished(id, "error", Usage(), Timings(), failure) for id in self._open]
            self._open.clear()
        if current.process.is_alive():
            current.process.kill()
            current.process.join()
        tail = current.log_tail()
        current.dispose()
        self._listener([*ended, EngineLost(failure, tail)])


def _clean(request: GenerateRequest) -> GenerateRequest:
    """The request with text that JSON can carry."""
    return msgspec.convert(clean_value(msgspec.to_builtins(request)), GenerateRequest)
