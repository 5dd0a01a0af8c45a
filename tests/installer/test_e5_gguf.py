"""The GGUF of the embedding model: what a small file of the package's kind holds comes out as it went in."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf import GGUFReader

from engine.gguf.projector import senses
from engine.gguf.reading import read_index
from installer.e5_gguf import write_gguf
from tests.support.models.small_e5 import INNER, TOKENS, TYPES, WIDTH, small_e5


def test_vocabulary_and_weights_come_out_as_they_went_in(tmp_path: Path) -> None:
    data, weights = small_e5()
    path = tmp_path / "e5.gguf"
    write_gguf(data, path)
    found = GGUFReader(path)
    fields = {name: field.contents() for name, field in found.fields.items()}
    count = len(TOKENS)
    spare = [f"[PAD{count}]", f"[PAD{count + 1}]"]
    assert fields["tokenizer.ggml.tokens"] == [*(token.decode() for token in TOKENS), *spare]
    assert fields["tokenizer.ggml.scores"] == [*range(count), -10000, -10000]
    assert fields["tokenizer.ggml.token_type"] == [3, 3, 3, 2, *[1] * (count - 4), 5, 5]
    assert fields["bert.pooling_type"] == 1 and fields["bert.attention.causal"] is False
    assert fields["tokenizer.ggml.eos_token_id"] == 2 and fields["tokenizer.ggml.unknown_token_id"] == 3
    tensors = {tensor.name: tensor for tensor in found.tensors}
    assert len(tensors) == len(weights)
    assert tensors["token_embd.weight"].data.tobytes() == weights["emb.word"]
    assert tensors["position_embd.weight"].data.tobytes() == weights["emb.pos"]
    assert tensors["token_types.weight"].data.tobytes() == weights["emb.type"].ljust(TYPES * 4 * WIDTH, b"\0")
    assert tensors["blk.0.ffn_up.weight"].data.tobytes() == weights["l0.fi.w"]
    assert tensors["blk.0.ffn_up.weight"].shape.tolist() == [WIDTH, INNER]
    assert tensors["blk.0.ffn_down.weight"].shape.tolist() == [INNER, WIDTH]
    assert tensors["blk.0.layer_output_norm.bias"].data.tobytes() == weights["l0.oln.b"]
    assert senses(read_index(path), None).embeds


def test_any_other_file_is_refused_and_one_that_breaks_off_too(tmp_path: Path) -> None:
    data, _ = small_e5()
    for wrong in (
        b"",
        b"GGUF" + data[4:],
        data[:4] + b"\2" + data[5:],
        *(data[: len(data) * part // 9] for part in range(9)),
    ):
        with pytest.raises(ValueError, match="the file of the embedding model"):
            write_gguf(wrong, tmp_path / "e5.gguf")
