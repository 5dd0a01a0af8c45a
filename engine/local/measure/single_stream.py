"""Single-stream generation on a session of its own, for measurements."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from engine.api import Finished, GenerateRequest
from engine.errors import ErrorInfo, UserError
from engine.local.generation.cancellation import Cancellation
from engine.local.generation.generation import Generation
from engine.local.generation.prompt_worker import Prepared
from engine.local.generation.scoring import Scoring, Work
from engine.local.model.session import Session
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.local.protocol import Reply
from engine.local.scheduling.scheduler import Scheduler


def answer_single_stream(
    session: Session,
    request: GenerateRequest,
    emit: Callable[[Reply], None],
    on_step: Callable[[], None],
    seconds: float = math.inf,
) -> Finished:
    """Run one answer through the scheduler. `emit` gets its events; `on_step` is called after each step. It is
    cancelled after so many seconds."""
    ended: list[Finished] = []
    cancellation, latest = Cancellation(), time.monotonic() + seconds
    scheduler = Scheduler(session, PromptCache(None, "", 0, 0), cancellation, emit, ended.append)
    made = Scoring if request.score else Generation
    generation: Work | None = made(session, request, emit, time.monotonic())
    error: ErrorInfo | None = None
    try:
        assert generation is not None
        generation.prepare()
    except UserError as refused:
        generation, error = None, refused.info
    scheduler.submit(Prepared(request, generation, error))
    while not scheduler.is_idle:
        scheduler.step()
        on_step()
        if time.monotonic() > latest:
            cancellation.close()
    return ended[0]
