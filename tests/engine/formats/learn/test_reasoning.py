from __future__ import annotations

import pytest

from engine.errors import UserError
from engine.formats import ChatFormat, Prompt
from engine.values import Reasoning, ReasoningControl
from tests.engine.formats import templates

MESSAGES = [{"role": "user", "content": "Why?"}]


def prompt(source: str, reasoning: Reasoning) -> Prompt:
    return ChatFormat.from_template(source).render(MESSAGES, reasoning=reasoning)


@pytest.mark.parametrize(
    ("source", "control"),
    [
        (templates.PLAIN, ReasoningControl()),
        (templates.SWITCH, ReasoningControl("switch", ("off", "on"), "on")),
        (templates.DEFAULT_OFF, ReasoningControl("switch", ("off", "on"), "off")),
        (templates.SPACED, ReasoningControl("switch", ("off", "on"), "off")),
        (templates.SPACE_ALONE, ReasoningControl("switch", ("off", "on"), "on")),
        (templates.STRIPPED, ReasoningControl("always", (), "on", certain=False)),
        (templates.BESIDE_TOOLS, ReasoningControl("always", (), "on", certain=False)),
        (templates.TOKEN_BUDGET, ReasoningControl("budget", (), "on")),
        (templates.BUDGET_ALONE, ReasoningControl("budget", (), "on")),
        (templates.TWO_NAMES, ReasoningControl("switch", ("off", "on"), "off")),
        (templates.WORDS, ReasoningControl("switch", ("off", "on"), "on")),
        (templates.ALWAYS_OPEN, ReasoningControl("always", (), "on")),
        (templates.ALWAYS_TAGS, ReasoningControl("always", (), "on")),
        (templates.FREE_LEVELS, ReasoningControl("levels", ("low", "medium", "high"), "medium")),
        (templates.FIXED_LEVELS, ReasoningControl("levels", ("off", "low", "high"), "off")),
        (templates.BUDGET, ReasoningControl("budget", (), "on")),
        (templates.NAMED_LEVELS, ReasoningControl("levels", ("medium", "high"), "on")),
        (templates.ONE_LEVEL, ReasoningControl("levels", ("off", "on", "high"), "on")),
        (templates.LOW_IS_OFF, ReasoningControl("switch", ("off", "on"), "on")),
        (templates.CLOSED_ALONE, ReasoningControl("switch", ("off", "on"), "off")),
        (templates.THOUGHT, ReasoningControl("always", (), "on")),
    ],
)
def test_the_control_is_found(source: str, control: ReasoningControl) -> None:
    assert ChatFormat.from_template(source).reasoning == control


@pytest.mark.parametrize(
    "source", [templates.SWITCH, templates.DEFAULT_OFF, templates.TWO_NAMES, templates.WORDS]
)
def test_a_switch_works_both_ways(source: str) -> None:
    assert prompt(source, "off").text.rstrip().endswith("</think>")
    on = prompt(source, "on")
    assert not on.text.rstrip().endswith("</think>")
    assert not on.reasoning_forced_off


def test_an_open_tag_at_the_end_starts_the_reply_in_the_reasoning() -> None:
    assert prompt(templates.DEFAULT_OFF, "on").opens_reasoning
    assert not prompt(templates.DEFAULT_OFF, "off").opens_reasoning
    assert not prompt(templates.SWITCH, "on").opens_reasoning


@pytest.mark.parametrize("source", [templates.ALWAYS_OPEN, templates.ALWAYS_TAGS])
def test_a_model_that_always_reasons_is_handed_a_closed_block(source: str) -> None:
    off = prompt(source, "off")
    assert off.reasoning_forced_off
    assert not off.opens_reasoning
    assert off.text.endswith("assistant\n<think>\n\n</think>\n")
    assert off.text == "".join(piece.text for piece in off.pieces)


def test_a_thought_that_is_shown_beside_tools_alone_is_read_without_them() -> None:
    chat_format = ChatFormat.from_template(templates.BESIDE_TOOLS)
    parser = chat_format.parser(chat_format.render(MESSAGES))
    parser.feed("<pond_think>\nI think.\n</pond_think>\nHello.")
    message = parser.finish()
    assert (message.reasoning, message.content) == ("I think.", "Hello.")


def test_levels_are_passed_on() -> None:
    assert prompt(templates.FREE_LEVELS, "high").text.startswith("Reasoning: high")
    assert prompt(templates.FIXED_LEVELS, "low").text.startswith("Effort low")
    assert prompt(templates.FIXED_LEVELS, "off").text.startswith("Effort no_think")
    assert prompt(templates.FIXED_LEVELS, "on").text.startswith("Effort high")


def test_levels_without_off_fall_to_the_lowest() -> None:
    assert prompt(templates.FREE_LEVELS, "off").text.startswith("Reasoning: low")


def test_a_single_level_stands_beside_on_and_off() -> None:
    assert prompt(templates.ONE_LEVEL, "high").text.startswith("Think hard.")
    assert not prompt(templates.ONE_LEVEL, "on").text.startswith("Think hard.")
    assert prompt(templates.ONE_LEVEL, "off").text.rstrip().endswith("</think>")


def test_a_word_that_empties_the_block_is_off() -> None:
    assert "<think></think>" in prompt(templates.LOW_IS_OFF, "off").text
    assert "<think></think>" not in prompt(templates.LOW_IS_OFF, "on").text


@pytest.mark.parametrize(
    ("source", "reply"),
    [
        (templates.CLOSED_ALONE, "I think.</think>Hello."),
        (templates.THOUGHT, "I think.\n</thought>\n\nHello."),
        (
            templates.CLOSED_THRICE,
            "I think.<|close|>think<|sep|><|open|>response<|sep|>Hello.<|close|>response<|sep|>"
            "<|close|>message<|sep|><|end_of_msg|>",
        ),
    ],
)
def test_a_reply_is_split_by_what_its_template_shows(source: str, reply: str) -> None:
    chat_format = ChatFormat.from_template(source)
    rendered = chat_format.render(MESSAGES, reasoning="on")
    assert rendered.opens_reasoning
    for pieces in ([reply], list(reply)):
        parser = chat_format.parser(rendered)
        for piece in pieces:
            parser.feed(piece)
        message = parser.finish()
        assert (message.reasoning, message.content, message.truncated_in) == ("I think.", "Hello.", "")


def test_a_number_reaches_the_template_or_the_engine() -> None:
    assert "Think for 300 tokens." in prompt(templates.BUDGET, 300).text
    assert prompt(templates.SWITCH, 300).reasoning_budget == 300
    assert prompt(templates.SWITCH, "300").reasoning_budget == 300
    assert prompt(templates.PLAIN, 300).reasoning_budget is None


def test_zero_is_off() -> None:
    assert prompt(templates.SWITCH, 0) == prompt(templates.SWITCH, "off")
    assert "Do not think." in prompt(templates.BUDGET, 0).text
    assert "at most" not in prompt(templates.TOKEN_BUDGET, 0).text
    assert prompt(templates.TOKEN_BUDGET, 0).text.rstrip().endswith("</think>")
    assert prompt(templates.BUDGET_ALONE, 0).reasoning_forced_off
    assert "at most 300 tokens" in prompt(templates.TOKEN_BUDGET, 300).text


@pytest.mark.parametrize("choice", ["perhaps", -1, "-5", ""])
def test_an_unknown_choice_is_an_error(choice: Reasoning) -> None:
    with pytest.raises(UserError, match=r"reasoning\.unknown"):
        prompt(templates.SWITCH, choice)


def test_markers_of_channels_are_learned() -> None:
    markers = ChatFormat.from_template(templates.CHANNELS).markers
    assert markers.opening == "<|channel|>analysis<|message|>"
    assert markers.closing == "<|end|>"
    assert markers.early_answer_opening == "<|channel|>final<|message|>"


def test_special_tokens_around_a_tools_result_are_learned() -> None:
    source = (
        "{% for m in messages %}{% if m.role == 'tool' %}<|result|>{{ m.content }}<|result_end|>"
        "{% else %}<|{{ m.role }}|>{{ m.content }}{% for c in m.tool_calls or [] %}<|call|>"
        "{{ c.function.name }}<|call_end|><|result|>{% else %}<|end|>{% endfor %}{% endif %}{% endfor %}"
    )
    assert ChatFormat.from_template(source).markers.result_marks == ("<|result|>", "<|result_end|>")
