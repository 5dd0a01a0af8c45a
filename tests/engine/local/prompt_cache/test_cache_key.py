"""What kept states depend on, and what they do not."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from engine.local.prompt_cache.cache_key import cache_key
from engine.placement.plan import Placement

PLACED = Placement(8192, devices=("CUDA0",), gpu_layers=20)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"weights")
    return path


@pytest.mark.parametrize(
    "changed",
    [
        {"context": 4096},
        {"gpu_layers": 18},
        {"load_mode": "locked"},
        {"sequences": 2},
        {"ubatch": 256},
        {"min_batch": 64},
    ],
)
def test_what_changes_with_free_memory_loses_nothing(model: Path, changed: dict[str, object]) -> None:
    other = msgspec.structs.replace(PLACED, **changed)
    assert cache_key(str(model), other) == cache_key(str(model), PLACED)


@pytest.mark.parametrize(
    "changed",
    [
        {"cache_type_k": "q8_0"},
        {"cache_type_v": "bf16"},
        {"attention": "plain"},
        {"devices": ()},
        {"workers": ("10.0.0.2:50052",)},
    ],
)
def test_states_of_another_kind_are_others(model: Path, changed: dict[str, object]) -> None:
    other = msgspec.structs.replace(PLACED, **changed)
    assert cache_key(str(model), other) != cache_key(str(model), PLACED)


def test_states_of_a_file_that_was_replaced_are_others(model: Path) -> None:
    before = cache_key(str(model), PLACED)
    model.write_bytes(b"other weights")
    assert cache_key(str(model), PLACED) != before
    now = cache_key(str(model), PLACED)
    os.utime(model, (1, 1))
    assert cache_key(str(model), PLACED) != now
