"""Published models by name: figures that count what their names say, and quantisations in words."""

from __future__ import annotations

import re

import pytest

from engine.gguf.tensor_index import tensor_index
from engine.placement.published.mixtures import MIXTURES, configuration
from engine.placement.published.names import model_named, table
from engine.placement.published.quantisations import scheme_named
from engine.placement.published.tables import gguf_table

_NAMED = re.compile(r"-(\d+(?:\.\d+)?)B(?:-A(\d+(?:\.\d+)?)B)?$")
_SAID = {  # in billions, by the makers; active ones where they are told
    "DeepSeek-V2-Lite": (15.7, 2.4),
    "DeepSeek-V2": (236, 21),
    "GLM-4.5": (355, 32),
    "GLM-4.7-Flash": (30, 3),
    "GLM-5": (744, 40),
    "Kimi-K2": (1026, 32),
    "Mixtral-8x22B": (141, 39),
    "Llama-4-Scout": (109, 17),
    "Llama-4-Maverick": (400, 17),
    "Hunyuan-A13B": (80, 13),
    "dots.llm1": (142, 14),
    "Granite-4.0-H-Tiny": (7, 1),
    "MiniMax-M2": (230, 10),
    "Step-3.5-Flash": (196, 11),
    "OLMoE-1B-7B": (6.9, 1.3),
    "DeepSeek-V4-Flash": (284, 13),
    "MiMo-V2-Flash": (309, 15),
    "Phi-3.5-MoE": (41.9, 6.6),
}


@pytest.mark.parametrize("name", MIXTURES)
def test_figures_count_the_parameters_that_the_maker_says(name: str) -> None:
    index = tensor_index(gguf_table(configuration(MIXTURES[name]), "Q4_K_M"))
    found = _NAMED.search(name)
    total, active = (
        _SAID[name] if name in _SAID else (float(found[1]), float(found[2] or 0)) if found else (0, 0)
    )
    assert index.parameters / 1e9 == pytest.approx(total, rel=0.07)
    # Makers round, and some leave out the embedding and the output.
    tables = 2 * index.vocabulary * index.embedding_length / 1e9
    assert not active or active - 0.6 <= index.active_parameters / 1e9 <= active + tables + 0.6


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Qwen3-Coder-30B-A3B", "Qwen3-30B-A3B"),
        ("unsloth/Qwen3-30B-A3B-Instruct-2507-GGUF", "Qwen3-30B-A3B"),
        ("Qwen3.6-35B-A3B", "Qwen3.5-35B-A3B"),
        ("DeepSeek-Coder-V2-Lite (16B-A2.4B)", "DeepSeek-V2-Lite"),
        ("DeepSeek V3.1", "DeepSeek-V3"),
        ("GLM-4.6 (355B-A32B)", "GLM-4.5"),
        ("GLM 4.7 Flash", "GLM-4.7-Flash"),
        ("gpt_oss_120b", "gpt-oss-120b"),
        ("GPT-OSS-120B", "gpt-oss-120b"),
        ("DeepSeek-R1-Distill-Llama-70B", ""),
        ("something else", ""),
        ("GLM-4.6V", "GLM-4.5-Air"),
        ("GLM-4.6V-Flash", ""),
        ("Qwen3.6-27B", "Qwen3.5-27B"),
        ("", ""),
    ],
)
def test_models_are_known_by_the_names_that_people_give_them(words: str, name: str) -> None:
    assert model_named(words) == name


@pytest.mark.parametrize(
    ("words", "scheme"),
    [
        ("Q4_K_M", "Q4_K_M"),
        ("q4_k_s", "Q4_K_S"),
        ("UD-Q4_K_XL", "UD_Q4_K"),
        ("IQ4_XS experts, Q5_K attention (15.4 GiB)", "IQ4_XS"),
        ("F16 GGUF (MXFP4 experts)", "MXFP4_F16"),
        ("IQ3_K_R4", "Q3_K_S"),
        ("Q4_K_R4 (376.65 GiB)", "Q4_K_M"),
        ("BF16", "BF16"),
        ("MXFP4_MOE", "MXFP4"),
        ("smol-IQ2_KS", "Q2_K"),
        ("Q4_X", "Q4_K_S"),
        ("not said", None),
        ("", None),
    ],
)
def test_quantisations_are_known_by_words(words: str, scheme: str | None) -> None:
    assert scheme_named(words) == scheme


def test_a_stated_size_is_that_of_the_table() -> None:
    named = table("Qwen3-30B-A3B", "IQ4_XS (15.4 GiB)")
    assert named is not None
    assert named.sized
    assert named.index.bytes == int(15.4 * 2**30)
    assert sum(layer.dense_bytes for layer in named.index.layers) < named.index.expert_bytes


def test_the_size_of_something_else_is_ignored() -> None:
    named = table("Qwen3-30B-A3B", "Q4_K_M (2 GB)")
    assert named is not None
    assert not named.sized
    assert table("Qwen3-30B-A3B", "?") is None
