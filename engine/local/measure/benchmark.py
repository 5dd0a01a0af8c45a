"""Benchmark: the speed of a model on this machine, measured with the real engine in a child process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import msgspec

from engine.api import LoadRequest
from engine.local.isolated_call import Report, ask
from engine.placement import processor
from engine.placement.plan import PlacementOptions, Plan

PROMPT_TOKENS, ANSWER_TOKENS = 256, 64
RUNS = 3
STREAMS = 4
# A child that says nothing for this long is given up; one long step may take a while.
PATIENCE = 180.0
REPORT_INTERVAL = 0.2


class Benchmark(msgspec.Struct, frozen=True, tag="benchmark"):
    """Medians of `RUNS` runs after one that warms up; speeds in tokens per second.

    `streams` are totals by the number of answers that the engine writes at once. `python_share` is the part of its
    decode steps spent outside llama.cpp. `watched_decode_tps` is decoding while experts are watched,
    0 for a model without experts. `device` names what computes.
    """

    prefill_tps: float
    decode_tps: float
    streams: dict[str, float]
    python_share: float
    device: str
    plan: Plan | None
    prompt_tokens: int
    answer_tokens: int
    watched_decode_tps: float = 0.0


def benchmark(
    path: str,
    options: PlacementOptions,
    *,
    threads: int = 0,
    prompt_tokens: int = PROMPT_TOKENS,
    answer_tokens: int = ANSWER_TOKENS,
    keep_going: Callable[[float], bool] = lambda _: True,
) -> Benchmark:
    """Load in a child as `options` say and measure there.

    `keep_going` gets the progress, 0 to 1, and ends the child by returning False. Raises UserError as loading
    does, `engine.context_overflow` when the tokens do not fit the context, `engine.load_cancelled`.
    """
    arguments = (LoadRequest(path, options, threads), prompt_tokens, answer_tokens)
    return ask(
        _benchmark,
        arguments,
        Benchmark,
        keep_going=keep_going,
        patience=PATIENCE,
        workers=options.workers,
        environment=environment_for(options),
    )


def _benchmark(report: Report, request: LoadRequest, prompt_tokens: int, answer_tokens: int) -> Benchmark:
    from engine.local import native
    from engine.local.loading import open_session
    from engine.local.measure import speed

    done = reported = 0.0

    def alive() -> None:
        nonlocal reported
        now = time.monotonic()
        if now - reported >= REPORT_INTERVAL:  # not after each step, which would be timed with it
            reported = now
            report(done)

    def loading(fraction: float) -> bool:
        nonlocal done
        done = max(done, fraction * 0.2)
        report(done)
        return True

    session = open_session(request, native.AbortFlag(), loading, None)
    try:
        runs = []
        speed.warm_up(session, alive)
        for number in range(RUNS):
            done = 0.2 + 0.15 * number
            runs.append(speed.measure(session, prompt_tokens, answer_tokens, alive))
        decode_tps = statistics.median(run.decode_tps for run in runs)
        streams = {"1": decode_tps}
        done = 0.65
        streams[str(STREAMS)] = speed.measure_streams(session, STREAMS, answer_tokens, alive)
        done = 0.8
        session.watch_experts(True)
        watched = []
        if session.watch is not None:
            speed.warm_up(session, alive)
            watched = [
                speed.measure(session, prompt_tokens, answer_tokens, alive).decode_tps for _ in range(RUNS)
            ]
        return Benchmark(
            prefill_tps=statistics.median(run.prefill_tps for run in runs),
            decode_tps=decode_tps,
            streams=streams,
            python_share=statistics.median(run.python_share for run in runs),
            device=device_name(session.facts.plan),
            plan=session.facts.plan,
            prompt_tokens=prompt_tokens,
            answer_tokens=answer_tokens,
            watched_decode_tps=statistics.median(watched) if watched else 0.0,
        )
    finally:
        session.close()


def environment_for(options: PlacementOptions) -> dict[str, str]:
    """ggml's environment at start: op offload from a batch of one, if experts are streamed per token."""
    return {"GGML_OP_OFFLOAD_MIN_BATCH": "1"} if options.mode == "streamed" else {}


def device_name(plan: Plan | None) -> str:
    """The devices that the plan computes on, or the processor's name."""
    names = plan.placement.devices if plan else ()
    return ", ".join(names) or processor.processor_name(processor.read_cpuinfo())
