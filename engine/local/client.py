"""Parent side of the engine host: exchanges messages, watches its health, restarts it after a crash.

Never blocks the caller: a host's writer thread sends queued commands, one reader thread receives batches of events.
Only the reader judges the host's health and ends a host that hangs.
"""

from __future__ import annotations

import sys
import threading
import time
from multiprocessing.connection import wait
from pathlib import Path

import msgspec

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
    Measured,
    ModelFacts,
    Replanned,
    Tokenized,
    TokenizeRequest,
)
from engine.errors import ErrorInfo, UserError
from engine.local import early_host, health, host, protocol
from engine.local.host_process import HostMain, HostProcess
from engine.local.repack.failures import DEATHS
from engine.placement.workers import without_workers
from engine.text import clean_text, clean_value
from engine.values import FinishReason, Picture, Timings, Usage

# A host that never pauses yields to its listener after this long.
BATCH_INTERVAL = 1 / 60


class LocalEngine:
    """The `Engine` protocol over a host process. Thread-safe.

    `listener` gets every event, in batches, from the reader thread; it may call `abort`, `answer_now` and
    `cancel_load`, but not `load`, `generate`, `watch_experts`, `unload` or `close`, which may wait for that
    thread. `main` runs in the child.
    """

    def __init__(self, listener: Listener, main: HostMain = host.main) -> None:
        self._listener = listener
        self._main = main
        # Held by one load, restart or close at a time, while an old host ends; taken before `_lock`.
        self._changing = threading.Lock()
        # Guards all that follows and is never held while something is waited for.
        self._lock = threading.Lock()
        self._host: HostProcess | None = None
        self._reader: threading.Thread | None = None
        self._state: EngineState = "empty"
        self._model: ModelFacts | None = None
        self._wanted: LoadRequest | None = None
        self._open: dict[int, GenerateRequest] = {}
        self._asked: dict[int, protocol.Measure | protocol.Tokenize] = {}  # about tokens
        self._cancelling = False
        self._priority = ""
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
        """Start loading in a fresh host, which clears the crash count.

        Raises UserError `engine.not_started` (detail), and `engine.no_model` after `close`.
        """
        with self._changing:
            if self._state == "closed":
                raise UserError("engine.no_model")
            self._stop_host()
            self._crashes.pop(request.path, None)
            self._wanted = request
            self._start_host(request)

    def cancel_load(self) -> None:
        with self._lock:
            if self._state == "loading" and self._host:
                self._cancelling = True
                self._host.send(protocol.CancelLoad())

    def generate(self, request: GenerateRequest) -> None:
        """Queue an answer, starting a lost host again first.

        Raises UserError `engine.no_model` when nothing was loaded or is being loaded, and
        `engine.crashes_too_often` (name) when this model took the host down three times in ten minutes.
        """
        cleaned = _clean(request)
        with self._changing:
            self._revive()
            with self._lock:
                host = self._usable()
                self._open[request.id] = cleaned
                host.send(protocol.Generate(cleaned))

    def measure(self, request: GenerateRequest, texts: tuple[str | Picture, ...] = ()) -> None:
        """Raises UserError as `generate` does."""
        clean = tuple(clean_text(each) if isinstance(each, str) else each for each in texts)
        self._ask(request.id, protocol.Measure(_clean(request), clean))

    def tokenize(self, request: TokenizeRequest) -> None:
        """Raises UserError as `generate` does."""
        given = request.given
        if not isinstance(given, tuple):
            given = clean_text(given) if isinstance(given, str) else _clean(given)
        self._ask(request.id, protocol.Tokenize(msgspec.structs.replace(request, given=given)))

    def abort(self, request_id: int) -> None:
        with self._lock:
            if self._host and request_id in self._open:
                self._host.send(protocol.Abort(request_id))

    def answer_now(self, request_id: int) -> None:
        with self._lock:
            waiting = self._open.get(request_id)
            if self._host and waiting:
                # For a host that replaces this one before it has begun to answer.
                self._open[request_id] = msgspec.structs.replace(waiting, reasoning=0)
                self._host.send(protocol.AnswerNow(request_id))

    def set_priority(self, conversation: str) -> None:
        with self._lock:
            self._priority = conversation
            if self._host:
                self._host.send(protocol.SetPriority(conversation))

    def forget(self, conversation: str) -> None:
        with self._lock:
            if self._host:
                self._host.send(protocol.Forget(conversation))

    def limit_states(self, size: int) -> None:
        with self._lock:
            if self._wanted:
                self._wanted = msgspec.structs.replace(self._wanted, states_limit=size)
            if self._host:
                self._host.send(protocol.LimitStates(size))

    def watch_experts(self, on: bool) -> None:
        with self._changing, self._lock:
            if self._wanted:
                self._wanted = msgspec.structs.replace(self._wanted, watch_experts=on)
            if self._host and self._state in ("loading", "ready"):
                self._host.send(protocol.WatchExperts(on))

    def unload(self) -> None:
        with self._changing:
            if self._state != "closed":
                self._end_hosts()
                self._wanted, self._state = None, "empty"

    def close(self) -> None:
        with self._changing:
            self._end_hosts()
            self._state = "closed"

    def _revive(self) -> None:
        """Start a lost host again. Raises UserError `engine.crashes_too_often`."""
        if self._state == "lost" and self._wanted:
            crashes = self._crashes.get(self._wanted.path, [])
            if health.crashes_too_often(crashes, time.monotonic()):
                raise UserError("engine.crashes_too_often", name=Path(self._wanted.path).name)
            self._stop_host()
            self._start_host(self._wanted)

    def _ask(self, id: int, command: protocol.Measure | protocol.Tokenize) -> None:
        with self._changing:
            self._revive()
            with self._lock:
                host = self._usable()
                self._asked[id] = command
                host.send(command)

    def _usable(self) -> HostProcess:
        """Raises UserError `engine.no_model`."""
        if self._host is None or self._state not in ("loading", "ready"):
            raise UserError("engine.no_model")
        return self._host

    def _ended_requests(self, reason: FinishReason, error: ErrorInfo | None) -> list[Event]:
        """Final events of all open requests, which are forgotten; `_lock` is held."""
        ended: list[Event] = [Finished(id, reason, Usage(), Timings(), error) for id in self._open]
        gone = error or ErrorInfo("engine.no_model")
        for id, command in self._asked.items():
            kind = Measured if isinstance(command, protocol.Measure) else Tokenized
            ended.append(kind(id, error=gone))
        self._open.clear()
        self._asked.clear()
        return ended

    def _start_host(self, request: LoadRequest) -> None:
        load = protocol.Load(request)
        early = early_host.taken(protocol.encode(load)) if self._main is host.main else None
        try:
            current = HostProcess(self._main, request.options.workers, early)
        except OSError as error:
            self._state = "empty"
            raise UserError("engine.not_started", detail=str(error)) from error
        current.vitals.loading = True
        if early is None or not early.loads:
            current.send(load)
        current.send(protocol.SetPriority(self._priority))
        reader = threading.Thread(target=self._read, args=(current,), name="engine-reader", daemon=True)
        with self._lock:
            self._state, self._model = "loading", None
            self._cancelling = False
            self._host, self._reader = current, reader
        reader.start()

    def _end_hosts(self) -> None:
        self._stop_host()
        if self._main is host.main:
            early_host.end()

    def _stop_host(self) -> None:
        """End the host; its open answers end as cancelled. Reports a lost host first."""
        with self._lock:
            current, reader = self._host, self._reader
            self._host = self._reader = None
            self._model = None
        if current:
            current.end()
        if reader:
            reader.join()
        if current:
            current.dispose()
        with self._lock:
            ended = self._ended_requests("cancelled", None)
        self._emit(ended)

    def _emit(self, events: list[Event]) -> None:
        """Call the listener. Its exceptions are reported as a thread's; the engine continues."""
        if not events:
            return
        try:
            self._listener(events)
        except Exception:
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))

    # --- the reader thread ---

    def _read(self, current: HostProcess) -> None:
        pinged = 0.0
        failure: ErrorInfo | None = None
        while failure is None:
            ready = wait([current.connection, current.process.sentinel], health.PING_INTERVAL / 2)
            now = time.monotonic()
            if now - pinged >= health.PING_INTERVAL:
                pinged = now
                current.send(protocol.Ping())
            batch: list[Event] = []
            if current.connection in ready:
                failure = self._drain(current, batch)
            elif ready:
                failure = self._ended(current)
            elif health.hangs(current.vitals, now):
                failure = health.stuck_worker(current.workers) or ErrorInfo("engine.not_answering")
            self._deliver(current, batch)
            if failure is None and current.start_again is not None:
                current, failure = self._replace(current, current.start_again)
            elif failure is not None and self._dies_repacking(current, failure):
                current, failure = self._replace(current, None, died=failure)
        self._lose(current, failure)

    def _dies_repacking(self, current: HostProcess, failure: ErrorInfo) -> bool:
        """Whether the host died before it loaded, and may not do so with weights as they are in the file."""
        with self._lock:
            wanted = self._host is current
        return wanted and current.repacks and current.vitals.loading and failure.code in DEATHS

    def _replace(
        self, old: HostProcess, min_batch: int | None, died: ErrorInfo | None = None
    ) -> tuple[HostProcess, ErrorInfo | None]:
        """Start a host with the settings that `old` asks for, the same load and its waiting answers. Where it `died`
        the weights are left as they are in the file."""
        try:
            fresh = HostProcess(self._main, old.workers)
        except OSError as error:
            return old, died or ErrorInfo("engine.not_started", {"detail": str(error)})
        with self._lock:
            if died and self._wanted and self._host is old:
                self._wanted = _plainly_computed(self._wanted)
            wanted = self._wanted if self._host is old else None
            if wanted:
                fresh.vitals.loading = True
                fresh.send(protocol.Load(wanted, min_batch, died is not None))
                fresh.send(protocol.SetPriority(self._priority))
                for request in self._open.values():
                    fresh.send(protocol.Generate(request))
                for command in self._asked.values():
                    fresh.send(command)
                if self._cancelling:
                    fresh.send(protocol.CancelLoad())
                self._host = fresh
        if not wanted:  # ended on purpose meanwhile, by who also disposes of the old one
            fresh.end()
            fresh.dispose()
            old.start_again = None
            return old, died
        old.end()
        old.dispose()
        return fresh, None

    def _drain(self, current: HostProcess, batch: list[Event]) -> ErrorInfo | None:
        """Receive all pending batches; the reason if the host is done for."""
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
                elif isinstance(reply, protocol.StartAgain):
                    current.start_again = reply.min_batch
                    return None
                elif isinstance(reply, protocol.Repacking):
                    current.repacks = True
                elif isinstance(reply, protocol.CacheOpening):
                    current.caches, current.from_disk, current.repacks = True, reply.from_disk, False
                elif not isinstance(reply, protocol.Ready):
                    batch.append(reply)
            last = batch and isinstance(batch[-1], Finished | Measured | Tokenized | Loaded | LoadFailed)
            if last or now >= until or not current.connection.poll(0):
                return None

    def _ended(self, current: HostProcess) -> ErrorInfo:
        code = current.exit_code()
        lost = health.lost_worker(current.log_tail(), current.workers)
        return lost or health.outcome(code)

    def _deliver(self, current: HostProcess, batch: list[Event]) -> None:
        with self._lock:
            if self._host is not current:
                return
            for event in batch:
                self._note(current, event)
        self._emit(batch)

    def _note(self, current: HostProcess, event: Event) -> None:
        if isinstance(event, Finished):
            self._open.pop(event.id, None)
        elif isinstance(event, Measured | Tokenized):
            self._asked.pop(event.id, None)
        elif isinstance(event, Loaded):
            self._state, self._model = "ready", event.model
            current.vitals.loading = False
            plan = event.model.plan
            current.caches = plan is not None and plan.placement.expert_cache is not None
            current.from_disk = plan is not None and plan.mode == "disk"
            weights = event.model.weights
            is_own = weights is not None and bool(weights.repacked or weights.products)
            current.repacks = is_own and not current.caches
        elif isinstance(event, Replanned):
            self._model = event.model
        elif isinstance(event, LoadFailed):
            self._state = "empty"
            current.vitals.loading = False
        elif isinstance(event, LoadProgress):
            current.vitals.stepped = time.monotonic()

    def _lose(self, current: HostProcess, failure: ErrorInfo) -> None:
        """Emit `EngineLost`, unless the host was ended on purpose."""
        gone = tuple(health.gone(current.workers)) if current.caches and failure.code == "worker.lost" else ()
        starved = current.may_lack_memory()
        with self._lock:
            if self._host is not current:
                return
            # But not the reader: who starts the next host first waits for the events emitted here.
            self._host = None
            self._state, self._model = "lost", None
            # A worker that went away says nothing about the model.
            if self._wanted and failure.code != "worker.lost":
                self._crashes.setdefault(self._wanted.path, []).append(time.monotonic())
            if self._wanted and current.from_disk and failure.code == "engine.killed":
                self._wanted = _with_fewer_slots(self._wanted) if starved else self._wanted
            elif self._wanted and current.caches:
                self._wanted = _without_cache(self._wanted, gone)
            if self._wanted and current.repacks and failure.code in DEATHS:
                self._wanted = _plainly_computed(self._wanted)
            ended = self._ended_requests("error", failure)
        if current.process.is_alive():
            current.process.kill()
            current.process.join()
        tail = current.log_tail()
        current.dispose()
        self._emit([*ended, EngineLost(failure, tail)])


def _without_cache(request: LoadRequest, gone: tuple[str, ...]) -> LoadRequest:
    """The same load without expert cache and lost workers, whose cached experts are in RAM too."""
    options = without_workers(request.options, gone).without_cache()
    return msgspec.structs.replace(request, options=options)


def _with_fewer_slots(request: LoadRequest) -> LoadRequest:
    """The same load with fewer experts in memory: the page cache in their place would read several times as much."""
    return msgspec.structs.replace(request, options=request.options.with_fewer_slots())


def _plainly_computed(request: LoadRequest) -> LoadRequest:
    """The same load with weights as they are in the file, by ggml's own products."""
    return msgspec.structs.replace(request, options=request.options.plainly_computed())


def _clean(request: GenerateRequest) -> GenerateRequest:
    """The request with all text made valid for JSON."""
    try:
        return msgspec.convert(clean_value(msgspec.to_builtins(request)), GenerateRequest)
    except RecursionError as error:
        raise UserError("engine.too_deep") from error
