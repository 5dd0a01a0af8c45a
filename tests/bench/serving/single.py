"""One answer at a time: the engine beside llama-bench, a bare loop over the library, and llama-server."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys

from tests.bench.serving import llama_bench
from tests.bench.serving.bench_bed import ROUNDS, Bed
from tests.bench.serving.goals import Row
from tests.bench.serving.ours import Ours
from tests.bench.serving.server import Server
from tests.bench.serving.texts import story

_CONTEXT = 2048
_WORDS, _TOKENS = 180, 64


def measure(bed: Bed) -> list[Row]:
    """Each round reads a prompt of some 256 tokens and writes 64; all take turns."""
    read: dict[str, list[float]] = {}
    wrote: dict[str, list[float]] = {}
    python: list[float] = []

    def note(name: str, prefill: float, decode: float) -> None:
        read.setdefault(name, []).append(prefill)
        wrote.setdefault(name, []).append(decode)

    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(Ours(bed.model, _CONTEXT))
        server = bed.server and stack.enter_context(Server(bed.server, bed.model, _CONTEXT, 1, bed.threads))
        for _ in range(ROUNDS):
            prompt = story(_WORDS)
            mine = ours.answer(prompt, "", _TOKENS)
            note("ours", mine.prefill_tps, mine.decode_tps)
            python.append(mine.python_share)
            note("a bare loop", *_bare(bed, prompt, mine.read_tokens))
            if bed.bench:
                depth = mine.prompt_tokens
                prefill = llama_bench.prefill_tps(bed.bench, bed.model, bed.threads, mine.read_tokens)
                decode = llama_bench.decode_tps(bed.bench, bed.model, bed.threads, _TOKENS, depth)
                note("llama-bench", prefill, decode)
            if server:
                theirs = server.answer(prompt, _TOKENS)
                note("llama-server -np 1", theirs.prefill_tps, theirs.decode_tps)
    rows = []
    for name in [name for name in read if name != "ours"]:
        goal = 0.97 if name == "llama-bench" else None
        rows.append(Row(f"prefill beside {name}", "tok/s", read["ours"], read[name], goal))
        rows.append(Row(f"decode beside {name}", "tok/s", wrote["ours"], wrote[name], goal))
    return [*rows, Row("Python's share of a decode step", "", python, goal=0.03, at_least=False)]


def _bare(bed: Bed, prompt: str, tokens: int) -> tuple[float, float]:
    command = [sys.executable, "-m", "tests.bench.bare_loop", bed.model, tokens, _TOKENS, bed.threads]
    done = subprocess.run(
        [str(part) for part in command], input=prompt, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    return found["prefill_tps"], found["decode_tps"]
