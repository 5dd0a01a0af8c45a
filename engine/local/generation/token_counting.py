"""Token counting on its own thread: rendering and tokenizing need the vocabulary alone."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.api import GenerateRequest, Measured
from engine.errors import ErrorInfo, UserError, error_info
from engine.local import protocol
from engine.local.model.session_guard import SessionGuard
from engine.values import Picture

if TYPE_CHECKING:
    from engine.local.model.session import Session


class TokenCounting:
    """One thread that answers `protocol.Measure` in order, started by the first."""

    def __init__(self, guard: SessionGuard, send: Callable[[Measured], None]) -> None:
        self._guard, self._send = guard, send
        self._asked: queue.SimpleQueue[protocol.Measure] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def ask(self, command: protocol.Measure) -> None:
        """Queue a request; called on the pipe's reader thread."""
        self._asked.put(command)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="token-counting", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            command = self._asked.get()
            with self._guard.acquire() as session:
                measured = _measured(session, command, lambda: self._guard.is_withdrawn)
            self._send(measured)


def _measured(session: Session | None, command: protocol.Measure, stopped: Callable[[], bool]) -> Measured:
    request = command.request
    given = (*command.texts, *(picture for message in request.messages for picture in message.media))
    if session is None:
        return Measured(request.id, error=ErrorInfo("engine.no_model"))
    try:
        looks = any(isinstance(each, Picture) for each in given)
        if looks and session.sight is not None and not session.sight.load(stopped):
            return Measured(request.id, error=ErrorInfo("engine.no_model"))
        prompt = _prompt_tokens(session, request)
        texts = tuple(_tokens(session, each) for each in command.texts)
    except Exception as error:  # a template is someone else's program: it may find any mistake of ours
        return Measured(request.id, error=error_info("engine.answer_failed", error))
    return Measured(request.id, prompt, texts)


def _tokens(session: Session, given: str | Picture) -> int:
    if isinstance(given, str):
        return len(session.tokenizer.plain(given))
    if session.sight is None:
        raise UserError("picture.not_seen", name=session.facts.name)
    return len(session.sight.tokens(given))


def _prompt_tokens(session: Session, request: GenerateRequest) -> int:
    """As `Generation` makes the prompt, going on from the answer in memory as it would now."""
    if not request.messages and request.prompt is None:
        return 0
    return len(session.prompt(request)[1])
