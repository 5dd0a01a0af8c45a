"""The host process: receives commands, emits events.

The main thread loads and runs the scheduler's steps. A second thread reads the pipe, so that a ping, an abort
or the parent's end is noticed during native code; a third tokenizes prompts. The process exits when the pipe
closes.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import queue
import sys
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from engine.api import Finished, Loaded, LoadFailed, LoadProgress, LoadRequest
from engine.errors import ErrorInfo, UserError, error_info
from engine.local import protocol
from engine.local.child_process import prepare_process
from engine.local.generation.cancellation import Cancellation
from engine.local.generation.prompt_worker import Prepared, PromptWorker
from engine.local.generation.tokenizer_worker import TokenizerWorker
from engine.local.model.session_guard import SessionGuard
from engine.local.model.settling import Settling
from engine.local.protocol import Reply
from engine.values import Timings, Usage

if TYPE_CHECKING:
    from engine.local import native
    from engine.local.model.session import Session
    from engine.local.scheduling.scheduler import Scheduler

# Events of a fast stream are sent together when they come closer than this; a slow one sends each at once.
# Each send wakes the parent, which on a small machine takes a core from the model.
SEND_INTERVAL = 1 / 20
PROGRESS_INTERVAL = 0.05
# So long a first prompt of a client waits for the next, which may come with it: together they are read faster.
GATHERING_S = 0.005
# A thread that prepares a prompt lets go of the interpreter as soon as the main thread has the result of a step.
SWITCH_INTERVAL = 0.0005
# What a load imports, and what it needs in turn.
_NEEDED = (
    "engine.local.loading",
    "engine.local.prompt_cache.cache_key",
    "engine.local.scheduling.scheduler",
    "engine.local.generation.generation",
)
# When the host ends, what was read of conversations is written for so long.
KEEPING_S = 1.2


def main(connection: Connection, log_path: str) -> None:
    """Entry of the spawned process. `log_path` takes what native code prints."""
    prepare_process(log_path)
    Host(connection).run()


def _import_all() -> None:
    """Import what a load needs: a host that was started early has the time. What fails fails in the load again, which
    tells it."""
    with contextlib.suppress(Exception):
        for name in _NEEDED:
            importlib.import_module(name)


class Outbox:
    """Sends replies from several threads. A broken pipe means that the parent is gone: exits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._waiting: list[Reply] = []
        self._sent = 0.0

    def send(self, reply: Reply, *, now: bool = True) -> None:
        """Send with all that waits; `now=False` may wait while the last send is fresh."""
        with self._lock:
            self._waiting.append(reply)
            if now or time.monotonic() - self._sent >= SEND_INTERVAL:
                self._send()

    def step_done(self, seconds: float) -> None:
        """Flush after a step of this duration, unless the next one comes sooner."""
        if self._waiting and (
            seconds >= SEND_INTERVAL or time.monotonic() - self._sent >= SEND_INTERVAL - seconds
        ):
            with self._lock:
                if self._waiting:
                    self._send()

    def _send(self) -> None:
        data = protocol.encode(self._waiting)
        self._waiting = []
        try:
            self._connection.send_bytes(data)
        except OSError:
            os._exit(0)
        self._sent = time.monotonic()


class Host:
    """State of the host: the loaded model, running and waiting requests."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._outbox = Outbox(connection)
        self._work: queue.SimpleQueue[protocol.Command | Prepared] = queue.SimpleQueue()
        self._cancellation = Cancellation()
        self._guard = SessionGuard()
        self._tokenizer_worker = TokenizerWorker(self._guard, self._outbox.send)
        self._prompt_worker = PromptWorker(self._guard, self._cancellation, self._emit, self._work.put)
        self._abort: native.AbortFlag | None = None
        self._cancel_load = False
        self._busy = False
        self._steps = 0
        self._scheduler: Scheduler | None = None
        self._settling: Settling | None = None
        self._started = False
        self._broken: ErrorInfo | None = None

    def run(self) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL)
        threading.Thread(target=self._read, name="pipe", daemon=True).start()
        self._outbox.send(protocol.Ready())
        _import_all()
        while self._take_commands():
            if self._scheduler is not None and not self._scheduler.is_idle:
                self._busy = True
                began = time.monotonic()
                self._step(self._scheduler)
                seconds = time.monotonic() - began
                self._outbox.step_done(seconds)
                if self._settling is not None:
                    self._settling.beside(seconds)
                self._steps += 1
        self._busy = True
        if self._scheduler is not None:
            self._close_session(self._scheduler)

    def _take_commands(self) -> bool:
        """Handle queued commands, blocking while idle; False to end the host."""
        while True:
            is_idle = self._scheduler is None or self._scheduler.is_idle
            gathers = self._scheduler is not None and self._scheduler.gathers
            settling = self._settling if is_idle else None
            self._busy = self._busy and not is_idle
            try:
                patience = settling.patience if settling else GATHERING_S if gathers else None
                command = self._work.get(is_idle or gathers, patience)
            except queue.Empty:
                if settling is None:
                    return True
                settling.at_rest()
                continue
            if settling is not None:
                settling.woken()
            if isinstance(command, protocol.Close):
                return False
            self._busy = True
            self._carry_out(command)

    def _carry_out(self, command: protocol.Command | Prepared) -> None:
        if isinstance(command, Prepared):
            if self._scheduler is None:
                error = command.error or ErrorInfo("engine.no_model")
                self._end(Finished(command.request.id, "error", Usage(), Timings(), error))
            else:
                self._scheduler.submit(command)
        elif isinstance(command, protocol.Load):
            self._load(command)
        elif isinstance(command, protocol.WatchExperts):
            self._watch_experts(command.on)
        elif isinstance(command, protocol.Forget) and self._scheduler is not None:
            self._scheduler.forget(command.conversation)
        elif isinstance(command, protocol.LimitStates) and self._scheduler is not None:
            self._scheduler.limit_states(command.bytes)

    def _start(self, min_batch: int) -> None:
        """Start llama.cpp once; on failure each load is refused with the reason."""
        if self._started:
            return
        self._started = True
        if min_batch:
            os.environ["GGML_OP_OFFLOAD_MIN_BATCH"] = str(min_batch)
        try:
            from engine.local import native

            native.start()
            self._abort = native.AbortFlag()
            self._cancellation.use(self._abort)
        except Exception as error:  # of any kind: the package's own, or of the system's loader
            self._broken = error_info("engine.library_failed", error)

    def _read(self) -> None:
        while True:
            try:
                # Who reads from a socket is woken each time the other side takes what was sent, and takes a core from
                # the model for it; who polls is not.
                self._connection.poll(None)
                command = protocol.decode_command(self._connection.recv_bytes())
            except (EOFError, OSError):
                os._exit(0)
            if isinstance(command, protocol.Ping):
                self._outbox.send(protocol.Pong(self._busy, self._steps))
            elif isinstance(command, protocol.Abort):
                self._cancellation.abort(command.id)
            elif isinstance(command, protocol.AnswerNow):
                self._cancellation.hurry(command.id)
            elif isinstance(command, protocol.SetPriority):
                self._cancellation.priority = command.conversation
            elif isinstance(command, protocol.CancelLoad):
                self._cancel_load = True
            elif isinstance(command, protocol.Measure | protocol.Tokenize):
                self._tokenizer_worker.ask(command)
            elif isinstance(command, protocol.Generate):
                self._prompt_worker.ask(command.request)
            else:
                self._queue(command)

    def _queue(self, command: protocol.Command) -> None:
        if isinstance(command, protocol.Load):
            self._guard.load_begins()
            self._cancel_load = False  # here and not when it is taken up: a cancel may come before that
        elif isinstance(command, protocol.Close):
            self._cancel_load = True
            self._cancellation.close()
        self._work.put(command)

    def _emit(self, event: Reply) -> None:
        self._outbox.send(event, now=False)

    def _end(self, finished: Finished) -> None:
        self._cancellation.ended(finished.id)
        self._outbox.send(finished)

    def _load(self, command: protocol.Load) -> None:
        self._start(command.min_batch or 0)
        if self._scheduler is not None:
            self._close_session(self._scheduler)
        session: Session | None = None
        try:
            answer = self._opened(command)
        except Exception as error:  # the file is someone else's: it may find any mistake of ours
            self._outbox.send(LoadFailed(error_info("engine.load_failed", error)))
        else:
            if isinstance(answer, protocol.StartAgain):
                self._outbox.send(answer)
            else:
                session = answer
                self._scheduler = self._scheduled(session, command.request)
                self._settling = Settling(session)
                self._outbox.send(Loaded(session.facts))
                if session.caching is not None:  # some of it may be warm
                    self._outbox.send(session.caching.activity())
        self._guard.load_ended(session)

    def _scheduled(self, session: Session, request: LoadRequest) -> Scheduler:
        from engine.local.prompt_cache.cache_key import open_prompt_cache
        from engine.local.scheduling.scheduler import Scheduler

        return Scheduler(
            session, open_prompt_cache(session, request), self._cancellation, self._emit, self._outbox.send
        )

    def _opened(self, command: protocol.Load) -> Session | protocol.StartAgain:
        if self._broken is not None or self._abort is None:
            raise UserError.from_info(self._broken or ErrorInfo("engine.no_model"))
        from engine.local.loading import OtherMinBatch, open_session
        from engine.local.repack.choice import build
        from engine.local.repack.failures import note_failure

        sent = 0.0

        def progress(fraction: float) -> bool:
            nonlocal sent
            self._steps += 1
            if time.monotonic() - sent >= PROGRESS_INTERVAL:
                sent = time.monotonic()
                self._outbox.send(LoadProgress(fraction))
            return not self._cancel_load

        # A host that was started for a plan does not ask again, whatever the plan says now.
        started_with = 0 if command.min_batch is None else None
        try:
            session = open_session(
                command.request,
                self._abort,
                progress,
                started_with,
                on_caching=lambda from_disk: self._outbox.send(protocol.CacheOpening(from_disk)),
                on_repacking=lambda: self._outbox.send(protocol.Repacking()),
            )
            if command.died:
                note_failure(command.request.calibrations, Path(command.request.path), build())
            return session
        except OtherMinBatch as wanted:
            return protocol.StartAgain(wanted.min_batch)

    def _close_session(self, scheduler: Scheduler) -> None:
        # What was read is kept before anything is waited for: a template may be at work for seconds.
        scheduler.close(KEEPING_S)
        self._guard.withdraw()
        scheduler.session.close()
        self._scheduler = self._settling = None

    def _step(self, scheduler: Scheduler) -> None:
        try:
            scheduler.step()
        except UserError as error:
            self._lost_context(scheduler, error)

    def _watch_experts(self, on: bool) -> None:
        if self._scheduler is None:
            return
        try:
            self._scheduler.watch_experts(on)
        except UserError as error:
            self._lost_context(self._scheduler, error)

    def _lost_context(self, scheduler: Scheduler, error: UserError) -> None:
        self._close_session(scheduler)
        self._outbox.send(LoadFailed(error.info))
