"""One model three ways at one budget: experts on a worker, plain layer split, and the CPU alone."""

from __future__ import annotations

import statistics

from engine.local.measure.modes import modes
from engine.placement.plan import Mode, PlacementOptions
from tests.support.engines.rpc_worker import rpc_worker
from tests.support.models.moe import moe_model

ROUNDS = 3
BUDGET = 300 * 2**20
WAYS: tuple[Mode, ...] = ("cpu", "layers", "resident")


def compare() -> dict[str, dict[str, float]]:
    """Medians over rounds in which the ways take turns; speeds in tokens per second.

    The worker runs on this same machine, so it shows what a placement costs, not what a second machine gains.
    """
    measured: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    texts = set()
    with rpc_worker() as worker:
        options = PlacementOptions(2048, ubatch=512, budgets={"RPC0": BUDGET}, workers=(worker.address,))
        for _ in range(ROUNDS):
            for way, result in modes(str(moe_model()), options, {way: way for way in WAYS}).items():
                measured[way].append((result.decode_tps, result.prefill_tps))
                texts.add(result.text)
    found = {}
    for way, speeds in measured.items():
        decode, prefill = (statistics.median(column) for column in zip(*speeds, strict=True))
        found[way] = {"decode_tps": decode, "prefill_tps": prefill}
    found["all"] = {"texts": len(texts)}
    return found
