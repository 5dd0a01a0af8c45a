"""Comparison of a mixture of experts with itself, with fewer experts for each token: how fast, and how like its own
text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from engine.api import Delta, GenerateRequest, LoadRequest, TokenLogprobs
from engine.errors import UserError
from engine.local.isolated_call import Report
from engine.local.measure.benchmark import PROMPT_TOKENS, ask_about, loaded
from engine.placement.plan import PlacementOptions
from engine.values import Message, Sampling

# Asks for prose, names and numbers, which go wrong first.
PROMPT = "Explain in one paragraph how a lighthouse works, and name three famous ones with the year they were built."
ANSWER_TOKENS = 96


class ExpertsResult(msgspec.Struct, frozen=True, tag="experts_result"):
    """A number of experts for each token: speeds in tokens per second, the greedy answer to `PROMPT`, and the share
    of the model's own answer (with all its experts) of which it would choose the same next token. `same` is None
    where there is nothing to compare with."""

    experts_used: int
    decode_tps: float
    prefill_tps: float
    text: str
    same: float | None


def compare_experts(
    path: str,
    options: PlacementOptions,
    wanted: Sequence[int],
    *,
    threads: int = 0,
    prompt_tokens: int = PROMPT_TOKENS,
    answer_tokens: int = ANSWER_TOKENS,
    keep_going: Callable[[float], bool] = lambda _: True,
) -> tuple[ExpertsResult, ...]:
    """The model's own number first, then each of the `wanted` ones, each in a child of its own that is loaded as
    `options` say. Raises UserError as loading does, `engine.load_cancelled` when `keep_going` returns False."""
    found: list[ExpertsResult] = []
    for number, experts in enumerate((0, *wanted)):
        request = LoadRequest(path, msgspec.structs.replace(options, experts_used=experts), threads)
        arguments = (prompt_tokens, answer_tokens, found[0].text if found else "")

        def progress(fraction: float, number: int = number) -> bool:
            return keep_going((number + fraction) / (len(wanted) + 1))

        found.append(ask_about(request, _measure, arguments, ExpertsResult, progress))
    return tuple(found)


def _measure(
    report: Report, request: LoadRequest, prompt_tokens: int, answer_tokens: int, own: str
) -> ExpertsResult:
    from engine.local.measure import speed
    from engine.local.measure.single_stream import answer_single_stream

    written: list[str] = []
    same: list[bool] = []

    def emit(event: object) -> None:
        if isinstance(event, Delta) and event.channel == "content":
            written.append(event.text)
        elif isinstance(event, TokenLogprobs):
            same.extend(bool(each.top) and each.top[0].token == each.token for each in event.tokens)

    question = Message("user", PROMPT)
    greedy = Sampling(temperature=0.0, seed=0, repeat_penalty=1.0)
    with loaded(request, lambda fraction: report(fraction / 3)) as session:
        asked = GenerateRequest(1, (question,), greedy, "off", max_tokens=answer_tokens, drafts=False)
        end = answer_single_stream(session, asked, emit, lambda: report(0.4))
        if end.error:
            raise UserError.from_info(end.error)
        text = "".join(written)
        if compared := own or text:
            answer = Message("assistant", compared)
            scored = GenerateRequest(2, (question, answer), greedy, "off", score=True, top_logprobs=1)
            answer_single_stream(session, scored, emit, lambda: report(0.6))
        speeds = speed.measure(session, prompt_tokens, answer_tokens, lambda: report(0.8))
        return ExpertsResult(
            request.options.experts_used,
            speeds.decode_tps,
            speeds.prefill_tps,
            text,
            sum(same) / len(same) if same else None,
        )
