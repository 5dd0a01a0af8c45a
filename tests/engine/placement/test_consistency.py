from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UserError
from engine.gguf.reading import changed_since, check_unchanged, read_index
from tests.support.models.gguf_bytes import Row, gguf
from tests.support.models.gguf_headers import key_of

ROWS = [
    Row("token_embd.weight", (32, 4), 0, 0),
    Row("blk.0.ffn_up_exps.weight", (32, 2, 8), 0, 512),
    Row("blk.1.ffn_up_exps.weight", (32, 2, 8), 0, 512 + 2048),
]
SOUND: dict[str, Any] = {"block_count": 2, "expert_count": 8, "expert_used_count": 2}


def write(folder: Path, keys: dict[str, Any], rows: list[Row] | None = None) -> Path:
    path = folder / "model.gguf"
    rows = ROWS if rows is None else rows
    written = [key_of("general.architecture", "newmoe")]
    written += [key_of(f"newmoe.{key}", value) for key, value in keys.items() if value is not None]
    path.write_bytes(gguf(written, rows, 8192))
    return path


def refusal(path: Path) -> UserError:
    with pytest.raises(UserError) as caught:
        read_index(path)
    return caught.value


def test_a_sound_model_is_read(tmp_path: Path) -> None:
    assert read_index(write(tmp_path, SOUND)).number("expert_count") == 8


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"block_count": 2**31}, "block_count 2147483648"),
        ({"block_count": 513}, "513 layers"),
        ({"block_count": -5}, "block_count -5"),
        ({"block_count": "two"}, "block_count 'two'"),
        ({"block_count": 2.5}, "block_count 2.5"),
        ({"block_count": True}, "block_count True"),
        ({"block_count": (2, 2)}, "block_count (2, 2)"),
        ({"block_count": 1}, "layer 1 in a model of 1"),
        ({"nextn_predict_layers": 3}, "3 of 2 layers"),
        ({"context_length": "long"}, "context_length"),
        ({"embedding_length": -1}, "embedding_length"),
        ({"attention.head_count": (4, -1)}, "attention.head_count"),
        ({"attention.head_count_kv": ("a", "b")}, "attention.head_count_kv"),
        ({"expert_count": 2048}, "2048 experts"),
        ({"expert_count": 16}, "for 16 experts"),
        ({"expert_count": None, "expert_used_count": None}, "without experts"),
        ({"expert_used_count": None}, "none is used"),
        ({"expert_used_count": (0, 0)}, "none is used"),
        ({"expert_group_count": 3, "expert_group_used_count": 1}, "8 experts in 3 groups"),
        ({"expert_group_count": 8, "expert_group_used_count": 1}, "8 experts in 8 groups"),
        ({"expert_group_count": 4, "expert_group_used_count": 4}, "4 used"),
    ],
)
def test_counts_that_contradict_each_other_are_refused(
    tmp_path: Path, change: dict[str, Any], detail: str
) -> None:
    error = refusal(write(tmp_path, SOUND | change))
    assert error.code == "model.damaged"
    assert detail in str(error.params["detail"])


@pytest.mark.parametrize("used", [9, (2, 9)])
def test_more_experts_used_than_there_are_is_told_with_both_numbers(tmp_path: Path, used: Any) -> None:
    error = refusal(write(tmp_path, SOUND | {"expert_used_count": used}))
    assert error.code == "model.experts"
    assert (error.params["used"], error.params["experts"]) == (9, 8)


def test_experts_without_tensors_are_refused(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, SOUND, ROWS[:1]))
    assert "no tensor of theirs" in str(error.params["detail"])


def test_a_layer_that_cannot_be_is_refused_without_a_count_of_layers(tmp_path: Path) -> None:
    row = Row("blk.999999999.attn_q.weight", (32,), 0, 0)
    assert "layer 999999999" in str(refusal(write(tmp_path, {}, [row])).params["detail"])


def test_experts_stored_one_by_one_are_told_as_an_old_file(tmp_path: Path) -> None:
    rows = [Row("blk.0.ffn_up.0.weight", (32,), 0, 0), Row("blk.0.ffn_up.1.weight", (32,), 0, 128)]
    assert refusal(write(tmp_path, SOUND, rows)).code == "model.outdated"


def test_chunk_experts_and_scales_may_have_counts_of_their_own(tmp_path: Path) -> None:
    rows = [
        *ROWS,
        Row("blk.0.ffn_up_chexps.weight", (32, 2, 4), 0, 4608),
        Row("blk.0.ffn_up_exps.scale", (1,), 0, 5632),
    ]
    assert read_index(write(tmp_path, SOUND, rows)).number("expert_count") == 8


def test_a_dense_model_that_counts_one_expert_is_read(tmp_path: Path) -> None:
    rows = [Row("blk.0.ffn_up.weight", (32,), 0, 0)]
    keys = {"block_count": 1, "expert_count": 1, "expert_used_count": 1}
    assert read_index(write(tmp_path, keys, rows)).number("expert_count") == 1


def test_a_model_that_was_written_or_grew_or_went_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path, SOUND)
    index = read_index(path)
    assert not changed_since(index)
    check_unchanged(index)

    os.utime(path, ns=(0, index.files[0].modified_ns + 10**9))
    assert changed_since(index)

    written = read_index(path)
    assert written.fingerprint != index.fingerprint
    with path.open("ab") as file:
        file.write(b"more")
    os.utime(path, ns=(0, written.files[0].modified_ns))
    with pytest.raises(UserError, match=r"model\.changed"):
        check_unchanged(written)

    path.unlink()
    assert changed_since(written)


def test_a_moved_model_keeps_its_fingerprint(tmp_path: Path) -> None:
    path = write(tmp_path, SOUND)
    before = read_index(path).fingerprint
    assert read_index(path.rename(tmp_path / "moved.gguf")).fingerprint == before
