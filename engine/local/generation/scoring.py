"""Scoring of an answer: reads it again (teacher forcing) and tells the probabilities of its tokens."""

from __future__ import annotations

import time
from collections.abc import Sequence

from engine.api import Finished, GenerateRequest, PrefillProgress, TokenLogprobs
from engine.errors import ErrorInfo, UserError
from engine.local.generation.generation import Generation, StepResult
from engine.local.generation.reply_text import Emit
from engine.local.model.sequences import TokenizedTexts
from engine.local.model.session import Session
from engine.local.pictures.units import Unit, units
from engine.values import FinishReason, Timings, Usage


class Scoring:
    """One answer that is scored; the scheduler runs its tokens as those of a `Generation`, slice after slice, and
    in the background while others run.

    The tokens are the model's own while the session remembers them, else those of the answer as the chat format
    writes it. All but the last are computed: the logits of each tell how likely the next one was.
    """

    is_background, is_reading, may_draft, room, turn = True, True, False, 0, 0

    def __init__(self, session: Session, request: GenerateRequest, emit: Emit, arrived: float) -> None:
        self._session, self.request, self._emit, self._arrived = session, request, emit, arrived
        self.tokens: list[int] = []
        self.pictures: list[Unit] = []  # among the tokens
        self._answer: list[int] = []
        self._scored = 0  # of the answer's tokens
        self._cached = 0
        self._started = 0.0

    @property
    def _next(self) -> int:
        """The place in `tokens` whose logits tell the next token to be scored."""
        return len(self.tokens) - len(self._answer) + self._scored

    @property
    def reusable(self) -> list[int]:
        return self.tokens[: self._next + 1]

    def prepare(self) -> None:
        """Render and tokenize the prompt and the answer. Raises UserError when it cannot be scored."""
        session, request = self._session, self.request
        prompt = session.render(request)
        before, tokens = session.encode(prompt.before_answer), session.encode(prompt)
        if tokens[: len(before)] != before:  # the answer begins within a token, as the model did not
            tokens = [*before, *session.tokenizer.encode_from(prompt, prompt.continued_from)]
        if not before:
            raise UserError("engine.empty_prompt")
        if len(tokens) == len(before):
            raise UserError("probabilities.empty")
        if len(tokens) > session.context_length:
            raise UserError("probabilities.context", needed=len(tokens), available=session.context_length)
        self.tokens, self._answer = tokens[:-1], tokens[len(before) :]
        self.pictures = units(self.tokens)

    def start(self, cached: int, _recomputed: ErrorInfo | None, now: float) -> None:
        """Start in a KV slot with so many tokens in memory."""
        if not self._started:
            self._started, self._cached = now, cached
        self.emit_progress(cached)

    def emit_progress(self, held: int) -> None:
        self._emit(PrefillProgress(self.request.id, held, len(self.tokens), min(self._cached, held)))

    def rows(self, held: int, most: int, outputs: int) -> tuple[int, int]:
        """As `Generation.rows`; each token of the answer takes one of the `outputs`."""
        count = min(most, self._next + outputs - held)
        return count, max(0, held + count - self._next)

    def took(self, rows: range, _draft: Sequence[int] = ()) -> StepResult:
        """Score the tokens behind these rows of the last batch."""
        top = self.request.top_logprobs or 0
        tokens = self._answer[self._scored : self._scored + len(rows)]
        scored = tuple(
            self._session.logprob(row, token, top) for row, token in zip(rows, tokens, strict=True)
        )
        self._scored += len(scored)
        self._emit(TokenLogprobs(self.request.id, scored))
        return StepResult("stop" if self._scored == len(self._answer) else None, 0)

    def spent(self, python_s: float, streams: int) -> None:
        """Nothing is written, so no time of decoding is told."""

    def finished(self, reason: FinishReason, error: ErrorInfo | None = None) -> Finished:
        usage = Usage(len(self.tokens), self._cached, self._scored)
        now = time.monotonic()
        timings = Timings(
            load_s=self._session.facts.load_s,
            queue_s=max(0.0, self._started - self._arrived) if self._started else 0.0,
            prefill_s=now - self._started if self._started else 0.0,
        )
        return Finished(self.request.id, reason, usage, timings, error)

    def said(self, _owner: str) -> TokenizedTexts:
        """Nothing that a conversation goes on from."""
        return ()

    def close(self) -> None:
        """It holds nothing of llama.cpp's."""


# What the scheduler runs.
Work = Generation | Scoring
