"""Thousands of damaged headers: each ends in an index or in a reason, whatever was damaged."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.gguf.reading import read_index
from engine.gguf.summary import summarize
from engine.gguf.tensor_index import tensor_index
from tests.support.models.gguf_headers import cut_starter_header, moe_header
from tests.support.models.published_models import PUBLISHED
from tests.support.models.starter import starter_model

pytestmark = pytest.mark.long

_REASONS = {
    "model.damaged",
    "model.truncated",
    "model.not_gguf",
    "model.experts",
    "model.outdated",
    "model.split_missing",
}


class Victim:
    """A file whose header is damaged again and again in place; its data is a hole."""

    def __init__(self, path: Path, header: bytes, data: int) -> None:
        self.path, self.header, self.size = path, header, len(header) + data
        self.outcomes: Counter[str] = Counter()
        path.write_bytes(header)
        os.truncate(path, self.size)

    def cut(self, chance: random.Random) -> None:
        """Cut the file somewhere, mostly inside the header, and make it whole again."""
        os.truncate(self.path, chance.randrange(len(self.header)) if chance.random() < 0.9 else self.size - 1)
        self._read()
        self._write(self.header)

    def flip(self, chance: random.Random, most: int = 8) -> None:
        """Flip one to `most` bits of the header, and back."""
        damaged = bytearray(self.header)
        for _ in range(chance.randint(1, most)):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        self._write(bytes(damaged))
        self._read()
        self._write(self.header)

    def become(self, header: bytes, data: int) -> None:
        """Another header in place of this one, damaged or not."""
        self.header, self.size = header, len(header) + data
        self._write(header)
        self._read()

    def _write(self, header: bytes) -> None:
        with self.path.open("r+b") as file:
            file.write(header)
        os.truncate(self.path, self.size)

    def _read(self) -> None:
        try:
            index = read_index(self.path)
        except UserError as error:
            assert error.code in _REASONS
            self.outcomes[error.code] += 1
            return
        roles = tensor_index(index)
        summary = summarize(index)
        assert len(roles.cache) == len(roles.layers) <= 512
        assert summary.active_parameters <= summary.parameters == roles.parameters
        assert all(layer.k >= 0 and layer.v >= 0 and layer.recurrent_bytes >= 0 for layer in roles.cache)
        self.outcomes["read"] += 1


@pytest.mark.parametrize("seed", [1, 2])
def test_a_real_header_cut_or_flipped_ends_in_an_index_or_a_reason(tmp_path: Path, seed: int) -> None:
    victim, chance = Victim(tmp_path / "model.gguf", *cut_starter_header()), random.Random(seed)
    for _ in range(500):
        victim.cut(chance)
    for _ in range(1950):
        victim.flip(chance)
    assert victim.outcomes.total() == 2450
    assert min(victim.outcomes[outcome] for outcome in ("read", "model.damaged", "model.truncated")) > 50


def test_the_whole_real_header_cut_or_flipped_ends_in_an_index_or_a_reason(tmp_path: Path) -> None:
    source = starter_model()
    start = min(tensor.offset for tensor in read_index(source).tensors)
    with source.open("rb") as file:
        header = file.read(start)
    victim, chance = (
        Victim(tmp_path / "model.gguf", header, source.stat().st_size - start),
        random.Random(3),
    )
    for _ in range(50):
        victim.cut(chance)
        victim.flip(chance)
    assert victim.outcomes.total() == 100


@pytest.mark.parametrize("name", ["DeepSeek-R1", "Granite-4.0-H-Small", "Gemma-4-26B-A4B", "GLM-4.5-Air"])
def test_headers_of_expert_models_flipped_end_in_an_index_or_a_reason(tmp_path: Path, name: str) -> None:
    model = PUBLISHED[name]
    victim, chance = Victim(tmp_path / "model.gguf", *moe_header(model.gguf(), 6)), random.Random(name)
    for _ in range(400):
        victim.flip(chance, most=2)
    assert victim.outcomes["read"] > 20


@pytest.mark.parametrize("name", ["DeepSeek-R1", "Granite-4.0-H-Small", "Gemma-4-26B-A4B", "Qwen3.5-35B-A3B"])
def test_a_key_of_any_other_value_ends_in_an_index_or_a_reason(tmp_path: Path, name: str) -> None:
    index = PUBLISHED[name].gguf()
    others = (0, 1, 2**32 - 1, -(2**31), 1.5, True, "text", (), (1,), (0,) * 600, ("a", "b"), (True, False))
    victim = Victim(tmp_path / "model.gguf", *moe_header(index, 5))
    for key in index.metadata:
        for other in others:
            victim.become(*moe_header(index, 5, {key: other}))
    assert victim.outcomes["read"] > 50
