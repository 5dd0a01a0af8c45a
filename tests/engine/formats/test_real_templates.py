from __future__ import annotations

import pytest

from engine.errors import UserError
from tests.support.models.real_templates import real_formats

pytestmark = pytest.mark.long

QUESTION = [{"role": "user", "content": "Why <|im_end|> is the sky blue?"}]
CHOICES = ("auto", "off", "on", "low", "medium", "high", 64)
# It asks for a variable `datetime` that its makers' own program set.
NEEDS_MORE = {"fireworks-ai-llama-3-firefunction-v2"}

KNOWN = {
    "Qwen-Qwen3-0.6B": ("switch", "on"),
    "Qwen3.5-4B": ("switch", "on"),
    "Qwen3-Coder": ("none", "off"),
    "openai-gpt-oss-120b": ("levels", "medium"),
    "deepseek-ai-DeepSeek-R1-Distill-Llama-8B": ("always", "on"),
    "deepseek-ai-DeepSeek-V3.1": ("switch", "off"),
    "ByteDance-Seed-OSS": ("budget", "on"),
    "GLM-4.6": ("switch", "on"),
    "tencent-Hy3": ("levels", "off"),
    "NVIDIA-Nemotron-Nano-v2": ("switch", "on"),
    "MiniMax-M2": ("always", "on"),
    "Kimi-K2-Thinking": ("always", "on"),
    "google-gemma-2-2b-it": ("none", "off"),
    "google-gemma-4-31B-it": ("switch", "off"),
    "meta-llama-Llama-3.1-8B-Instruct": ("none", "off"),
    "ibm-granite-granite-4.0": ("none", "off"),
}


def test_every_template_takes_two_questions_in_a_row_as_coding_agents_send_them() -> None:
    said = [("system", "be brief"), ("user", "the folder is /work"), ("user", "what is in it?")]
    messages = [{"role": role, "content": content} for role, content in said]
    for name, chat_format in real_formats().items():
        if name not in NEEDS_MORE:
            text = chat_format.render(messages).text
            assert [content for _, content in said if content not in text] == [], name


def test_every_template_renders_and_separates_what_people_wrote() -> None:
    failed = []
    for name, chat_format in real_formats().items():
        for reasoning in ("auto", "off", "on", "high", 700):
            try:
                prompt = chat_format.render(QUESTION, reasoning=reasoning)
            except UserError:
                failed.append(name)
                continue
            assert prompt.separated, name
            assert [piece.text for piece in prompt.pieces if not piece.trusted] == [QUESTION[0]["content"]], (
                name
            )
    assert set(failed) <= NEEDS_MORE


def test_well_known_controls_are_found() -> None:
    found = {name: real_formats()[name].reasoning for name in KNOWN}
    assert {name: (control.kind, control.default) for name, control in found.items()} == KNOWN


def test_each_choice_gives_a_prompt_and_the_parser_starts_where_the_prompt_ends() -> None:
    for name, chat_format in real_formats().items():
        markers, has_choice = chat_format.markers, chat_format.reasoning.kind != "none"
        for reasoning in CHOICES:
            prompt = chat_format.render(QUESTION, reasoning=reasoning)
            reply = prompt.text[prompt.text.rindex(QUESTION[0]["content"]) :]
            is_open = reply.rfind(markers.opening) > reply.rfind(markers.closing)
            assert chat_format.parser(prompt).in_reasoning == is_open, (name, reasoning)
            if has_choice:
                assert prompt.reasoning_budget == (64 if reasoning == 64 else None), (name, reasoning)
                assert not (reasoning == "off" and is_open), name
        for unknown in ("maximal", "", -1):
            with pytest.raises(UserError) as caught:
                chat_format.render(QUESTION, reasoning=unknown)
            assert caught.value.code == "reasoning.unknown"


def test_off_and_on_differ_for_every_template_that_can_choose() -> None:
    for name, chat_format in real_formats().items():
        if chat_format.reasoning.kind != "none":
            texts = {chat_format.render(QUESTION, reasoning=choice).text for choice in ("off", "on")}
            assert len(texts) == 2, name
