"""The log of the model in use: numbers and codes, and of native code only what cannot be a text."""

from __future__ import annotations

import logging

import pytest

from app.services.models.model_log import log_events, log_load
from engine.api import EngineLost, Finished, LoadFailed, LoadRequest, Timings, Usage
from engine.errors import ErrorInfo
from engine.placement.plan import PlacementOptions

TAIL = (
    "ggml_abort: out of memory",
    "parse: error parsing grammar: my grandmother",
    'root ::= "my grandmother"',
    "ValueError: my grandmother",
    "llama_model_load: error loading model",
)


def test_of_native_code_only_its_own_lines_are_taken(caplog: pytest.LogCaptureFixture) -> None:
    log_events([EngineLost(ErrorInfo("engine.aborted"), TAIL)])
    assert "engine.aborted" in caplog.text and "out of memory" in caplog.text
    assert "error loading model" in caplog.text
    assert "grandmother" not in caplog.text


def test_an_answer_that_failed_is_told_by_its_codes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    usage = Usage(prompt_tokens=30, cached_tokens=20, completion_tokens=4)
    error = ErrorInfo("remote.broken", {"detail": "my grandmother"})
    log_events([Finished(1, "error", usage, Timings(ttft_s=0.5), error)])
    assert "error, 30 prompt tokens (20 cached), 4 written" in caplog.text
    assert "remote.broken" in caplog.text and "grandmother" not in caplog.text


def test_a_load_names_the_file_and_never_an_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log_load(LoadRequest("/home/ann/models/some.gguf", PlacementOptions(context=4096)))
    log_load(LoadRequest("openai:https://mirror.example/v1#name"))
    log_events([LoadFailed(ErrorInfo("model.not_gguf"))])
    assert "Loading some.gguf: context 4096" in caplog.text and "ann" not in caplog.text
    assert "Loading a remote model" in caplog.text and "mirror" not in caplog.text
    assert "Loading failed: model.not_gguf" in caplog.text
