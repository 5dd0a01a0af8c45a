"""Tokens of texts and prompts, on a thread of their own: rendering and tokenizing need the vocabulary alone."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.api import GenerateRequest, Measured, Tokenized, TokenizeRequest
from engine.errors import ErrorInfo, UserError, error_info
from engine.local import protocol
from engine.local.model.session_guard import SessionGuard
from engine.values import Picture

if TYPE_CHECKING:
    from engine.local.model.session import Session


Command = protocol.Measure | protocol.Tokenize


class TokenizerWorker:
    """One thread that answers what is asked about tokens in order, a person's before that of clients. Started by the
    first."""

    def __init__(self, guard: SessionGuard, send: Callable[[Measured | Tokenized], None]) -> None:
        self._guard, self._send = guard, send
        self._asked: queue.PriorityQueue[tuple[bool, int, Command]] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def ask(self, command: Command) -> None:
        """Queue a request; called on the pipe's reader thread."""
        of_client = isinstance(command, protocol.Tokenize) or bool(command.request.client)
        self._asked.put((of_client, next(self._numbers), command))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="tokenizer-worker", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            _, _, command = self._asked.get()
            with self._guard.acquire() as session:
                answer = (
                    _measured(session, command, lambda: self._guard.is_withdrawn)
                    if isinstance(command, protocol.Measure)
                    else _tokenized(session, command.request)
                )
            self._send(answer)


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


def _tokenized(session: Session | None, request: TokenizeRequest) -> Tokenized:
    id, given = request.id, request.given
    if session is None:
        return Tokenized(id, error=ErrorInfo("engine.no_model"))
    tokenizer = session.tokenizer
    try:
        if isinstance(given, str):
            tokens = tokenizer.marker(given) if request.parse_special else tokenizer.plain(given)
            first = tokenizer.first if request.add_special else []
            return Tokenized(id, given, (*first, *tokens))
        if isinstance(given, GenerateRequest):
            prompt, tokens = session.prompt(given)
            return Tokenized(id, tokenizer.text(tokens) if prompt.is_raw else prompt.text, tuple(tokens))
        return Tokenized(id, tokenizer.text(tokenizer.checked(given)), given)
    except Exception as error:  # as in `_measured`
        return Tokenized(id, error=error_info("engine.answer_failed", error))


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
