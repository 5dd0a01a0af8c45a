"""The prompts that prove what the choices of reasoning change."""

from __future__ import annotations

import pytest

from engine.formats import ChatFormat
from engine.formats.reasoning_proof import QUESTION, compared_lines, reasoning_proof
from engine.values import Reasoning
from tests.engine.formats import templates

CHOICES: tuple[Reasoning, ...] = ("auto", "off", "on", 64)


def begins(template: str) -> list[str]:
    return [each.begins for each in reasoning_proof(ChatFormat.from_template(template), CHOICES)]


def test_each_prompt_says_what_the_reply_begins_with() -> None:
    assert begins(templates.SWITCH) == ["", "answer", "", ""]
    assert begins(templates.DEFAULT_OFF) == ["answer", "answer", "reasoning", "reasoning"]
    assert begins(templates.ALWAYS_OPEN) == ["reasoning", "answer", "reasoning", "reasoning"]


def test_the_same_prompt_with_another_limit_is_another_choice() -> None:
    found = reasoning_proof(ChatFormat.from_template(templates.SWITCH), ("auto", 64, 128, 64))
    assert [(each.choice, each.same_as, each.limit) for each in found] == [
        ("auto", "", None), ("64", "", 64), ("128", "", 128), ("64", "64", 64),
    ]  # fmt: skip
    assert all(QUESTION in each.prompt for each in found)


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("a\nb", "a\nb", ["  a", "  b"]),
        ("a\n", "a\n<think>\n\n</think>\n", ["  a", "+ <think>", "+ ", "+ </think>", "  "]),
        ("a\nx\nb", "a\ny\nb", ["  a", "- x", "+ y", "  b"]),
        ("a\na", "a\na\na", ["  a", "  a", "+ a"]),
        ("", "a", ["- ", "+ a"]),
    ],
)
def test_lines_are_compared_from_both_ends(before: str, after: str, lines: list[str]) -> None:
    assert compared_lines(before, after) == lines


def test_both_prompts_can_be_read_from_the_compared_lines() -> None:
    before, after = "- a\n+ b\n  c\n? d\n", "- a\nx\n  c\n\ny\n"
    lines = compared_lines(before, after)
    assert "\n".join(line[2:] for line in lines if line[0] != "+") == before
    assert "\n".join(line[2:] for line in lines if line[0] != "-") == after
