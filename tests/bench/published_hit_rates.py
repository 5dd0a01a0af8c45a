"""Hit rates of expert caches, and what they gained, that others measured and published.

`slots` are whole experts of one layer. In kekzl/imp a slot holds one of an expert's three matrices (its
`tools/analysis/expert_cache_sim.py` says so), so its numbers are divided by three here.
"""

from __future__ import annotations

import msgspec

_LLAMA_CPP = "github.com/ggml-org/llama.cpp/pull"
_IMP = "github.com/kekzl/imp/pull"
_FREE_TOKEN = "github.com/FlashML-org/FreeToken"


class PublishedRate(msgspec.Struct, frozen=True):
    """`usual`: measured with the experts used last in the slots of each layer, warm or soon so."""

    model: str
    experts: int
    used: int
    slots: float
    hit_rate: float
    how: str
    source: str
    usual: bool = True


class PublishedGain(msgspec.Struct, frozen=True):
    """Decoding speed with a cache beside the same machine without, tokens per second."""

    model: str
    machine: str
    cache: str
    before: float
    after: float
    source: str


_FLASH = ("Qwen3.8-Flash-Next", 512, 10)
_QWEN3 = ("Qwen3-30B-A3B", 128, 8)
_COLD = "LRU, one text of 300 tokens from cold"
_COLD_256 = "LRU, 256 tokens from cold"
PUBLISHED_RATES = (
    PublishedRate(*_FLASH, 64, 0.67, "LRU, mixed texts", f"{_LLAMA_CPP}/27861"),
    PublishedRate(*_FLASH, 128, 0.81, "LRU, mixed texts", f"{_LLAMA_CPP}/27861"),
    PublishedRate(*_FLASH, 93 / 3, 0.435, _COLD, f"{_IMP}/2061"),
    PublishedRate(*_FLASH, 186 / 3, 0.620, _COLD, f"{_IMP}/2061"),
    PublishedRate(*_FLASH, 279 / 3, 0.720, _COLD, f"{_IMP}/2061"),
    PublishedRate(*_FLASH, 372 / 3, 0.789, _COLD, f"{_IMP}/2061"),
    PublishedRate(*_FLASH, 512 / 3, 0.850, _COLD, f"{_IMP}/2061"),
    PublishedRate(*_QWEN3, 24 / 3, 0.366, _COLD_256, f"{_IMP}/1374"),
    PublishedRate(*_QWEN3, 73 / 3, 0.741, _COLD_256, f"{_IMP}/1374"),
    PublishedRate(*_QWEN3, 146 / 3, 0.894, _COLD_256, f"{_IMP}/1374"),
    PublishedRate(*_QWEN3, 244 / 3, 0.962, _COLD_256, f"{_IMP}/1374"),
    PublishedRate(*_QWEN3, 51, 0.933, "LRU, warm; 0.90 to 0.95 by text", f"{_IMP}/1359"),
    PublishedRate("Ornith-1.5-35B-A3B", 256, 8, 56.7, 0.741, "LRU, 256 steps", f"{_FREE_TOKEN}/pull/231"),
    PublishedRate(
        *_FLASH, 32, 0.10, "static, from the other half of the texts", f"{_LLAMA_CPP}/27861", usual=False
    ),
    PublishedRate(
        *("DeepSeek-V4-Flash", 256, 6, 11.5, 0.13),
        "LRU that not every miss enters; 0.08 to 0.18. The best static list: 0.46",
        f"{_FREE_TOKEN}/issues/174",
        usual=False,
    ),
)
PUBLISHED_GAINS = (
    PublishedGain(
        *("Qwen3.8-Flash-Next Q4_K_XL", "2x RTX 3090", "LRU, 48 of 512, 4.1 GiB", 18.4, 24.2),
        f"{_LLAMA_CPP}/27861",
    ),
    PublishedGain(
        *("Qwen3.6-35B-A3B Q4_K_M", "RTX 3060 12 GB", "static, 124 of 256, 9.0 GB", 42.31, 51.27),
        "github.com/thecodacus/llama.cpp/pull/5",
    ),
    PublishedGain(
        *("GLM-4.7-Flash Q4_K_M", "RTX 3060 12 GB", "static, 40 of 64, 10.0 GB", 32.09, 46.28),
        "github.com/thecodacus/llama.cpp/pull/5",
    ),
)
