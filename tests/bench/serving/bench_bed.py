"""The model and the programs that one comparison runs with."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from engine.local.threads import default_threads
from tests.bench.rivals import rival
from tests.support.models.moe import moe_model
from tests.support.models.starter import starter_model

ROUNDS = 5


class Bed(NamedTuple):
    """`bench` and `server` are None where the programs have not been built."""

    name: str
    model: Path
    threads: int
    bench: Path | None
    server: Path | None


def beds() -> list[Bed]:
    """One for each model."""
    models = (("starter", starter_model()), ("8 experts", moe_model()))
    programs = (rival("llama-bench"), rival("llama-server"))
    return [Bed(name, model, default_threads(), *programs) for name, model in models]
