"""The engine for many computers beside the one built for this computer: the same loop over both, in turns."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from engine.local.threads import default_threads
from tests.portable_engine import environment, libraries
from tests.support.moe import moe_model
from tests.support.starter import starter_model

ROOT = Path(__file__).parents[2]
# What is read, and gone on with.
TEXT = ROOT / "ARCHITECTURE.md"
ROUNDS = 7
PROMPT_TOKENS, ANSWER_TOKENS = 512, 64


def compare(rounds: int = ROUNDS) -> dict[str, dict[str, tuple[float, float, float]]]:
    """Of each model and of prefill and decode: tokens per second of the portable and of the native engine, and the
    median of the rounds' ratios. In each round both run one right after the other, and take turns in who is first."""
    ways = {"portable": environment(libraries()), "native": {}}
    found = {}
    for name, path in {"starter": starter_model(), "8 experts": moe_model()}.items():
        measured: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
        for number in range(rounds):
            for way in sorted(ways, reverse=bool(number % 2)):
                measured[way].append(_run(path, ways[way]))
        found[name] = {
            what: _summary(*([run[f"{what}_tps"] for run in measured[way]] for way in ways))
            for what in ("prefill", "decode")
        }
    return found


def _summary(ours: list[float], native: list[float]) -> tuple[float, float, float]:
    ratios = [mine / other for mine, other in zip(ours, native, strict=True)]
    return statistics.median(ours), statistics.median(native), statistics.median(ratios)


def _run(path: Path, chosen: dict[str, str]) -> dict[str, float]:
    names = ("LLAMA_CPP_LIB_PATH", "MTMD_CPP_LIB")
    environ = {name: value for name, value in os.environ.items() if name not in names}
    arguments = [str(path), str(PROMPT_TOKENS), str(ANSWER_TOKENS), str(default_threads())]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.bare_loop", *arguments],
        input=TEXT.read_bytes(),
        stdout=subprocess.PIPE,
        check=True,
        cwd=ROOT,
        env=environ | chosen,
    )
    speeds: dict[str, float] = json.loads(done.stdout)
    return speeds
