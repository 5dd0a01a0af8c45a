"""Files that cannot be used: each is told with its own reason, and the host lives on to load a good one."""

import os
from pathlib import Path

import pytest

from engine.api import Loaded, LoadFailed, LoadRequest
from engine.errors import ErrorInfo
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from tests.support.computing.greedy_judge import CLOSE, judge
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.gguf_bytes import Row, gguf, key_bool, key_string, key_u32
from tests.support.models.moe import moe_model
from tests.support.models.starter import starter_model

pytestmark = pytest.mark.model


def refused(engine: LocalEngine, told: Recorder, path: Path) -> ErrorInfo:
    engine.load(LoadRequest(str(path)))
    error = told.next(LoadFailed).error
    assert engine.state == "empty"
    return error


def small_model(path: Path, architecture: str, size: int = 136) -> Path:
    """A sound GGUF of an architecture, with one tensor and nothing else that a model needs."""
    keys = [key_string("general.architecture", architecture), key_u32(f"{architecture}.context_length", 64)]
    path.write_bytes(gguf(keys, [Row("blk.0.ffn_up.weight", (32, 4), 8)], size))
    return path


def test_files_that_are_no_models_are_refused_before_native_code_sees_them(
    engine: LocalEngine, told: Recorder, tmp_path: Path
) -> None:
    text, cut, empty = tmp_path / "text.gguf", tmp_path / "cut.gguf", tmp_path / "empty.gguf"
    text.write_text("not a model at all, just words")
    cut.write_bytes(starter_model().read_bytes()[:50_000_000])
    empty.touch()
    assert refused(engine, told, tmp_path / "missing.gguf").code == "model.missing"
    assert refused(engine, told, tmp_path).code == "model.directory"
    assert refused(engine, told, text).code == "model.not_gguf"
    assert refused(engine, told, empty).code in ("model.not_gguf", "model.truncated")
    assert refused(engine, told, cut).code == "model.truncated"


def test_an_unknown_architecture_is_told_by_its_name(
    engine: LocalEngine, told: Recorder, tmp_path: Path
) -> None:
    error = refused(engine, told, small_model(tmp_path / "new.gguf", "brandnew"))
    assert error == ErrorInfo("engine.unknown_architecture", {"architecture": "brandnew"})


def test_a_model_that_lacks_what_it_needs_is_told_in_llama_cpps_words(
    engine: LocalEngine, told: Recorder, tmp_path: Path
) -> None:
    error = refused(engine, told, small_model(tmp_path / "bare.gguf", "llama"))
    assert error.code == "engine.load_failed" and error.params["detail"]


def test_a_vocabulary_alone_and_an_embedding_model_are_told_as_what_cannot_answer(
    engine: LocalEngine, told: Recorder, tmp_path: Path
) -> None:
    vocabulary, embedding = tmp_path / "vocabulary.gguf", tmp_path / "embedding.gguf"
    keys = [key_string("general.architecture", "bert"), key_u32("bert.context_length", 64)]
    vocabulary.write_bytes(gguf(keys, []))
    keys.append(key_bool("bert.attention.causal", False))
    embedding.write_bytes(gguf(keys, [Row("blk.0.ffn_up.weight", (32, 4), 8)], 136))
    for path in (vocabulary, embedding):
        assert refused(engine, told, path).code == "engine.not_a_chat_model"


def test_a_model_larger_than_the_memory_is_refused_with_both_sizes(
    engine: LocalEngine, told: Recorder, tmp_path: Path
) -> None:
    path = tmp_path / "huge.gguf"
    keys = [key_string("general.architecture", "llama"), key_u32("llama.context_length", 64)]
    rows = 2**31
    path.write_bytes(gguf(keys, [Row("blk.0.ffn_up.weight", (1024, rows), 8)], 0))
    os.truncate(path, path.stat().st_size + rows * 1024 // 32 * 34)  # a hole: it takes no room on the disk
    error = refused(engine, told, path)
    assert error.code == "engine.not_enough_memory"
    assert int(error.params["needed_bytes"]) > 2**41 > int(error.params["free_bytes"])


def test_after_a_refusal_a_good_model_loads(engine: LocalEngine, told: Recorder, tmp_path: Path) -> None:
    refused(engine, told, tmp_path / "missing.gguf")
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(512)))
    told.next(Loaded)
    assert told.answer(engine, ask(1, "Hi", max_tokens=2))[1].error is None


def test_a_mixture_of_experts_answers_like_the_dense_model_it_was_made_from(
    engine: LocalEngine, told: Recorder
) -> None:
    question = ask(1, "What is the capital of France?", max_tokens=6)
    engine.load(LoadRequest(str(moe_model()), PlacementOptions(512)))
    told.next(Loaded)
    sparse, end = told.answer(engine, question)
    assert judge().worst(question.messages, sparse) < CLOSE
    assert end.usage.completion_tokens == 6
