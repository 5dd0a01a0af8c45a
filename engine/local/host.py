"""The child process: commands in, events out, one piece of work at a time.

The main thread loads and generates. A second thread reads the pipe, so that a ping, an abort or the end of
the parent is noticed in the middle of native code. When the pipe ends the parent is gone, and so are we.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from engine.api import Finished, LoadFailed, LoadRequest, Timings, Usage
from engine.errors import ErrorInfo, UserError
from engine.local import protocol
from engine.local.protocol import Reply

if TYPE_CHECKING:
    from engine.local.session import Session

# Events of a fast stream are sent together when they come closer than this; a slow one sends each at once.
# Each send wakes the parent, which on a small machine takes a core from the model.
SEND_INTERVAL = 1 / 60
PROGRESS_INTERVAL = 0.05


def main(connection: Connection, log_path: str) -> None:
    """Entry of the spawned process. `log_path` takes what native code prints."""
    prepare_process(log_path)
    Host(connection).run()


def prepare_process(log_path: str) -> None:
    # Ctrl+C in a terminal reaches the whole process group; ending an answer is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Before ggml aborts it would start a debugger for a backtrace, for seconds.
    os.environ["GGML_NO_BACKTRACE"] = "1"
    log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    if os.name == "posix":
        # The parent holds it open too; without a name it cannot be left behind by a parent that is killed.
        Path(log_path).unlink(missing_ok=True)
    if sys.platform == "linux":
        # When memory runs out the kernel shall end the engine, not the desktop with the user's words.
        try:
            Path("/proc/self/oom_score_adj").write_text("500")
        except OSError as error:
            print(f"oom_score_adj could not be set: {error}", file=sys.stderr)


class Outbox:
    """Sends replies from both threads. A broken pipe means that the parent is gone: exit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._waiting: list[Reply] = []
        self._sent = 0.0

    def send(self, reply: Reply, *, now: bool = True) -> None:
        """Send with everything that waits; `now=False` lets it wait while the last send is fresh."""
        with self._lock:
            self._waiting.append(reply)
            if not now and time.monotonic() - self._sent < SEND_INTERVAL:
                return
            data = protocol.encode(self._waiting)
            self._waiting = []
            try:
                self._connection.send_bytes(data)
            except OSError:
                os._exit(0)
            self._sent = time.monotonic()


class Host:
    """The state of the child: what is loaded, what runs, what waits."""

    def __init__(self, connection: Connection) -> None:
        from engine.local import native

        self._native = native
        self._connection = connection
        self._outbox = Outbox(connection)
        self._work: queue.SimpleQueue[tuple[protocol.Command, float]] = queue.SimpleQueue()
        self._abort = native.AbortFlag()
        self._lock = threading.Lock()
        self._current: int | None = None
        self._aborted: set[int] = set()
        self._cancel_load = False
        self._busy = False
        self._steps = 0
        self._session: Session | None = None

    def run(self) -> None:
        threading.Thread(target=self._read, name="pipe", daemon=True).start()
        try:
            self._native.start()
        except UserError as error:
            self._outbox.send(LoadFailed(error.info))
            return
        self._outbox.send(protocol.Ready())
        while True:
            command, arrived = self._work.get()
            self._busy = True
            if isinstance(command, protocol.Load):
                self._load(command.request)
            elif isinstance(command, protocol.Generate):
                self._generate(command, arrived)
            elif isinstance(command, protocol.Close):
                break
            self._busy = False
        if self._session is not None:
            self._session.close()

    def _read(self) -> None:
        while True:
            try:
                command = protocol.decode_command(self._connection.recv_bytes())
            except (EOFError, OSError):
                os._exit(0)
            if isinstance(command, protocol.Ping):
                self._outbox.send(protocol.Pong(self._busy, self._steps))
            elif isinstance(command, protocol.Abort):
                self._abort_request(command.id)
            elif isinstance(command, protocol.CancelLoad):
                self._cancel_load = True
            else:
                if isinstance(command, protocol.Close):
                    self._cancel_load = True
                    self._abort.set()
                self._work.put((command, time.monotonic()))

    def _abort_request(self, id: int) -> None:
        with self._lock:
            self._aborted.add(id)
            if self._current == id:
                self._abort.set()

    def _step_done(self) -> None:
        self._steps += 1

    def _load(self, request: LoadRequest) -> None:
        from engine.api import Loaded, LoadProgress
        from engine.local.loading import open_session

        if self._session is not None:
            self._session.close()
            self._session = None
        self._cancel_load = False
        sent = 0.0

        def progress(fraction: float) -> bool:
            nonlocal sent
            self._step_done()
            if time.monotonic() - sent >= PROGRESS_INTERVAL:
                sent = time.monotonic()
                self._outbox.send(LoadProgress(fraction))
            return not self._cancel_load

        try:
            self._session = open_session(request, self._abort, progress)
        except UserError as error:
            self._outbox.send(LoadFailed(error.info))
            return
        self._outbox.send(Loaded(self._session.facts))

    def _generate(self, command: protocol.Generate, arrived: float) -> None:
        from engine.local.generation import Generation

        request = command.request
        with self._lock:
            self._abort.clear()
            self._current = request.id
            cancelled = request.id in self._aborted
        if self._session is None:
            done = _refused(request.id, ErrorInfo("engine.no_model"))
        elif cancelled:
            done = Finished(request.id, "cancelled", Usage(), Timings())
        else:
            done = Generation(
                self._session,
                request,
                self._abort,
                lambda event: self._outbox.send(event, now=False),
                self._step_done,
                arrived,
            ).run()
        with self._lock:
            self._current = None
            self._aborted.discard(request.id)
        self._outbox.send(done)


def _refused(id: int, error: ErrorInfo) -> Finished:
    return Finished(id, "error", Usage(), Timings(), error)
