"""Which models are offered to guess ahead."""

from pathlib import Path

import pytest

from app.services.placement.draft_models import DraftModels
from app.services.placement.indexes import Indexes
from app.services.placement.placing import Placing
from engine.errors import UserError
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.vocabularies import same_vocabulary
from tests.support.models.gguf_bytes import Row, gguf, key_string, key_strings, key_u32


def model(path: Path, tokens: list[str], padding: int) -> str:
    keys = [
        key_string("general.architecture", "llama"),
        key_u32("llama.block_count", 1),
        key_strings("tokenizer.ggml.tokens", tokens),
    ]
    path.write_bytes(gguf(keys, [Row("token_embd.weight", (32 * padding,))], 128 * padding))
    return str(path)


def test_smaller_models_with_the_same_tokens_are_offered_and_compared_once(tmp_path: Path) -> None:
    large = model(tmp_path / "large.gguf", ["a", "b"], 4)
    small = model(tmp_path / "small.gguf", ["a", "b"], 1)
    other = model(tmp_path / "other.gguf", ["a", "c"], 1)
    larger = model(tmp_path / "larger.gguf", ["a", "b"], 8)
    broken = tmp_path / "broken.gguf"
    broken.write_text("no model")
    compared: list[GgufIndex] = []

    def same(one: GgufIndex, two: GgufIndex) -> bool:
        compared.append(two)
        return same_vocabulary(one, two)

    drafting = DraftModels(Indexes(Placing("")), same)
    others = [large, larger, other, str(broken), str(tmp_path / "gone.gguf"), small]
    assert drafting.of(large, others) == (small,)
    assert drafting.of(large, others) == (small,)
    assert len(compared) == 2
    with pytest.raises(UserError):
        drafting.of(str(broken), others)
