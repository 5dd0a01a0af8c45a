"""The scripted hub, library and downloads, filled as an evening's use would have left them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from app.services.hub.catalogue import load_catalogue
from app.services.library.values import Found
from app.store.records import LibraryFile, LibraryModel
from engine.hub.values import HubFile, HubModel, RemoteFacts, Repository
from tests.support.library.scripted_library import (
    COMMIT,
    DAY,
    ScriptedDownloads,
    ScriptedHub,
    ScriptedLibrary,
    ScriptedSecrets,
    a_download,
    a_model,
    a_variant,
)

FACTS = RemoteFacts(
    "qwen3moe", "Q4_K_M", 40_960, 30_500_000_000, 3_300_000_000, 128, 8, "switch", (), "hermes", 3_100_000
)
CARD = """---
license: apache-2.0
---
<div align="center"><img src="https://example.org/logo.png" width="300"/><h1>Qwen3-30B-A3B</h1></div>

Qwen3 is the newest generation of **Qwen** models, with a mixture of experts of 128, eight of which each token uses.

| Property | Value |
|---|---|
| Layers | 48 |
| Context | 40,960 tokens |

## How to ask it

Write `/no_think` at the end of a message, or use the [documentation](https://example.org/docs).

```python
from transformers import AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained("Qwen/Qwen3-30B-A3B")
```

- [x] Thinks when asked to
- [ ] Sees pictures
"""


HOME = "/home/someone"
BLOB = f"{HOME}/.ollama/models/blobs/sha256-dde5"
QWEN = "unsloth/Qwen3-30B-A3B-GGUF"
OSS = "ggml-org/gpt-oss-20b-GGUF"
GRANITE = "ibm-granite/granite-4.0-h-tiny-GGUF"
GATED = "google/gemma-3-12b-it-qat-q4_0-gguf"


class Shelves:
    """The four services together, with a fair number of things in them."""

    def __init__(self) -> None:
        self.hub, self.secrets = ScriptedHub(), ScriptedSecrets()
        self.library = ScriptedLibrary()
        self.downloads = ScriptedDownloads(self.library)

    def put_into(self, services: Any) -> None:
        """In the place of those that were opened."""
        services.downloads.close()
        services.hub.close()
        services.hub, services.secrets = self.hub, self.secrets
        services.library, services.downloads = self.library, self.downloads
        self.library.events = self.downloads.events = services.events

    def fill(self) -> Shelves:
        """An evening's use."""
        now = time.time()
        hub = self.hub
        hub.models = _models(now)
        hub.repositories[QWEN] = Repository(
            hub.models[0],
            COMMIT,
            tuple(
                a_variant(name, size, QWEN)
                for name, size in (
                    ("BF16", 61.1), ("Q8_0", 32.5), ("Q6_K", 25.1), ("Q5_K_M", 21.7), ("Q4_K_M", 18.6),
                    ("UD-Q3_K_XL", 13.8), ("IQ3_XS", 12.9), ("UD-IQ1_S", 6.2),
                )
            ),
            (HubFile("imatrix.dat", 120_000_000),),
            CARD,
        )  # fmt: skip
        hub.facts[QWEN] = FACTS
        oss = next(model for model in hub.models if model.repo == OSS)
        hub.repositories[OSS] = Repository(
            oss,
            COMMIT,
            (a_variant("MXFP4", 12.1, OSS), a_variant("F16", 13.8, OSS)),
            (),
            "# gpt-oss\n\nOpen.",
        )
        hub.facts[OSS] = RemoteFacts(
            "gpt-oss", "MXFP4", 131_072, 20_900_000_000, 3_600_000_000, 32, 4, "levels",
            ("low", "medium", "high"), "harmony", 2_700_000,
        )  # fmt: skip
        granite = next(model for model in hub.models if model.repo == GRANITE)
        hub.repositories[GRANITE] = Repository(
            granite, COMMIT, (a_variant("Q8_0", 7.4, GRANITE), a_variant("Q4_K_M", 4.2, GRANITE))
        )
        hub.sizes_only.add(GRANITE)
        hub.entries = load_catalogue()
        self.library.all += [
            a_model(
                GRANITE, "Q4_K_M", 4.2, name="Granite 4 H Tiny", architecture="granitehybrid", experts=64,
                experts_used=6, parameters=6_900_000_000, active_parameters=1_000_000_000,
                used=now - 2 * DAY, verified=now - 3 * DAY,
            ),
            a_model(
                QWEN, "Q4_K_M", 18.6, name="Qwen3-30B-A3B", architecture="qwen3moe", experts=128,
                experts_used=8, parameters=30_500_000_000, active_parameters=3_300_000_000,
                used=now - 600, verified=now - 40 * DAY,
            ),
            LibraryModel(
                "llama3.2-3b", "Llama 3.2 3B Instruct", (LibraryFile(BLOB, 2_020_000_000, "dd" * 32),),
                "ollama", now - 9 * DAY, architecture="llama", quantisation="Q4_K_M", parameters=3_210_000_000,
            ),
        ]  # fmt: skip
        self.library.remote_servers = (
            Found("Mistral-7B-Instruct-v0.3 Q4_K_M", f"{HOME}/.lmstudio/models/m/M.gguf", 4_370_000_000, "lm_studio"),
            Found("gemma-3-4b-it Q4_0", f"{HOME}/.cache/huggingface/hub/g/gemma.gguf", 3_160_000_000, "hf_cache"),
            Found("llama3.2:3b", BLOB, 2_020_000_000, "ollama", known=True),
        )  # fmt: skip
        for download in (
            a_download(1, OSS, "MXFP4", 12.1, "running", 7.4, rate=48e6),
            a_download(2, "unsloth/GLM-4.5-Air-GGUF", "UD-Q2_K_XL", 46.4, "queued"),
            a_download(3, "LGAI-EXAONE/EXAONE-4.0-32B-GGUF", "Q4_K_M", 19.3, "paused", 5.1),
        ):
            self.downloads.by_id[download.id] = download
        return self


def _models(now: float) -> list[HubModel]:
    rows: Sequence[tuple[str, int, int, int, str, str, str]] = (
        (QWEN, 1_240_000, 30_500_000_000, 3, "apache-2.0", "", "qwen3moe"),
        ("unsloth/Qwen3-235B-A22B-GGUF", 210_000, 235_000_000_000, 12, "apache-2.0", "", "qwen3moe"),
        ("unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF", 890_000, 30_500_000_000, 20, "apache-2.0", "", "qwen3moe"),
        ("unsloth/Qwen3-Next-80B-A3B-Instruct-GGUF", 96_000, 81_300_000_000, 31, "apache-2.0", "", "qwen3next"),
        (OSS, 2_900_000, 20_900_000_000, 60, "apache-2.0", "", "gpt-oss"),
        (GRANITE, 64_000, 6_900_000_000, 45, "apache-2.0", "", "granitehybrid"),
        (GATED, 310_000, 11_800_000_000, 130, "gemma", "manual", "gemma3"),
        ("bartowski/Llama-3.3-70B-Instruct-GGUF", 150_000, 70_600_000_000, 400, "llama3.3", "automatic", "llama"),
        ("LGAI-EXAONE/EXAONE-4.0-32B-GGUF", 22_000, 32_000_000_000, 90, "other", "", "exaone4"),
    )  # fmt: skip
    models = [
        HubModel(repo, count, count // 700, now - days * DAY, licence, gate, False, architecture, parameters)
        for repo, count, parameters, days, licence, gate, architecture in rows
    ]
    models += [
        HubModel(
            f"somebody/Mix-{number}-7B-A1B-GGUF", 900 - number, 3, now - number * DAY, "mit", "", False, "olmoe",
            6_900_000_000,
        )
        for number in range(1, 121)
    ]  # fmt: skip
    return models
