"""Prompt worker: renders and tokenizes requests on its own thread, so that long prompts do not delay
decoding."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from engine.api import GenerateRequest
from engine.errors import ErrorInfo, error_info
from engine.local.generation.cancellation import Cancellation
from engine.local.model.session_guard import SessionGuard

if TYPE_CHECKING:
    from engine.local.generation.generation import Emit
    from engine.local.generation.scoring import Work


class Prepared(NamedTuple):
    """A prepared request, or the reason why it cannot be answered."""

    request: GenerateRequest
    generation: Work | None
    error: ErrorInfo | None


class PromptWorker:
    """One thread that prepares requests in order, started by the first."""

    def __init__(
        self, guard: SessionGuard, cancellation: Cancellation, emit: Emit, ready: Callable[[Prepared], None]
    ) -> None:
        self._guard, self._cancellation, self._emit, self._ready = guard, cancellation, emit, ready
        self._asked: queue.SimpleQueue[tuple[GenerateRequest, float]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def ask(self, request: GenerateRequest) -> None:
        """Queue a request; called on the pipe's reader thread."""
        self._cancellation.opened(request.id)
        self._asked.put((request, time.monotonic()))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="prompt-worker", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            request, arrived = self._asked.get()
            prepared = self._prepared(request, arrived)
            self._ready(prepared)
            if prepared.generation is not None and request.conversation == self._cancellation.priority != "":
                self._cancellation.preempt_prefill()

    def _prepared(self, request: GenerateRequest, arrived: float) -> Prepared:
        from engine.local.generation.generation import Generation
        from engine.local.generation.scoring import Scoring

        with self._guard.acquire() as session:
            if session is None:
                return Prepared(request, None, ErrorInfo("engine.no_model"))
            try:
                generation: Work = (
                    Scoring(session, request, self._emit, arrived)
                    if request.score
                    else Generation(
                        session,
                        request,
                        self._emit,
                        arrived,
                        lambda: self._cancellation.is_hurried(request.id),
                    )
                )
                if not self._cancellation.is_aborted(request.id):
                    generation.prepare()
            except Exception as error:  # a template is someone else's: it may find any mistake of ours
                return Prepared(request, None, error_info("engine.answer_failed", error))
            return Prepared(request, generation, None)
