"""One remote answer: requests, reads the reply, retries without refused fields; emits events."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from engine.api import Event, Finished, GenerateRequest
from engine.errors import ErrorInfo, UserError, error_info
from engine.remote.body import PROMPT, refused_fields, request_body
from engine.remote.chunks import Chunk, read_chunk
from engine.remote.http import Answer, CutError, Line, StatusError
from engine.remote.pictures import refused_pictures, with_data
from engine.remote.reply import Reply
from engine.remote.server import Server
from engine.remote.sse import EventReader
from engine.values import FillIn, FinishReason, Timings, Usage

_DONE = "[DONE]"
# How often a request is sent again without fields that were refused.
_TRIES = 4
# Seconds that a cancelled answer has to emit its own end, before it is emitted for it.
_END_S = 0.08


class Exchange:
    """Lives for one request. `run` on a thread of its own, the rest from any."""

    def __init__(self, request: GenerateRequest, listener: Callable[[list[Event]], None]) -> None:
        self._request, self._listener = request, listener
        self._line = Line()
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._reply: Reply | None = None
        self._ended = self._cancelled = self._hurried = False
        self._end_emitted = threading.Event()

    @property
    def id(self) -> int:
        return self._request.id

    @property
    def fills_in(self) -> bool:
        return isinstance(self._request.prompt, FillIn)

    @property
    def has_pictures(self) -> bool:
        return any(message.media for message in self._request.messages)

    def cancel(self) -> None:
        """Cut the connection; it ends with what there is."""
        with self._lock:
            self._cancelled = True
            line = self._line
        line.cut()

    def wait_cancelled(self) -> None:
        """Wait until the end is emitted, though the thread may still connect."""
        if not self._end_emitted.wait(_END_S):
            self.end(Finished(self.id, "cancelled", Usage(), Timings()))

    def hurry(self) -> None:
        """No server can close a thought under way: the question is asked anew, without reasoning, unless the answer
        itself has begun."""
        with self._lock:
            reply = self._reply
            if self._cancelled or self._hurried or (reply is not None and reply.has_content):
                return
            self._hurried = True
            line = self._line
        line.cut()

    def run(self, server: Server) -> None:
        """Ask `server` and emit everything, the end included."""
        try:
            self._answer(server)
            self.end(self._finished(server, "stop"))
        except CutError:
            self.end(self._finished(server, "cancelled"))
        except Exception as error:  # what a server sends is somebody else's: it may find any mistake of ours
            self.end(self._finished(server, "error", error_info("engine.answer_failed", error)))

    def fail(self, error: ErrorInfo) -> None:
        """End without a server; one that was cancelled meanwhile has not failed."""
        reason: FinishReason = "cancelled" if self._cancelled else "error"
        self.end(Finished(self.id, reason, Usage(), Timings(), None if self._cancelled else error))

    def end(self, finished: Finished) -> None:
        """Emit the end, once; nothing is emitted after it."""
        with self._lock:
            if not self._ended:
                self._ended = True
                self._listener([finished])
        self._end_emitted.set()

    def _emit(self, event: Event) -> None:
        with self._lock:  # the end may be emitted by another thread
            if not self._ended:
                self._listener([event])

    def _answer(self, server: Server) -> None:
        for _ in range(_TRIES):
            with self._lock:
                if self._cancelled:
                    raise CutError
                if self._line.is_cut:  # hurried
                    self._line = Line()
                    self._request = msgspec.structs.replace(self._request, reasoning="off")
                line = self._line
            body = request_body(self._request, server.name.model, server.kind, server.refused)
            try:
                self._ask(server, body, line)
                return
            except StatusError as error:
                self._check_pictures(server, error)
                if PROMPT in body and error.code == "remote.not_found":
                    raise UserError("raw_prompt.elsewhere", host=server.http.place) from error
                refused = refused_fields(error.status, error.said, body)
                if not server.refuse(refused):
                    raise
            except CutError:
                if self._cancelled:
                    raise
        raise UserError("remote.refused", host=server.http.place, status=400, detail="-")

    def _check_pictures(self, server: Server, error: StatusError) -> None:
        """Raises UserError `picture.*` if the request was refused for its pictures."""
        trouble = refused_pictures(error.status, error.said, server.name.model) if self.has_pictures else None
        if trouble is not None:
            server.sees = server.sees and trouble.code != "picture.not_seen"
            raise UserError.from_info(trouble)

    def _ask(self, server: Server, body: dict[str, Any], line: Line) -> None:
        sent = with_data(body, self._request.messages)
        path = "completions" if PROMPT in body else "chat/completions"
        reply = Reply(self._request, self._emit, self._started, server.measuring.estimated)
        with self._lock:
            self._reply = reply
        try:
            with server.http.stream(f"{server.name.url}/{path}", sent, line) as answer:
                for chunk in _chunks(answer, server.http.place):
                    reply.feed(chunk)
        finally:
            reply.close()
        server.measuring.counted(body, reply.counted_prompt)
        if not reply.finish_reason:  # it just stopped
            raise UserError("remote.cut")

    def _finished(self, server: Server, reason: FinishReason, error: ErrorInfo | None = None) -> Finished:
        reply = self._reply
        if reply is None:
            return Finished(self.id, reason, Usage(), Timings(), error)
        usage = reply.usage(server.measuring.estimated_prompt(self._request, server.refused))
        return Finished(
            self.id,
            reply.reason if reason == "stop" else reason,
            usage,
            reply.timings(server.load_s, usage.completion_tokens),
            error,
            tuple(reply.calls),
            reply.notices,
            reply.stop,
        )


def _chunks(answer: Answer, place: str) -> Iterator[Chunk]:
    """The chunks of a stream; of a server that does not stream, its whole reply as one.

    Raises UserError `remote.not_openai` for a page, and as `read_chunk`.
    """
    if answer.kind == "text/html":
        raise UserError("remote.not_openai", host=place)
    if answer.kind == "application/json":
        whole = read_chunk(answer.whole().decode("utf-8", "replace"))
        said = whole.content or whole.reasoning or whole.calls
        yield msgspec.structs.replace(whole, finish_reason=whole.finish_reason or ("stop" if said else ""))
        return
    reader = EventReader()
    for piece in answer.pieces():
        for data in reader.feed(piece):
            if data.strip() == _DONE:
                yield Chunk(finish_reason="stop")
                return
            yield read_chunk(data)
    for data in reader.finish():
        yield Chunk(finish_reason="stop") if data.strip() == _DONE else read_chunk(data)
