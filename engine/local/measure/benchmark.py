"""Benchmark: the speed of a model on this machine, measured with the real engine in a child process."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from engine.api import LoadRequest
from engine.energy.counters import domains_of, found_counters
from engine.local.isolated_call import Answer, Report, ask
from engine.local.measure.energy import TokenEnergy, covers, token_energy
from engine.local.repack.failures import unrepacked_if_it_dies
from engine.placement import processor
from engine.placement.plan import PlacementOptions, Plan

if TYPE_CHECKING:
    from engine.local.model.session import Session

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
    0 for a model without experts. `device` names what computes. Answers are written behind `depth` tokens, prompt
    included; 0: behind the prompt alone. `attention` is the plan's, "" without one. `draft` names what guesses ahead
    meanwhile, "none": nothing does. `energy` where it can be measured.
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
    depth: int = 0
    attention: str = ""
    draft: str = "none"
    energy: TokenEnergy | None = None


def benchmark(
    path: str,
    options: PlacementOptions,
    *,
    threads: int = 0,
    prompt_tokens: int = PROMPT_TOKENS,
    answer_tokens: int = ANSWER_TOKENS,
    depth: int = 0,
    keep_going: Callable[[float], bool] = lambda _: True,
    calibrations: str = "",
) -> Benchmark:
    """Load in a child as `options` say and measure there; `calibrations` as in `LoadRequest`.

    With a `depth` the model is placed for conversations as long as that, as one that has grown so long has it.
    `keep_going` gets the progress, 0 to 1, and ends the child by returning False. Raises UserError as loading
    does, `engine.context_overflow` when the tokens do not fit the context, `engine.load_cancelled`.
    """
    options = msgspec.structs.replace(options, length=depth)
    request = LoadRequest(path, options, threads, calibrations=calibrations)
    return ask_about(request, _benchmark, (prompt_tokens, answer_tokens, depth), Benchmark, keep_going)


def _benchmark(
    report: Report, request: LoadRequest, prompt_tokens: int, answer_tokens: int, depth: int
) -> Benchmark:
    from engine.local.measure import speed

    done = reported = 0.0

    def alive() -> None:
        nonlocal reported
        now = time.monotonic()
        if now - reported >= REPORT_INTERVAL:  # not after each step, which would be timed with it
            reported = now
            report(done)

    def loading(fraction: float) -> None:
        nonlocal done
        done = max(done, fraction * 0.2)
        report(done)

    with loaded(request, loading) as session:
        runs = []
        speed.warm_up(session, alive)
        for number in range(RUNS):
            done = 0.2 + 0.15 * number
            runs.append(speed.measure(session, prompt_tokens, answer_tokens, alive, depth=depth))
        decode_tps = statistics.median(run.decode_tps for run in runs)
        streams = {"1": decode_tps}
        done = 0.65
        streams[str(STREAMS)] = speed.measure_streams(session, STREAMS, answer_tokens, alive)
        done = 0.75
        energy = _energy(session, prompt_tokens, answer_tokens, alive)
        done = 0.8
        session.watch_experts(True)
        watched = []
        if session.watch is not None:
            speed.warm_up(session, alive)
            watched = [
                speed.measure(session, prompt_tokens, answer_tokens, alive, depth=depth).decode_tps
                for _ in range(RUNS)
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
            depth=depth,
            energy=energy,
            attention=session.facts.plan.placement.attention if session.facts.plan else "",
        )


def _energy(
    session: Session, prompt_tokens: int, answer_tokens: int, alive: Callable[[], None]
) -> TokenEnergy | None:
    """None too for a model on what no counter tells of."""
    from engine.local.measure import speed

    def wait(seconds: float) -> bool:
        time.sleep(seconds)
        alive()
        return False

    counters = found_counters()
    if not covers(domains_of(counters), session.facts.machine, session.facts.plan):
        return None
    return token_energy(
        lambda on_read: speed.measure(session, prompt_tokens, answer_tokens, alive, on_read=on_read),
        prompt_tokens,
        answer_tokens,
        wait,
        counters=counters,
    )


def ask_about(
    request: LoadRequest,
    question: Callable[..., Answer],
    arguments: tuple[int | str, ...],
    kind: type[Answer],
    keep_going: Callable[[float], bool],
    patience: float = PATIENCE,
) -> Answer:
    """`ask` with the request before the `arguments`, in a child whose ggml starts as the request needs it."""
    options = request.options
    # Op offload from a batch of one, if experts are streamed for each token.
    environment = {"GGML_OP_OFFLOAD_MIN_BATCH": "1"} if options.mode == "streamed" else {}

    def asked(given: PlacementOptions, _: bool) -> Answer:
        return ask(
            question,
            (msgspec.structs.replace(request, options=given), *arguments),
            kind,
            keep_going=keep_going,
            patience=patience,
            workers=options.workers,
            environment=environment,
        )

    return unrepacked_if_it_dies(asked, options)


@contextlib.contextmanager
def loaded(request: LoadRequest, loading: Callable[[float], None]) -> Iterator[Session]:
    """A session of its own while the block runs; `loading` gets the progress of the load."""
    from engine.local import native
    from engine.local.loading import open_session

    def progress(fraction: float) -> bool:
        loading(fraction)
        return True

    session = open_session(request, native.AbortFlag(), progress, None)
    try:
        yield session
    finally:
        session.close()


def device_name(plan: Plan | None) -> str:
    """The devices that the plan computes on, or the processor's name."""
    names = plan.placement.devices if plan else ()
    return ", ".join(names) or processor.processor_name(processor.read_cpuinfo())
