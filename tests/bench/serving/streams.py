"""Four answers at once, beside llama-server with four slots."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor

from tests.bench.serving.answers import Answer, total_tps
from tests.bench.serving.bench_bed import ROUNDS, Bed
from tests.bench.serving.goals import Row
from tests.bench.serving.ours import Ours
from tests.bench.serving.server import Server
from tests.bench.serving.texts import story

_CONTEXT = 4096
STREAMS, _TOKENS = 4, 96


def measure(bed: Bed) -> list[Row]:
    """Tokens written per second by all together, from the first question to the last token; the same questions."""
    together, theirs, alone = [], [], []
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(Ours(bed.model, _CONTEXT))
        server = bed.server and stack.enter_context(
            Server(bed.server, bed.model, _CONTEXT, STREAMS, bed.threads)
        )
        pool = stack.enter_context(ThreadPoolExecutor(STREAMS))
        for _ in range(ROUNDS):
            prompts = [story() for _ in range(STREAMS)]
            together.append(total_tps(_at_once(ours, prompts)))
            alone.append(total_tps([ours.answer(story(), "", _TOKENS)]))
            if server:
                theirs.append(
                    total_tps(list(pool.map(lambda prompt: server.answer(prompt, _TOKENS), prompts)))
                )
    rows = [Row("four streams beside one", "tok/s", together, alone)]
    if theirs:
        rows.insert(0, Row("four streams beside llama-server -np 4", "tok/s", together, theirs, 0.95))
    return rows


def _at_once(ours: Ours, prompts: list[str]) -> list[Answer]:
    asked = [ours.ask(prompt, "", _TOKENS) for prompt in prompts]
    return [one.answer() for one in asked]
