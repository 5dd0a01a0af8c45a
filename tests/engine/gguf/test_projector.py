"""What a projector is, whose it is, and which are refused before native code sees them."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UserError
from engine.gguf.projector import Senses, projector, projector_beside, read_projector, senses
from engine.gguf.reading import read_index
from tests.support.models.gguf_bytes import Row, gguf, key_bool, key_string, key_u32
from tests.support.models.projectors import color_projector, write_color_projector
from tests.support.models.starter import starter_model

STARTER = read_index(starter_model())
WIDTH = STARTER.number("embedding_length")


def other_model(folder: Path, width: int = 32, *keys: bytes) -> Path:
    path = folder / "other.gguf"
    path.write_bytes(
        gguf(
            [key_string("general.architecture", "new"), key_u32("new.embedding_length", width), *keys],
            [Row("output_norm.weight")],
            128,
        )
    )
    return path


def code_of(path: Path) -> str:
    with pytest.raises(UserError) as refused:
        read_projector(path, STARTER)
    return refused.value.code


def test_a_projector_is_told_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "weights.gguf"
    shutil.copy(color_projector(), path)
    found = read_projector(path, STARTER)
    assert (found.kind, found.sees, found.hears) == ("mlp", True, False)
    assert found.widths == {WIDTH}
    assert senses(read_index(path), None) == Senses(sees=True)


def test_a_model_sees_with_its_projector_beside_it_whatever_that_is_called(tmp_path: Path) -> None:
    model = tmp_path / "model.gguf"
    model.symlink_to(starter_model())
    other_model(tmp_path, WIDTH)
    assert projector_beside(read_index(model)) is None
    shutil.copy(color_projector(), tmp_path / "a.gguf")
    found = projector_beside(read_index(model))
    assert found is not None and found.path == tmp_path / "a.gguf"
    assert senses(read_index(model), found) == Senses(sees=True)


def test_what_lies_beside_a_model_and_belongs_to_another_is_not_taken(tmp_path: Path) -> None:
    shutil.copy(color_projector(), tmp_path / "mmproj.gguf")
    (tmp_path / "mmproj-cut.gguf").write_bytes(color_projector().read_bytes()[:4000])
    (tmp_path / "mmproj-folder.gguf").mkdir()
    assert projector_beside(read_index(other_model(tmp_path))) is None


def test_a_projector_that_names_another_model_is_not_taken(tmp_path: Path) -> None:
    def folder(name: str, basename: str) -> Path:
        path = tmp_path / name
        path.mkdir()
        keys = [
            key_string("general.architecture", "clip"),
            key_string("general.basename", basename),
            key_bool("clip.has_vision_encoder", True),
        ]
        keys += [
            key_u32(f"clip.vision.{key}", value)
            for key, value in {
                "image_size": 28,
                "patch_size": 14,
                "embedding_length": 32,
                "block_count": 1,
                "attention.head_count": 1,
                "projection_dim": 32,
            }.items()
        ]
        (path / "mmproj.gguf").write_bytes(gguf([*keys, *colors()], [Row("mm.2.bias")], 128))
        return path

    named = key_string("general.basename", "Seer")
    ours, theirs = folder("ours", "seer"), folder("theirs", "Listener")
    assert projector_beside(read_index(other_model(ours, 32, named))) is not None
    assert projector_beside(read_index(other_model(theirs, 32, named))) is None
    inner = ours / "Q8_0"
    inner.mkdir()
    assert projector_beside(read_index(other_model(inner, 32, named))) is not None
    assert (
        projector_beside(read_index(other_model(inner, 32))) is None
    )  # in the folder above it may be anybody's


def colors() -> list[bytes]:
    floats = b"".join(b"\x00\x00\x80\x3f" for _ in range(3))
    head = (6).to_bytes(4, "little") + (3).to_bytes(8, "little")
    names = (b"clip.vision.image_mean", b"clip.vision.image_std")
    return [
        len(name).to_bytes(8, "little") + name + (9).to_bytes(4, "little") + head + floats for name in names
    ]


def test_a_model_and_a_projector_that_do_not_belong_together_are_refused_by_name(tmp_path: Path) -> None:
    other = read_index(other_model(tmp_path))
    with pytest.raises(UserError) as refused:
        read_projector(color_projector(), other)
    assert refused.value.code == "projector.other_model"
    assert refused.value.params["model"] == "other"
    assert code_of(starter_model()) == "projector.none"


def test_a_width_that_makers_wrote_wrongly_does_not_hide_whose_it_is(tmp_path: Path) -> None:
    for number, stated in enumerate((0, 768, None)):
        path = tmp_path / f"{number}.gguf"
        write_color_projector(path, projection_dim=stated)
        assert WIDTH in projector(read_index(path)).widths


@pytest.mark.parametrize(
    "fact",
    [
        {"image_size": 0},
        {"image_size": 2**31},
        {"image_size": "28"},
        {"image_size": None},
        {"patch_size": 0},
        {"patch_size": 5000},
        {"block_count": 513},
        {"attention__head_count": 0},
        {"attention__head_count": 64},
        {"embedding_length": 0},
        {"image_max_pixels": 2**26 + 1},
        {"image_min_pixels": 200, "image_max_pixels": 100},
        {"spatial_merge_size": 0},
        {"projector__scale_factor": 0},
        {"preproc_image_size": 100_000},
        {"window_size": "wide"},
        {"feature_layer": [2**30]},
        {"image_mean": [0.0, 0.0]},
        {"image_std": [1.0, 0.0, 1.0]},
        {"image_mean": [0.0, float("nan"), 0.0]},
        {"image_std": None},
        {"attention__layer_norm_epsilon": float("inf")},
    ],
    ids=str,
)
def test_a_hostile_projector_is_refused(tmp_path: Path, fact: dict[str, Any]) -> None:
    path = tmp_path / "mmproj.gguf"
    write_color_projector(path, **fact)
    assert code_of(path) == "model.damaged"


def test_a_projector_without_its_end_or_without_weights_is_refused(tmp_path: Path) -> None:
    whole = color_projector().read_bytes()
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(whole[:-1000])
    assert code_of(cut) == "model.truncated"
    assert code_of(tmp_path / "nowhere.gguf") == "model.missing"


def test_models_that_make_vectors_are_told_from_those_that_write_and_those_that_rank(tmp_path: Path) -> None:
    def embeds(*keys: bytes) -> bool:
        return senses(read_index(other_model(tmp_path, 32, *keys)), None).embeds

    assert not embeds()
    assert embeds(key_u32("new.pooling_type", 3))
    assert embeds(key_bool("new.attention.causal", False))
    assert not embeds(key_bool("new.attention.causal", False), key_u32("new.pooling_type", 4))
