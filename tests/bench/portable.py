"""The engine for many computers beside the one built for this computer: what a person gets of both, in turns.

Usage of what is run over each: python -m tests.bench.portable MODEL
Prints JSON: {"prefill_tps": ..., "decode_tps": ..., "products": whether Coterie's own are used}.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from engine.api import LoadRequest
from engine.placement.plan import PlacementOptions
from tests.portable_engine import environment, libraries
from tests.support.models.moe import moe_model
from tests.support.models.starter import starter_model

ROOT = Path(__file__).parents[2]
ROUNDS = 15
PROMPT_TOKENS, ANSWER_TOKENS, CONTEXT = 512, 64, 2048


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
    command = [sys.executable, "-m", "tests.bench.portable", str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT, env=environ | chosen)
    found: dict[str, float] = json.loads(done.stdout)
    if not found.pop("products"):
        raise RuntimeError("without Coterie's own products this compares what nobody uses")
    return found


def measure(path: str) -> dict[str, float]:
    """As the host loads a model, and as `coterie bench` measures it."""
    from engine.local import native
    from engine.local.measure import speed
    from engine.local.measure.benchmark import loaded

    def nothing(*_: float) -> None:
        pass

    native.start()
    with loaded(LoadRequest(path, PlacementOptions(CONTEXT)), nothing) as session:
        speed.warm_up(session, nothing)
        found = speed.measure(session, PROMPT_TOKENS, ANSWER_TOKENS, nothing)
        return {
            "prefill_tps": found.prefill_tps,
            "decode_tps": found.decode_tps,
            "products": native.are_products_used(),
        }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
