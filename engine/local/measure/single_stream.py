"""One answer on a session that nobody else uses, for those who measure."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.api import Finished, GenerateRequest
from engine.errors import ErrorInfo, UserError
from engine.local.generation.cancellation import Cancellation
from engine.local.generation.generation import Generation
from engine.local.generation.prompt_worker import Prepared
from engine.local.model.session import Session
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.local.protocol import Reply
from engine.local.scheduling.scheduler import Scheduler


def answer_single_stream(
    session: Session, request: GenerateRequest, emit: Callable[[Reply], None], on_step: Callable[[], None]
) -> Finished:
    """The end of an answer that goes the way of every other. `emit` gets its events, `on_step` is called after each
    step."""
    ended: list[Finished] = []
    scheduler = Scheduler(session, PromptCache(None, "", 0, 0), Cancellation(), emit, ended.append)
    generation: Generation | None = Generation(session, request, emit, time.monotonic())
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
    return ended[0]
