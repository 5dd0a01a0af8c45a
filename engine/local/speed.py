"""Times the steps of an answer on a loaded session: the prompt, and tokens one after the other."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable
from typing import NamedTuple

from engine.api import Message, Sampling
from engine.errors import UserError
from engine.formats import ContentDelta, ReasoningDelta, ReplyParser
from engine.local import sampling
from engine.local.session import Decoded, Session
from engine.local.stop_strings import StopStrings

# Prose, because experts are chosen by what is read.
_TEXT = (
    "The harbour lies between two hills, and the boats leave before the sun is up. The fishers know the wind "
    "by the colour of the water, and the children know the boats by the sound of their engines. "
)
_WARM_UP = 32
_GREEDY = Sampling(temperature=0.0, seed=0, repeat_penalty=1.0)

CheckCancelled = Callable[[], None]


class Speed(NamedTuple):
    """Tokens per second, and the share of a decode step that is spent outside llama.cpp."""

    prefill_tps: float
    decode_tps: float
    python_share: float


def text_tokens(session: Session, count: int) -> list[int]:
    """So many tokens of prose."""
    once = session.tokenizer.marker(_TEXT)
    return (once * (count // len(once) + 1))[:count]


def warm_up(session: Session, check_cancelled: CheckCancelled) -> None:
    """Read the weights into memory and make the graphs, as an earlier answer would have."""
    measure(session, _WARM_UP, 4, check_cancelled)


def measure(
    session: Session, prompt_tokens: int, answer_tokens: int, check_cancelled: CheckCancelled
) -> Speed:
    """Read a prompt into empty memory, then decode greedily what an answer of this length takes.

    Each step does what one of an answer does: draw, take the token's text, parse it, decode it. An end of the
    answer is not heeded, so that as many tokens are decoded as asked. Raises UserError
    `engine.context_overflow` (needed, available) and `engine.decode_failed` (status).
    """
    needed = prompt_tokens + answer_tokens
    if needed > session.context_length:
        raise UserError("engine.context_overflow", needed=needed, available=session.context_length)
    session.forget()
    tokens = text_tokens(session, prompt_tokens)
    ubatch = session.ubatch
    started = time.perf_counter()
    for start in range(0, prompt_tokens, ubatch):
        check_cancelled()
        _step(session, tokens[start : start + ubatch])
    prefill_s = time.perf_counter() - started
    prompt = session.format.render((Message("user", _TEXT),))
    decode_s, native_s = _decode(session, session.format.parser(prompt), answer_tokens, check_cancelled)
    return Speed(prompt_tokens / prefill_s, answer_tokens / decode_s, max(0.0, 1 - native_s / decode_s))


def _decode(
    session: Session, parser: ReplyParser, count: int, check_cancelled: CheckCancelled
) -> tuple[float, float]:
    """Seconds of `count` steps, and the part of them spent in llama.cpp."""
    stops, decoder = StopStrings(()), codecs.getincrementaldecoder("utf-8")("replace")
    chain = sampling.build_chain(_GREEDY, session.vocab)
    drawing_s, computing_s = 0.0, session.computing_s
    started = time.perf_counter()
    try:
        for _ in range(count):
            check_cancelled()
            before = time.perf_counter()
            token = chain.sample(session.handle)
            drawing_s += time.perf_counter() - before
            session.tokenizer.is_end(token)
            for delta in parser.feed(decoder.decode(session.tokenizer.piece(token))):
                if isinstance(delta, ReasoningDelta | ContentDelta):
                    stops.feed(delta.text)
            _step(session, [token])
        elapsed = time.perf_counter() - started
    finally:
        chain.close()
    return elapsed, drawing_s + session.computing_s - computing_s


def _step(session: Session, tokens: list[int]) -> None:
    code = session.step(tokens)
    if code != Decoded.OK:
        raise UserError("engine.decode_failed", status=code)
