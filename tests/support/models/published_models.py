"""Published models as data: tensor tables made from their configurations, without a file.

Numbers are those of each model's `config.json` (`source`); names and shapes are what llama.cpp's converters
make of them. What the maker publishes stands beside: parameters, active parameters, size of a common file.
"""

from __future__ import annotations

from functools import cache

import msgspec

from engine.gguf.gguf_index import GgufIndex
from engine.gguf.tensor_index import TensorIndex, tensor_index
from engine.placement.published.configurations import (
    Configuration,
    deepseek_v3,
    gemma_4_26b_a4b,
    glm_45_air,
    gpt_oss,
    granite_4_h_small,
    llama_31_8b,
    mixtral_8x7b,
    nemotron_3_nano,
    qwen3_moe,
    qwen35_35b_a3b,
)
from engine.placement.published.quantisations import Scheme
from engine.placement.published.tables import gguf_table


class PublishedModel(msgspec.Struct, frozen=True):
    """`parameters` and `active` as the maker says, `file_bytes` of a published file in `scheme` (0: none that
    was made by llama.cpp's present quantiser is known). `tables_left_out`: the maker's active parameters leave
    out the embedding (1), or embedding and output (2). `active_rounded`: said in whole billions only.
    """

    name: str
    source: str
    configuration: Configuration
    parameters: float
    active: float
    scheme: Scheme = "Q4_K_M"
    file_bytes: float = 0
    file_source: str = ""
    tables_left_out: int = 0
    active_rounded: bool = False

    def gguf(self, scheme: Scheme | None = None) -> GgufIndex:
        """The index that reading such a file would give."""
        return gguf_table(self.configuration, scheme or self.scheme)

    def index(self, scheme: Scheme | None = None) -> TensorIndex:
        return _index(self.name, scheme or self.scheme)


def published_index(name: str, scheme: Scheme | None = None) -> TensorIndex:
    """The tensor index of one of `PUBLISHED` by its name, in its usual scheme or another."""
    return PUBLISHED[name].index(scheme)


@cache
def _index(name: str, scheme: Scheme) -> TensorIndex:
    return tensor_index(gguf_table(PUBLISHED[name].configuration, scheme))


_GIB = 2**30
PUBLISHED: dict[str, PublishedModel] = {
    model.name: model
    for model in (
        PublishedModel(
            "DeepSeek-R1",
            "https://huggingface.co/deepseek-ai/DeepSeek-R1/blob/main/config.json",
            deepseek_v3(),
            parameters=671.0e9,
            active=37e9,
            file_bytes=377 * _GIB,
            file_source="https://kvcache-ai.github.io/ktransformers/en/DeepseekR1_V3_tutorial.html",
        ),
        PublishedModel(
            "DeepSeek-V3",
            "https://huggingface.co/deepseek-ai/DeepSeek-V3/blob/main/config.json",
            deepseek_v3(),
            parameters=671.0e9,
            active=37e9,
            file_bytes=377 * _GIB,
            file_source="https://kvcache-ai.github.io/ktransformers/en/DeepseekR1_V3_tutorial.html",
        ),
        PublishedModel(
            "Qwen3-30B-A3B",
            "https://huggingface.co/Qwen/Qwen3-30B-A3B/blob/main/config.json",
            qwen3_moe(layers=48, width=2048, heads=32, inner=768),
            parameters=30.5e9,
            active=3.3e9,
            file_bytes=18_556_685_824,
            file_source="https://huggingface.co/Qwen/Qwen3-30B-A3B-GGUF",
        ),
        PublishedModel(
            "Qwen3-235B-A22B",
            "https://huggingface.co/Qwen/Qwen3-235B-A22B/blob/main/config.json",
            qwen3_moe(layers=94, width=4096, heads=64, inner=1536),
            parameters=235.1e9,
            active=22e9,
            file_bytes=142e9,
            file_source="https://huggingface.co/Qwen/Qwen3-235B-A22B-GGUF",
        ),
        PublishedModel(
            "gpt-oss-20b",
            "https://huggingface.co/openai/gpt-oss-20b/blob/main/config.json",
            gpt_oss(layers=24, count=32),
            parameters=20.9e9,
            active=3.6e9,
            scheme="MXFP4",
            file_bytes=12_109_566_560,
            file_source="https://huggingface.co/ggml-org/gpt-oss-20b-GGUF",
            tables_left_out=1,
        ),
        PublishedModel(
            "gpt-oss-120b",
            "https://huggingface.co/openai/gpt-oss-120b/blob/main/config.json",
            gpt_oss(layers=36, count=128),
            parameters=116.8e9,
            active=5.1e9,
            scheme="MXFP4",
            file_bytes=59.02 * _GIB,
            file_source="https://github.com/ggml-org/llama.cpp/issues/15253",  # the loader's log
            tables_left_out=1,
        ),
        PublishedModel(
            "GLM-4.5-Air",
            "https://huggingface.co/zai-org/GLM-4.5-Air/blob/main/config.json",
            glm_45_air(),
            parameters=110e9,  # 106 without the MTP layer, which the file holds
            active=12e9,
            tables_left_out=2,  # arXiv 2508.06471, table 1
            file_bytes=73e9,
            file_source="https://huggingface.co/unsloth/GLM-4.5-Air-GGUF",
        ),
        PublishedModel(
            "Granite-4.0-H-Small",
            "https://huggingface.co/ibm-granite/granite-4.0-h-small/blob/main/config.json",
            granite_4_h_small(),
            parameters=32e9,
            active=9e9,
        ),
        PublishedModel(
            "Mixtral-8x7B",
            "https://huggingface.co/mistralai/Mixtral-8x7B-Instruct-v0.1/blob/main/config.json",
            mixtral_8x7b(),
            parameters=46.7e9,
            active=12.9e9,  # files of 2023 hold the experts one by one, in another mixture
        ),
        PublishedModel(
            "Llama-3.1-8B",
            "https://huggingface.co/meta-llama/Llama-3.1-8B/blob/main/config.json",
            llama_31_8b(),
            parameters=8.03e9,
            active=8.03e9,
            file_bytes=4_920_739_232,
            file_source="https://huggingface.co/bartowski/Meta-Llama-3.1-8B-Instruct-GGUF",
        ),
        PublishedModel(
            "Qwen3.5-35B-A3B",
            "https://huggingface.co/Qwen/Qwen3.5-35B-A3B/blob/main/config.json",
            qwen35_35b_a3b(),
            parameters=35e9,
            active=3e9,
            file_bytes=22_016_023_168,
            file_source="https://huggingface.co/unsloth/Qwen3.5-35B-A3B-GGUF",
            active_rounded=True,
        ),
        PublishedModel(
            "Gemma-4-26B-A4B",
            "https://huggingface.co/google/gemma-4-26B-A4B-it/blob/main/config.json",
            gemma_4_26b_a4b(),
            parameters=25.2e9,
            active=3.8e9,
        ),
        PublishedModel(
            "Nemotron-3-Nano-30B-A3B",
            "https://huggingface.co/nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16/blob/main/config.json",
            nemotron_3_nano(),
            parameters=31.6e9,
            active=3.2e9,
            tables_left_out=1,
        ),
    )
}
