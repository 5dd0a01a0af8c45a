"""The host's speed next to the bare loop's, taken in turns in one run."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

from engine.api import GenerateRequest, Loaded, LoadRequest, Message, Sampling
from engine.local.client import LocalEngine
from engine.local.threads import default_threads
from engine.placement.plan import Wishes
from tests.support.recorder import Recorder
from tests.support.starter import starter_model

ROUNDS = 5
ANSWER_TOKENS = 64
# Some 256 tokens with the template, and a question that the starter model answers at length.
PROMPT = (
    "The harbour lies between two hills, and the boats leave before the sun is up. The fishers know the wind "
    "by the colour of the water. "
    * 7
    + "Now tell me a very long story about this harbour, with many details."
)


def bare_speed(prompt_tokens: int) -> dict[str, float]:
    """Tokens per second of the bare loop, in a fresh process."""
    command = [
        sys.executable,
        "-m",
        "tests.bench.bare_loop",
        str(starter_model()),
        str(prompt_tokens),
        str(ANSWER_TOKENS),
        str(default_threads()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def host_speed() -> tuple[int, dict[str, float]]:
    """The prompt's tokens and tokens per second of a fresh host, after a first request that warms it."""
    told = Recorder()
    engine = LocalEngine(told)
    try:
        engine.load(LoadRequest(str(starter_model()), Wishes(2048)))
        told.next(Loaded)
        told.answer(engine, _request(1, "one two three", 4))
        _, end = told.answer(engine, _request(2, PROMPT, ANSWER_TOKENS))
    finally:
        engine.close()
    read = end.usage.prompt_tokens - end.usage.cached_tokens
    return read, {"prefill_tps": end.timings.prefill_tps, "decode_tps": end.timings.decode_tps}


def _request(id: int, text: str, tokens: int) -> GenerateRequest:
    return GenerateRequest(
        id, (Message("user", text),), sampling=Sampling(temperature=0.0), max_tokens=tokens
    )


def compare() -> dict[str, dict[str, float]]:
    """Medians over `ROUNDS` alternating runs, and host / bare as the median of the rounds' own ratios."""
    rounds: list[tuple[dict[str, float], dict[str, float]]] = []
    for _ in range(ROUNDS):
        read, host = host_speed()
        rounds.append((host, bare_speed(read)))
    result = {}
    for name in ("prefill_tps", "decode_tps"):
        result[name] = {
            "host": statistics.median(host[name] for host, _ in rounds),
            "bare": statistics.median(bare[name] for _, bare in rounds),
            "ratio": statistics.median(host[name] / bare[name] for host, bare in rounds),
        }
    return result
