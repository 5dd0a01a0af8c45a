"""Prompt worker: renders and tokenizes requests on its own thread, so that long prompts do not delay
decoding."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from engine.api import GenerateRequest
from engine.errors import ErrorInfo, UserError, error_info
from engine.local.generation.cancellation import Cancellation
from engine.local.model.session_guard import SessionGuard

if TYPE_CHECKING:
    from engine.local.generation.reply_text import Emit
    from engine.local.generation.scoring import Work
    from engine.local.model.session import Session
    from engine.local.pictures.sight import Sight


# Whether it is a client's, its number, the request, and when it arrived.
Queue = queue.PriorityQueue[tuple[bool, int, GenerateRequest, float]]


class Prepared(NamedTuple):
    """A prepared request, or the reason why it cannot be answered. `session` is what it was prepared with, which may
    have been closed since; None: that of the scheduler."""

    request: GenerateRequest
    generation: Work | None
    error: ErrorInfo | None
    session: Session | None = None


def _has_pictures(request: GenerateRequest) -> bool:
    return any(message.media for message in request.messages)


class PromptWorker:
    """A thread that prepares requests in order, a person's before those of clients, and one for those with pictures,
    which may have to wait for what looks at them. Each is started by its first request."""

    def __init__(
        self, guard: SessionGuard, cancellation: Cancellation, emit: Emit, ready: Callable[[Prepared], None]
    ) -> None:
        self._guard, self._cancellation, self._emit, self._ready = guard, cancellation, emit, ready
        self._queues: dict[str, Queue] = {}
        self._numbers = itertools.count()

    def ask(self, request: GenerateRequest) -> None:
        """Queue a request; called on the pipe's reader thread."""
        self._cancellation.opened(request.id)
        name = "picture-prompts" if _has_pictures(request) else "prompt-worker"
        if name not in self._queues:
            asked = self._queues[name] = queue.PriorityQueue()
            threading.Thread(target=self._run, args=(asked,), name=name, daemon=True).start()
        self._queues[name].put((bool(request.client), next(self._numbers), request, time.monotonic()))

    def _run(self, asked: Queue) -> None:
        while True:
            _, _, request, arrived = asked.get()
            prepared = self._prepared(request, arrived)
            self._ready(prepared)
            if prepared.generation is not None and request.conversation == self._cancellation.priority != "":
                self._cancellation.preempt_prefill()

    def _load(self, sight: Sight, request: GenerateRequest) -> None:
        """Raises UserError `projector.*`, and `engine.no_model` where the model goes meanwhile."""

        def stopped() -> bool:
            return self._guard.is_withdrawn or self._cancellation.is_aborted(request.id)

        if not sight.load(stopped) and not self._cancellation.is_aborted(request.id):
            raise UserError("engine.no_model")

    def _prepared(self, request: GenerateRequest, arrived: float) -> Prepared:
        from engine.local.generation.generation import Generation
        from engine.local.generation.scoring import Scoring

        with self._guard.acquire() as session:
            if session is None:
                return Prepared(request, None, ErrorInfo("engine.no_model"))
            try:
                if _has_pictures(request) and session.sight is not None:
                    self._load(session.sight, request)
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
            return Prepared(request, generation, None, session)
