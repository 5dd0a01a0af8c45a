"""The curated models: complete in both languages, with figures that can be true."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from engine.hub.names import parse_model_name
from resources import FOLDER

FIELDS = {
    "repo": str,
    "variant": str,
    "name": str,
    "why_en": str,
    "why_ko": str,
    "parameters": int,
    "active_parameters": int,
    "experts": int,
    "experts_used": int,
    "bytes": int,
    "licence": str,
    "tags": list,
}
# Of a model that sees.
MORE = {"projector": int}
TAGS = {"moe", "small", "thinks", "tools", "code", "korean"}
GB = 10**9

MODELS: list[dict[str, Any]] = tomllib.loads((FOLDER / "catalogue.toml").read_text("utf-8"))["model"]
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model["name"])


def test_there_are_about_twenty_from_small_to_large_and_most_have_experts() -> None:
    assert 18 <= len(MODELS) <= 26
    assert [model["bytes"] for model in MODELS] == sorted(model["bytes"] for model in MODELS)
    assert sum(model["experts"] > 0 for model in MODELS) >= len(MODELS) * 0.6


def test_names_and_variants_are_there_once() -> None:
    for names in (
        [model["name"] for model in MODELS],
        [(model["repo"].casefold(), model["variant"].casefold()) for model in MODELS],
        [model["why_en"] for model in MODELS],
        [model["why_ko"] for model in MODELS],
    ):
        assert len(set(names)) == len(names)


@every_model
def test_every_field_is_there_and_no_other(model: dict[str, Any]) -> None:
    kinds = {name: type(value) for name, value in model.items()}
    assert kinds in (FIELDS, FIELDS | MORE)
    assert all(value for name, value in model.items() if not name.startswith("experts"))


@every_model
def test_a_model_names_a_repository_and_a_quantisation(model: dict[str, Any]) -> None:
    assert re.fullmatch(r"[\w-]+/[\w.-]+", model["repo"])
    assert re.fullmatch(r"(UD-)?(I?Q\d\w*|MXFP4|BF16|F16)", model["variant"])
    named = parse_model_name(f"{model['repo']}:{model['variant']}")
    assert (named.repo, named.variant) == (model["repo"], model["variant"])


@every_model
def test_each_language_says_in_one_sentence_why(model: dict[str, Any]) -> None:
    english, korean = model["why_en"], model["why_ko"]
    assert english.replace("’", "").isascii() and english[0].isupper() and english.endswith(".")
    assert re.search("[가-힣]", korean) and korean.endswith("니다.")
    for sentence in (english, korean):
        # One full stop at the end; others stand within numbers and names.
        assert len(re.findall(r"[.!?](?=\s|$)", sentence)) == 1
        assert len(sentence) <= 130


@every_model
def test_the_figures_can_be_true(model: dict[str, Any]) -> None:
    assert 0.2 * GB < model["bytes"] < 700 * GB
    assert model["active_parameters"] <= model["parameters"]
    bits = model["bytes"] * 8 / model["parameters"]
    assert 2.5 < bits < 6.5, "a quantisation of two to six bits for each weight"


@every_model
def test_the_tags_say_what_the_figures_say(model: dict[str, Any]) -> None:
    assert set(model["tags"]) <= TAGS and len(set(model["tags"])) == len(model["tags"])
    mixture = model["experts"] > 0
    assert ("moe" in model["tags"]) is mixture
    assert ("small" in model["tags"]) is (not mixture)
    if mixture:
        assert 0 < model["experts_used"] < model["experts"]
        assert model["active_parameters"] < model["parameters"]
    else:
        assert model["experts_used"] == 0
        assert model["active_parameters"] == model["parameters"] < 5 * GB


@pytest.mark.parametrize("memory", [4, 8, 16, 32, 64, 128])
def test_there_is_a_choice_for_every_amount_of_memory(memory: int) -> None:
    assert sum(model["bytes"] < memory * GB * 0.8 for model in MODELS) >= 3
    assert any(model["bytes"] > memory * GB * 0.2 for model in MODELS if model["bytes"] < memory * GB * 0.8)
