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
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from engine.api import Finished, GenerateRequest, Loaded, LoadFailed, LoadProgress, Timings, Usage
from engine.errors import ErrorInfo, UserError
from engine.local import protocol
from engine.local.measuring import Measuring
from engine.local.protocol import Reply

if TYPE_CHECKING:
    from engine.local import native
    from engine.local.session import Session

# Events of a fast stream are sent together when they come closer than this; a slow one sends each at once.
# Each send wakes the parent, which on a small machine takes a core from the model.
SEND_INTERVAL = 1 / 30
PROGRESS_INTERVAL = 0.05


def main(connection: Connection, log_path: str) -> None:
    """Entry of the spawned process. `log_path` takes what native code prints."""
    prepare_process(log_path)
    Host(connection).run()


def prepare_process(log_path: str) -> None:
    # Ctrl+C and the end of a terminal reach the whole process group; what then ends is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # Before ggml aborts it would start a debugger for a backtrace, for seconds.
    os.environ["GGML_NO_BACKTRACE"] = "1"
    log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # closed by who started us
            stream.flush()
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
        self._connection = connection
        self._outbox = Outbox(connection)
        self._work: queue.SimpleQueue[tuple[protocol.Command, float]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._abort: native.AbortFlag | None = None
        self._current: int | None = None
        self._waiting: dict[int, bool] = {}  # requests in the queue, and whether they were aborted there
        self._answer_now: set[int] = set()  # requests that wait or run and shall not reason on
        self._cancel_load = False
        self._closing = False
        self._busy = False
        self._steps = 0
        self._session: Session | None = None
        self._measuring = Measuring(self._outbox.send)
        self._started = False
        self._broken: ErrorInfo | None = None

    def run(self) -> None:
        threading.Thread(target=self._read, name="pipe", daemon=True).start()
        self._outbox.send(protocol.Ready())
        while True:
            command, arrived = self._work.get()
            self._busy = True
            if isinstance(command, protocol.Load):
                self._load(command)
            elif isinstance(command, protocol.Generate):
                self._generate(command.request, arrived)
            elif isinstance(command, protocol.WatchExperts):
                self._watch_experts(command.on)
            elif isinstance(command, protocol.Close):
                break
            self._busy = False
        if self._session is not None:
            self._measuring.lend(None)
            self._session.close()

    def _start(self, min_batch: int) -> None:
        """Start llama.cpp, once; where that fails each load is refused with the reason."""
        if self._started:
            return
        self._started = True
        if min_batch:
            os.environ["GGML_OP_OFFLOAD_MIN_BATCH"] = str(min_batch)
        try:
            from engine.local import native

            native.start()
            with self._lock:
                self._abort = native.AbortFlag()
        except UserError as error:
            self._broken = error.info
        except Exception as error:  # of any kind: the package's own, or of the system's loader
            traceback.print_exc()
            self._broken = ErrorInfo("engine.library_failed", {"detail": _told(error)})

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
            elif isinstance(command, protocol.AnswerNow):
                self._let_answer(command.id)
            elif isinstance(command, protocol.CancelLoad):
                self._cancel_load = True
            elif isinstance(command, protocol.Measure):
                self._measuring.ask(command)
            elif isinstance(command, protocol.BringToFront | protocol.Forget):
                pass
            else:
                self._queue(command)

    def _queue(self, command: protocol.Command) -> None:
        with self._lock:
            if isinstance(command, protocol.Load):
                self._measuring.load_begins()
                self._cancel_load = False  # here and not when it is taken up: a cancel may come before that
            elif isinstance(command, protocol.Generate):
                self._waiting[command.request.id] = False
            elif isinstance(command, protocol.Close):
                self._closing = self._cancel_load = True
                if self._abort is not None:
                    self._abort.set()
        self._work.put((command, time.monotonic()))

    def _abort_request(self, id: int) -> None:
        """Only what waits or runs can be aborted: an answer that has ended may be continued under its id."""
        with self._lock:
            if id in self._waiting:
                self._waiting[id] = True
            elif id == self._current and self._abort is not None:
                self._abort.set()

    def _let_answer(self, id: int) -> None:
        with self._lock:
            if id in self._waiting or id == self._current:
                self._answer_now.add(id)

    def _step_done(self) -> None:
        self._steps += 1

    def _load(self, command: protocol.Load) -> None:
        self._start(command.min_batch or 0)
        if self._session is not None:
            self._measuring.lend(None)
            self._session.close()
            self._session = None
        try:
            answer = self._opened(command)
        except UserError as error:
            self._outbox.send(LoadFailed(error.info))
        except Exception as error:  # the file is someone else's: it may find any mistake of ours
            traceback.print_exc()
            self._outbox.send(LoadFailed(ErrorInfo("engine.load_failed", {"detail": _told(error)})))
        else:
            self._outbox.send(answer)
        self._measuring.load_ended(self._session)

    def _opened(self, command: protocol.Load) -> Loaded | protocol.StartAgain:
        if self._broken is not None or self._abort is None:
            raise UserError.from_info(self._broken or ErrorInfo("engine.no_model"))
        from engine.local.loading import OtherMinBatch, open_session

        sent = 0.0

        def progress(fraction: float) -> bool:
            nonlocal sent
            self._step_done()
            if time.monotonic() - sent >= PROGRESS_INTERVAL:
                sent = time.monotonic()
                self._outbox.send(LoadProgress(fraction))
            return not self._cancel_load

        # A host that was started for a plan does not ask again, whatever the plan says now.
        started_with = 0 if command.min_batch is None else None
        try:
            self._session = open_session(command.request, self._abort, progress, started_with)
        except OtherMinBatch as wanted:
            return protocol.StartAgain(wanted.min_batch)
        return Loaded(self._session.facts)

    def _watch_experts(self, on: bool) -> None:
        if self._session is None:
            return
        try:
            self._session.watch_experts(on)
        except UserError as error:
            self._measuring.lend(None)
            self._session.close()
            self._session = None
            self._outbox.send(LoadFailed(error.info))

    def _generate(self, request: GenerateRequest, arrived: float) -> None:
        with self._lock:
            cancelled = self._waiting.pop(request.id) or self._closing
            self._current = request.id
            if self._abort is not None and not self._closing:
                self._abort.clear()
        if cancelled:
            done = Finished(request.id, "cancelled", Usage(), Timings())
        elif self._session is None or self._abort is None:
            done = _refused(request.id, ErrorInfo("engine.no_model"))
        else:
            done = self._answer(self._session, request, self._abort, arrived)
        with self._lock:
            self._current = None
            self._answer_now.discard(request.id)
        self._outbox.send(done)

    def _answer(
        self, session: Session, request: GenerateRequest, abort: native.AbortFlag, arrived: float
    ) -> Finished:
        from engine.local.generation import Generation

        def emit(event: Reply) -> None:
            self._outbox.send(event, now=False)

        try:
            return Generation(
                session,
                request,
                abort,
                emit,
                self._step_done,
                arrived,
                lambda: request.id in self._answer_now,
            ).run()
        except Exception as error:  # a template is someone else's program: it may find any mistake of ours
            traceback.print_exc()
            session.forget()
            return _refused(request.id, ErrorInfo("engine.answer_failed", {"detail": _told(error)}))


def _refused(id: int, error: ErrorInfo) -> Finished:
    return Finished(id, "error", Usage(), Timings(), error)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
