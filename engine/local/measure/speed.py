"""Timing of answers of a given length on a session of its own: a single stream or several."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from engine.api import Finished, GenerateRequest
from engine.errors import UserError
from engine.local.generation.cancellation import Cancellation
from engine.local.generation.generation import Generation
from engine.local.generation.prompt_worker import Prepared
from engine.local.model.session import Session
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.local.scheduling.scheduler import Scheduler
from engine.values import Message, Sampling

# Prose, because experts are chosen by what is read.
_TEXT = (
    "The harbour lies between two hills, and the boats leave before the sun is up. The fishers know the wind "
    "by the colour of the water, and the children know the boats by the sound of their engines. "
)
_WARM_UP = 32
# Tokens of the answer that warms up, and of one after which a cache of experts is as full as it gets.
_FIRST_ANSWER, _FILLING_ANSWER = 4, 48
# Of an answer that is written beside others: so few that all prompts are read in one step.
_STREAM_PROMPT = 32
_GREEDY = Sampling(temperature=0.0, seed=0, repeat_penalty=1.0)

CheckCancelled = Callable[[], None]


class Speed(NamedTuple):
    """Tokens per second, and the share of decode time spent outside llama.cpp."""

    prefill_tps: float
    decode_tps: float
    python_share: float


def warm_up(session: Session, check_cancelled: CheckCancelled) -> None:
    """Page in weights, build graphs and fill the expert cache, as an earlier answer would have, and let weights
    settle, as they do while the host rests."""
    answer = _FIRST_ANSWER if session.caching is None else _FILLING_ANSWER
    while session.settles:
        session.settle()
        check_cancelled()
    measure(session, _WARM_UP, min(answer, session.context_length - _WARM_UP), check_cancelled)


def measure(
    session: Session,
    prompt_tokens: int,
    answer_tokens: int,
    check_cancelled: CheckCancelled,
    *,
    depth: int = 0,
    on_read: Callable[[], None] | None = None,
) -> Speed:
    """Prefill into an empty context and decode this many tokens greedily, through the scheduler.

    With a `depth` the answer is written behind so many tokens, of which the prompt that is timed is the end; what
    comes before it is read first, and left in the context for the next time. `on_read` is called between prompt and
    answer. Ignores the end of the answer. Raises
    UserError `engine.context_overflow` (needed, available) and `engine.decode_failed` (status).
    """
    before = max(depth - prompt_tokens, 0)
    needed = before + prompt_tokens + answer_tokens
    if needed > session.context_length:
        raise UserError("engine.context_overflow", needed=needed, available=session.context_length)
    prose = _prose(session, before + prompt_tokens)
    if before:
        _Answers(session, [prose[:before]], 1, goes_on=True).run(check_cancelled)
    answers = _Answers(session, [prose], answer_tokens, goes_on=before > 0)
    if on_read is not None:
        answers.run(check_cancelled, until_read=1)
        on_read()
    answers.run(check_cancelled)
    timings = answers.ended[0].timings
    share = timings.python_s / timings.decode_s if timings.decode_s else 0.0
    return Speed(timings.prefill_tps, timings.decode_tps, share)


def measure_streams(
    session: Session, streams: int, answer_tokens: int, check_cancelled: CheckCancelled
) -> float:
    """Total tokens per second of concurrent answers, from the end of the first prefills. Answers beyond
    the number of KV slots wait for one, as in use. Raises UserError as `measure` does."""
    count = min(answer_tokens, session.context_length - _STREAM_PROMPT - streams)
    if count < 1:
        raise UserError(
            "engine.context_overflow",
            needed=_STREAM_PROMPT + streams + answer_tokens,
            available=session.context_length,
        )
    prose = _prose(session, _STREAM_PROMPT + streams)
    answers = _Answers(session, [prose[n : n + _STREAM_PROMPT] for n in range(streams)], count)
    answers.run(check_cancelled, until_read=min(streams, len(session.sequences)))
    written, started = answers.written, time.perf_counter()
    answers.run(check_cancelled)
    return (answers.written - written) / (time.perf_counter() - started)


def _prose(session: Session, count: int) -> list[int]:
    """Prose of so many tokens."""
    once = session.tokenizer.marker(_TEXT)
    return (once * (count // len(once) + 1))[:count]


class _Timed(Generation):
    """An answer to given tokens that ignores the end of generation."""

    def __init__(
        self, session: Session, number: int, tokens: Sequence[int], count: int, conversation: str
    ) -> None:
        request = GenerateRequest(
            number,
            (Message("user", _TEXT),),
            _GREEDY,
            max_tokens=count,
            conversation=conversation,
            drafts=False,
        )
        super().__init__(session, request, lambda _: None, time.monotonic())
        self._prompt = session.format.render(request.messages)
        self.tokens, self.prompt_length, self._limit = list(tokens), len(tokens), count

    def _is_end(self, token: int) -> bool:
        return False


class _Answers:
    """Several of them, started together in an empty context by their own scheduler; or one that `goes_on` in what the
    context has of it."""

    def __init__(
        self, session: Session, prompts: Sequence[Sequence[int]], count: int, *, goes_on: bool = False
    ) -> None:
        if not goes_on:
            session.forget()
        self.ended: list[Finished] = []
        cancellation = Cancellation()
        self._scheduler = Scheduler(
            session, PromptCache(None, "", 0, 0), cancellation, lambda _: None, self.ended.append
        )
        conversation = "deep" if goes_on else ""
        self._generations = [
            _Timed(session, number, tokens, count, conversation) for number, tokens in enumerate(prompts)
        ]
        for generation in self._generations:
            cancellation.opened(generation.request.id)
            self._scheduler.submit(Prepared(generation.request, generation, None))

    @property
    def written(self) -> int:
        return sum(len(each.tokens) - each.prompt_length for each in self._generations)

    def run(self, check_cancelled: CheckCancelled, *, until_read: int = 0) -> None:
        """Run to the end, or until so many prefills are done. Raises UserError."""
        while not self._scheduler.is_idle:
            if until_read and sum(not each.is_reading for each in self._generations) >= until_read:
                return
            check_cancelled()
            self._scheduler.step()
        for end in self.ended:
            if end.error:
                raise UserError.from_info(end.error)
