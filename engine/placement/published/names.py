"""Published models by the names that people give them, in a quantisation, as the tables that predictions need."""

from __future__ import annotations

import re
from functools import cache

import msgspec

from engine.gguf.tensor_index import Layer, TensorIndex, tensor_index
from engine.placement.published import configurations
from engine.placement.published.configurations import Configuration
from engine.placement.published.mixtures import MIXTURES, configuration
from engine.placement.published.quantisations import Scheme, scheme_named
from engine.placement.published.tables import gguf_table

# Patterns of names, the first that fits; names are in lower case with "-" between words.
_NAMES = """
    deepseek-(coder-)?v2(\\.5)?-lite = DeepSeek-V2-Lite
    deepseek-v4-flash = DeepSeek-V4-Flash
    deepseek-(coder-)?v2 = DeepSeek-V2
    deepseek-(r1|v3)(?!.*distill) = DeepSeek-V3
    qwen3-coder-480b = Qwen3-Coder-480B-A35B
    qwen3-(next|coder-next) = Qwen3-Next-80B-A3B
    qwen3-.*30b-a3b|qwen3-30b = Qwen3-30B-A3B
    qwen3-.*235b = Qwen3-235B-A22B
    qwen3\\.[5-9]-35b = Qwen3.5-35B-A3B
    qwen3\\.[5-9]-122b = Qwen3.5-122B-A10B
    qwen3\\.[5-9]-397b = Qwen3.5-397B-A17B
    qwen3\\.[5-9]-27b = Qwen3.5-27B
    qwen2-57b = Qwen2-57B-A14B
    qwen3-8b = Qwen3-8B
    qwen3-14b = Qwen3-14B
    qwen3-32b = Qwen3-32B
    gpt-oss-20b = gpt-oss-20b
    gpt-oss-120b = gpt-oss-120b
    glm-4\\.[5-9]-flash = GLM-4.7-Flash
    glm-4\\.[5-9]-air|glm-4\\.[56]v(?!-flash) = GLM-4.5-Air
    glm-4\\.[5-9](?!v) = GLM-4.5
    glm-5 = GLM-5
    kimi-k2 = Kimi-K2
    kimi-linear = Kimi-Linear-48B-A3B
    mixtral-8x22b = Mixtral-8x22B
    mixtral = Mixtral-8x7B
    llama-?4-scout = Llama-4-Scout
    llama-?4-maverick = Llama-4-Maverick
    hunyuan-a13b = Hunyuan-A13B
    dots\\.?-?llm1 = dots.llm1
    ernie-4\\.5-21b = ERNIE-4.5-21B-A3B
    ernie-4\\.5-300b = ERNIE-4.5-300B-A47B
    lfm2(\\.5)?-8b = LFM2-8B-A1B
    lfm2(\\.5)?-24b = LFM2-24B-A2B
    granite-4(\\.0)?-(h-)?tiny = Granite-4.0-H-Tiny
    granite-4(\\.0)?-(h-)?small = Granite-4.0-H-Small
    nemotron-?3?-(super-|120b)|nemotron-.*120b = Nemotron-3-Super-120B-A12B
    nemotron-?3?-nano-30b|nemotron-.*30b-a3b = Nemotron-3-Nano-30B-A3B
    gemma-4-26b = Gemma-4-26B-A4B
    trinity-mini = Trinity-Mini-26B-A3B
    mimo-v2-flash = MiMo-V2-Flash
    minimax-m2 = MiniMax-M2
    step-3\\.5-flash = Step-3.5-Flash
    olmoe = OLMoE-1B-7B
    phi-3\\.5-moe = Phi-3.5-MoE
    (ling|ring)(-2\\.0)?-mini = Ling-mini-16B-A1.4B
    (ling|ring)(-2\\.0)?-flash = Ling-flash-103B-A6B
    llama-?3\\.[13]-70b = Llama-3.3-70B
    llama-?3(\\.1)?-8b = Llama-3.1-8B
    llama-?2-7b = Llama-2-7B
"""
_BY_NAME = tuple(
    (re.compile(pattern.strip()), name.strip())
    for pattern, _, name in (line.partition(" = ") for line in _NAMES.strip().splitlines())
)
_GIVEN: dict[str, Configuration] = {
    "DeepSeek-V3": configurations.deepseek_v3(),
    "Qwen3-30B-A3B": configurations.qwen3_moe(layers=48, width=2048, heads=32, inner=768),
    "Qwen3-235B-A22B": configurations.qwen3_moe(layers=94, width=4096, heads=64, inner=1536),
    "gpt-oss-20b": configurations.gpt_oss(layers=24, count=32),
    "gpt-oss-120b": configurations.gpt_oss(layers=36, count=128),
    "GLM-4.5-Air": configurations.glm_45_air(),
    "Granite-4.0-H-Small": configurations.granite_4_h_small(),
    "Mixtral-8x7B": configurations.mixtral_8x7b(),
    "Llama-3.1-8B": configurations.llama_31_8b(),
    "Qwen3.5-35B-A3B": configurations.qwen35_35b_a3b(),
    "Gemma-4-26B-A4B": configurations.gemma_4_26b_a4b(),
    "Nemotron-3-Nano-30B-A3B": configurations.nemotron_3_nano(),
}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(GiB|GB)\b", re.IGNORECASE)
_UNITS = {"gib": 2**30, "gb": 10**9}
# A file whose size is further off than this is another model, or the size of something else.
_MOST_OFF = 1.6


class Named(msgspec.Struct, frozen=True):
    """A model's table, and whether its size is that of the published file rather than worked out."""

    index: TensorIndex
    sized: bool


def model_named(words: str) -> str:
    """The model that people call this; "": none whose figures are known."""
    name = re.sub(r"\(.*?\)", "", words.lower()).strip()
    name = re.sub(r"[\s_]+", "-", name.rsplit("/", 1)[-1])
    return next((known for pattern, known in _BY_NAME if pattern.search(name)), "")


def table(name: str, quantisation: str) -> Named | None:
    """The model `name` in a quantisation by words, which may state the size of the file. None: an unknown one."""
    scheme = scheme_named(quantisation)
    if scheme is None:
        return None
    index = _index(name, scheme)
    stated = _SIZE.search(quantisation)
    size = float(stated[1]) * _UNITS[stated[2].lower()] if stated else 0.0
    if not size or not 1 / _MOST_OFF < size / index.bytes < _MOST_OFF:
        return Named(index, sized=False)
    return Named(_of_size(index, size), sized=True)


@cache
def _index(name: str, scheme: Scheme) -> TensorIndex:
    return tensor_index(gguf_table(_GIVEN.get(name) or configuration(MIXTURES[name]), scheme))


def _of_size(index: TensorIndex, size: float) -> TensorIndex:
    """The table with experts of such bytes that the file has this size."""
    if not index.expert_bytes:
        return index
    factor = max((index.expert_bytes + size - index.bytes) / index.expert_bytes, 0.1)
    layers = tuple(_with_experts(layer, factor) for layer in index.layers)
    return msgspec.structs.replace(index, layers=layers, bytes=int(size))


def _with_experts(layer: Layer, factor: float) -> Layer:
    kinds = {kind: int(size * factor) for kind, size in layer.experts.items()}
    tensors = tuple(
        msgspec.structs.replace(tensor, bytes=int(tensor.bytes * factor)) for tensor in layer.expert_tensors
    )
    return msgspec.structs.replace(layer, experts=kinds, expert_tensors=tensors)
