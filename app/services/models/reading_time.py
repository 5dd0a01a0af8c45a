"""How long a model whose experts are read from the disk takes to read a prompt. Pure."""

from __future__ import annotations

import math

from engine.placement.plan import Plan
from engine.remote.estimate import text_tokens


def disk_reading_seconds(plan: Plan | None, prompt: str) -> float:
    """0.0 where no expert is read from the disk.

    A short prompt reads what each of its tokens uses; a longer one the whole file once for each batch.
    """
    if plan is None or plan.mode != "disk" or not plan.predicted.prefill_tps or not plan.predicted.decode_tps:
        return 0.0
    tokens, batch = text_tokens(prompt), plan.placement.ubatch
    passes = math.ceil(tokens / batch) * batch / plan.predicted.prefill_tps
    return min(tokens / plan.predicted.decode_tps, passes)
