"""Collects one turn of a model from the events of its engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from agents.api import Measured, ModelRequest, ModelResponse, NewText, OnText
from engine import api
from engine.api import (
    Delta,
    Event,
    Finished,
    GenerateRequest,
    Listener,
    PrefillProgress,
    Queued,
    ToolCallDelta,
    ToolCalled,
)
from engine.errors import ErrorInfo, UserError
from engine.values import Picture, Sampling, ToolCall

if TYPE_CHECKING:
    from app.services.models.models import Models

# Events before the first token: the queue position, then prompt progress.
Progress = Queued | PrefillProgress

# Interval of checks for cancellation, and how long the engine may take to end a turn.
_LOOK_S = 0.04
_END_S = 0.12


class Source(Protocol):
    """A source of answers: methods as those of an `Engine`, each request with its own listener."""

    def generate(self, request: GenerateRequest, listener: Listener) -> None: ...
    def measure(
        self, request: GenerateRequest, texts: tuple[str | Picture, ...], listener: Listener
    ) -> None: ...
    def abort(self, request_id: int) -> None: ...


# Called from another thread with events before the first token.
OnProgress = Callable[[Progress], None]


class _Collector:
    """The listener of one answer; collects its events and wakes the waiting thread."""

    def __init__(self, on_text: OnText, on_progress: OnProgress) -> None:
        self._on_text, self._on_progress = on_text, on_progress
        self._lock = threading.Lock()
        self._left = False
        self.ended = threading.Event()
        self.finished: Finished | None = None
        self.texts: dict[str, list[str]] = {"reasoning": [], "content": []}
        self.calls: list[ToolCall] = []

    def __call__(self, events: list[Event]) -> None:
        with self._lock:  # events after the turn was abandoned belong to nobody
            for event in events if not self._left else ():
                if isinstance(event, Delta):
                    self.texts[event.channel].append(event.text)
                    self._on_text(NewText(event.channel, event.text))
                elif isinstance(event, ToolCallDelta):
                    self._on_text(NewText("arguments", event.text, event.call, event.name))
                elif isinstance(event, Queued | PrefillProgress):
                    self._on_progress(event)
                elif isinstance(event, ToolCalled):
                    self.calls.append(event.call)
                elif isinstance(event, Finished):
                    self.finished = event
                    self.ended.set()

    def leave(self) -> None:
        with self._lock:
            self._left = True


class OnlyOf:
    """The model at `path` alone, as a source of turns: another one that is chosen meanwhile is given none."""

    def __init__(self, models: Models, path: str) -> None:
        self._models, self._path = models, path
        self.measure, self.abort = models.measure, models.abort

    def generate(self, request: GenerateRequest, listener: Listener) -> None:
        self._models.generate(request, listener, self._path)


def take_turn(
    source: Source,
    request: GenerateRequest,
    on_text: OnText,
    cancelled: Callable[[], bool],
    on_progress: OnProgress = lambda _event: None,
) -> ModelResponse:
    """Request a turn and wait for its end; `cancelled` as in `ChatModel.stream`.

    An answer that was stopped elsewhere has the reason "cancelled" too. Raises UserError as `source.generate`
    does.
    """
    collector = _Collector(on_text, on_progress)
    source.generate(request, collector)
    while not collector.ended.wait(_LOOK_S):
        if cancelled():
            source.abort(request.id)
            collector.ended.wait(_END_S)
            break
    collector.leave()
    return _turn(collector)


def _turn(collector: _Collector) -> ModelResponse:
    content, reasoning = ("".join(collector.texts[channel]) for channel in ("content", "reasoning"))
    finished = collector.finished
    if finished is None:
        return ModelResponse(content, reasoning, tuple(collector.calls), "cancelled")
    return ModelResponse(
        content,
        reasoning,
        finished.tool_calls or tuple(collector.calls),
        finished.reason,
        finished.usage,
        finished.timings,
        finished.error,
        finished.notices,
    )


def take_measure(
    source: Source, request: GenerateRequest, texts: Sequence[str | Picture], patience_s: float = 30.0
) -> Measured:
    """Count tokens and wait. Raises UserError as `source.measure` does, and when counting failed."""
    told = threading.Event()
    got: list[api.Measured] = []

    def listen(events: list[Event]) -> None:
        got.extend(event for event in events if isinstance(event, api.Measured))
        told.set()

    source.measure(request, tuple(texts), listen)
    until = time.monotonic() + patience_s
    while not told.wait(0.2):  # in intervals, so that Ctrl+C comes through where a wait would block it
        if time.monotonic() > until:
            raise UserError("engine.not_answering")
    measured = got[0]
    if measured.error is not None:
        raise UserError.from_info(measured.error)
    return Measured(measured.prompt, measured.texts, measured.exact)


def request_of(ask: ModelRequest, id: int) -> GenerateRequest:
    return GenerateRequest(
        id,
        ask.messages,
        ask.sampling,
        ask.reasoning,
        ask.max_tokens,
        tools=ask.tools,
        tool_choice=ask.choice,
    )


def with_error(turn: ModelResponse, error: ErrorInfo) -> ModelResponse:
    """The turn as a failed one, keeping its text."""
    return msgspec.structs.replace(turn, finish_reason="error", error=error)


def overlay(over: Sampling, under: Sampling) -> Sampling:
    """Each value from `over`, where it is None from `under`."""
    chosen = {name: value for name, value in msgspec.structs.asdict(over).items() if value is not None}
    return msgspec.structs.replace(under, **chosen)
