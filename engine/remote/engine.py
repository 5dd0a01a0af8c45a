"""`Engine` over a server with OpenAI's chat API."""

from __future__ import annotations

import queue
import sys
import threading
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.api import (
    EngineState,
    Event,
    GenerateRequest,
    Listener,
    Loaded,
    LoadFailed,
    LoadRequest,
    Measured,
    ModelFacts,
    TokenizeRequest,
)
from engine.errors import ErrorInfo, UserError
from engine.remote.access import RemoteAccess
from engine.remote.names import RemoteName, parse_name
from engine.values import Picture

if TYPE_CHECKING:
    from engine.remote.exchange import Exchange
    from engine.remote.http import Http
    from engine.remote.server import Server

# The way to the server at an address.
AccessOf = Callable[[str], RemoteAccess]
_JOIN_S = 2.0
_NO_MODEL = ErrorInfo("engine.no_model")


class RemoteEngine:
    """Sends requests at once, each on its own thread: the server decides its concurrency.

    "Loading" is finding the server and what it reports of the model. The listener is called from one thread.
    `LoadRequest.path` is a name as of `engine.remote.names`; of its options only the context counts. After a
    failed load, requests fail for the same reason.
    """

    def __init__(self, listener: Listener, access_of: AccessOf = lambda _url: RemoteAccess()) -> None:
        self._listener, self._access_of = listener, access_of
        self._lock = threading.Lock()
        self._state: EngineState = "empty"
        self._server: Server | None = None
        self._loads = 0  # which load counts: an earlier one ends without a word
        self._settled = threading.Event()
        self._failure = _NO_MODEL  # why there is nobody to ask, while there is nobody
        self._open: dict[int, Exchange] = {}
        self._threads: list[threading.Thread] = []
        self._finding: Http | None = None
        self._events: queue.SimpleQueue[list[Event] | None] = queue.SimpleQueue()
        self._telling = threading.Lock()
        self._emitter: threading.Thread | None = None
        self._is_mute = False

    @property
    def state(self) -> EngineState:
        return self._state

    @property
    def model(self) -> ModelFacts | None:
        server = self._server
        return server.facts if server is not None else None

    def load(self, request: LoadRequest) -> None:
        """Raises UserError `engine.no_model` after `close`, and as `parse_name`."""
        name = parse_name(request.path)
        with self._lock:
            if self._state == "closed":
                raise UserError("engine.no_model")
            end = self._superseded("loading")
            number = self._loads
            self._settled = threading.Event()
        end()
        self._start(lambda: self._find(number, name, request.options.context), "remote-load")

    def cancel_load(self) -> None:
        with self._lock:
            if self._state != "loading":
                return
            self._loads += 1
            self._settle("empty", None)
            finding = self._finding
        if finding is not None:
            finding.cut()
        self._emit([LoadFailed(ErrorInfo("engine.load_cancelled"))])

    def generate(self, request: GenerateRequest) -> None:
        from engine.remote.exchange import Exchange

        exchange = Exchange(request, self._emit)
        with self._lock:
            if self._state not in ("loading", "ready"):
                raise UserError.from_info(self._failure)
            if request.score:  # the protocol has no way to have a given text read
                raise UserError("probabilities.elsewhere")
            self._open[request.id] = exchange
            settled = self._settled
        self._start(lambda: self._answer(exchange, settled), "remote-answer")

    def measure(self, request: GenerateRequest, texts: tuple[str | Picture, ...] = ()) -> None:
        with self._lock:
            if self._state not in ("loading", "ready"):
                raise UserError.from_info(self._failure)
            settled = self._settled
        self._start(lambda: self._measure(request, texts, settled), "remote-measure")

    def tokenize(self, request: TokenizeRequest) -> None:
        """Raises UserError `tokens.elsewhere`: few servers tell the tokens of their models."""
        with self._lock:
            if self._state not in ("loading", "ready"):
                raise UserError.from_info(self._failure)
        raise UserError("tokens.elsewhere")

    def abort(self, request_id: int) -> None:
        with self._lock:
            exchange = self._open.pop(request_id, None)
        if exchange is not None:
            exchange.cancel()
            exchange.wait_cancelled()

    def answer_now(self, request_id: int) -> None:
        with self._lock:
            exchange = self._open.get(request_id)
        if exchange is not None:
            exchange.hurry()

    def set_priority(self, conversation: str) -> None:
        """Ignored: the server has its own order."""

    def forget(self, conversation: str) -> None:
        """Nothing is cached here."""

    def limit_states(self, size: int) -> None:
        """Nothing is cached here."""

    def watch_experts(self, on: bool) -> None:
        """Ignored: servers do not report experts."""

    def unload(self) -> None:
        self._end("empty")

    def close(self) -> None:
        self._end("closed")
        with self._telling:
            teller, self._emitter = self._emitter, None
            self._is_mute = True
        if teller is not None:
            self._events.put(None)
            teller.join()

    # --- inside ---

    def _end(self, state: EngineState) -> None:
        with self._lock:
            if self._state == "closed":
                return
            end = self._superseded(state)
            threads = tuple(self._threads)
        end()
        for thread in threads:  # one that still connects ends by itself
            thread.join(_JOIN_S)

    def _superseded(self, state: EngineState) -> Callable[[], None]:
        """Call with the lock held: another load begins, or none. Cancels the requests so far, and none that come from
        now on; what it returns waits for their ends, without the lock."""
        self._loads += 1
        exchanges, finding, server = tuple(self._open.values()), self._finding, self._server
        self._open.clear()
        for exchange in exchanges:
            exchange.cancel()
        self._settle(state, None)

        def end() -> None:
            for exchange in exchanges:
                exchange.wait_cancelled()
            for http in (finding, server.http if server is not None else None):
                if http is not None:
                    http.cut()

        return end

    def _settle(self, state: EngineState, server: Server | None, failure: ErrorInfo = _NO_MODEL) -> None:
        """Call with the lock held."""
        self._state, self._server, self._failure = state, server, failure
        self._settled.set()

    def _find(self, number: int, name: RemoteName, context: int) -> None:
        from engine.remote.http import CutError, Http
        from engine.remote.server import open_server

        server, error = None, _NO_MODEL
        try:
            access = self._access_of(name.url)
            http = Http(name.url, access)
            with self._lock:
                if number != self._loads:
                    return
                self._finding = http
            server = open_server(http, name, access, context)
        except UserError as failure:
            error = failure.info
        except CutError:
            return
        # What a server sends is somebody else's: it may find any mistake of ours.
        except Exception as mistake:
            traceback.print_exc()
            error = ErrorInfo("remote.garbled", {"detail": type(mistake).__name__})
        with self._lock:
            if number != self._loads:
                return
            self._settle("ready" if server is not None else "empty", server, error)
            # Emitted under the lock: later answers emit after this.
            self._emit([Loaded(server.facts) if server is not None else LoadFailed(error)])

    def _answer(self, exchange: Exchange, settled: threading.Event) -> None:
        settled.wait()
        server = self._server
        if server is None:
            exchange.fail(self._failure)
        elif exchange.has_pictures and not server.sees:
            exchange.fail(ErrorInfo("picture.not_seen", {"name": server.name.model}))
        elif exchange.fills_in:  # servers are asked in many ways, and some leave out the end without a word
            exchange.fail(ErrorInfo("fill_in.unknown", {"name": server.name.model}))
        else:
            exchange.run(server)
        with self._lock:
            if self._open.get(exchange.id) is exchange:
                del self._open[exchange.id]

    def _measure(
        self, request: GenerateRequest, texts: tuple[str | Picture, ...], settled: threading.Event
    ) -> None:
        settled.wait()
        server = self._server
        if server is None:
            self._emit([Measured(request.id, error=self._failure)])
        else:
            from engine.remote.http import CutError

            try:
                measured = server.measuring.measured(request, texts, server.refused)
            except CutError:
                measured = Measured(request.id, error=_NO_MODEL)
            self._emit([measured])

    def _start(self, job: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=job, name=name, daemon=True)
        with self._lock:
            self._threads = [one for one in self._threads if one.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _emit(self, events: list[Event]) -> None:
        """Queue events for the emitter thread; dropped once closed."""
        with self._telling:
            if self._is_mute:
                return
            self._events.put(events)
            if self._emitter is None:
                self._emitter = threading.Thread(target=self._emit_loop, name="remote-teller", daemon=True)
                self._emitter.start()

    def _emit_loop(self) -> None:
        while (events := self._events.get()) is not None:
            # What has come meanwhile goes along, as from a host's pipe.
            ended = False
            while not ended and len(events) < 256:
                try:
                    more = self._events.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    ended = True
                else:
                    events = events + more
            try:
                self._listener(events)
            except Exception:  # its mistakes are reported like those of any thread, and the engine goes on
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
            if ended:
                return
