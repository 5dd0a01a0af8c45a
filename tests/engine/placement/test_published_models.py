"""Tables made from published configurations count what their makers publish."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.gguf.reading import read_index
from engine.gguf.tensor_index import CacheLayer, tensor_index
from engine.placement.estimate import cache_bytes, compute_bytes
from tests.support.models.published_files import write_published
from tests.support.models.published_models import PUBLISHED, PublishedModel, published_index
from tests.support.placement.cache_oracle import SEQUENCES

pytestmark = pytest.mark.long

MODELS = pytest.mark.parametrize("model", PUBLISHED.values(), ids=PUBLISHED.keys())


@MODELS
def test_parameters_are_those_that_the_maker_publishes(model: PublishedModel) -> None:
    assert model.index().parameters == pytest.approx(model.parameters, rel=0.02)


@MODELS
def test_active_parameters_are_those_that_the_maker_publishes(model: PublishedModel) -> None:
    index = model.index()
    active = index.active_parameters - model.tables_left_out * index.vocabulary * index.embedding_length
    if model.active_rounded:
        assert round(active / 1e9) == model.active / 1e9
    else:
        assert active == pytest.approx(model.active, rel=0.05)


@MODELS
def test_a_file_has_the_size_of_a_published_one(model: PublishedModel) -> None:
    if model.file_bytes:
        assert model.index().bytes == pytest.approx(model.file_bytes, rel=0.05)


@MODELS
def test_every_byte_of_a_table_has_a_role(model: PublishedModel) -> None:
    index = model.index()
    output = index.output_bytes - (index.embedding_bytes if index.output_tied else 0)
    layers = sum(layer.dense_bytes + layer.expert_bytes for layer in index.layers)
    assert layers + index.embedding_bytes + output + index.mtp_bytes == index.bytes
    assert len(index.layers) == len(index.cache) == model.configuration.layers


def test_another_scheme_changes_bytes_and_nothing_else() -> None:
    small, large = published_index("Qwen3-30B-A3B"), published_index("Qwen3-30B-A3B", "Q8_0")
    assert large.bytes == pytest.approx(32.48e9, rel=0.01)  # as published beside the smaller one
    assert (large.parameters, large.cache) == (small.parameters, small.cache)


def test_latent_attention_remembers_one_row_for_all_heads() -> None:
    assert set(published_index("DeepSeek-R1").cache) == {CacheLayer(k=512 + 64)}


def test_every_other_layer_of_gpt_oss_has_a_window() -> None:
    cache = published_index("gpt-oss-20b").cache
    assert [layer.window for layer in cache[:4]] == [128, 0, 128, 0]
    assert {(layer.k, layer.v) for layer in cache} == {(512, 512)}


def test_windowed_layers_of_gemma_4_have_smaller_heads() -> None:
    cache = published_index("Gemma-4-26B-A4B").cache
    assert cache[4] == CacheLayer(k=2048, v=2048, window=1024)
    assert cache[5] == CacheLayer(k=1024, v=1024)


def test_layers_of_a_hybrid_remember_a_state_or_tokens() -> None:
    cache = published_index("Granite-4.0-H-Small").cache
    state = 4 * (3 * (8192 + 2 * 128) + 128 * 8192)
    assert cache[0] == CacheLayer(recurrent_bytes=state)
    assert [number for number, layer in enumerate(cache) if layer.k] == [5, 15, 25, 35]
    assert cache[5] == CacheLayer(k=1024, v=1024)


def test_linear_attention_of_qwen35_remembers_a_state() -> None:
    cache = published_index("Qwen3.5-35B-A3B").cache
    assert cache[2] == CacheLayer(recurrent_bytes=4 * (3 * (4096 + 2 * 16 * 128) + 128 * 4096))
    assert cache[3] == CacheLayer(k=512, v=512)


def test_the_layer_after_the_last_is_for_multi_token_prediction() -> None:
    index = published_index("GLM-4.5-Air")
    assert (len(index.layers), index.mtp_layers) == (46, 1)
    assert index.mtp_bytes > 2e9
    assert index.layers[0].experts == {}
    assert set(index.layers[45].experts) == {"up", "gate", "down"}


@pytest.mark.skipif(sys.platform == "win32", reason="a file of hundreds of gigabytes needs a hole in it")
@MODELS
def test_llama_cpp_opens_the_table_and_takes_as_much(model: PublishedModel, tmp_path: Path) -> None:
    path, context, outputs = tmp_path / "model.gguf", 8192, 68
    write_published(model, path)
    index = tensor_index(read_index(path))
    command = [
        sys.executable,
        "-m",
        "tests.support.placement.cache_oracle",
        str(path),
        str(context),
        str(outputs),
    ]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert answer.returncode == 0, answer.stderr
    hundredth = 2**20 / 100  # the log rounds
    for found, sequences in zip(json.loads(answer.stdout), SEQUENCES, strict=True):
        remembered = sum(cache_bytes(layer, context, "f16", 512, sequences) for layer in index.cache)
        states = sequences * sum(layer.recurrent_bytes for layer in index.cache)
        assert found["state"] == pytest.approx(states, abs=2 * hundredth)
        assert found["cache"] == pytest.approx(remembered - states, abs=2 * hundredth)
        estimate = compute_bytes(index, context, 512, outputs=outputs)
        assert 0.99 * found["compute"] <= estimate <= 1.3 * found["compute"]
