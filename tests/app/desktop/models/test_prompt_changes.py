"""Where prompts differ, and what is said of it."""

from __future__ import annotations

import pytest

from app.desktop.base.language import languages
from app.desktop.models.prompt_changes import Change, changes_in, shown_prompts
from app.desktop.models.proof_text import choice_name, choice_sentences
from engine.formats.reasoning_proof import ReasoningPrompt, compared_lines

ASKED = "<|user|>Why?\n<|assistant|>\n"


def changes(before: str, after: str) -> list[tuple[str, str]]:
    return [(change.removed, change.added) for change in changes_in(compared_lines(before, after))]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("a\nb", "a\nb", []),
        (ASKED, ASKED + "<think>\n\n</think>\n\n", [("", "<think> </think>")]),
        (ASKED + "<think>\n", ASKED + "<think>\n\n</think>\n\n", [("", "</think>")]),
        ("Reasoning: medium\n# Valid", "Reasoning: low\n# Valid", [("Reasoning: medium", "Reasoning: low")]),
        ("Why?<|a|>", "Why?/nothink<|a|>\n<think></think>", [("", "/nothink"), ("", "<think></think>")]),
        ("Why?<|a|></think>", "Why?<|a|><think>", [("</think>", "<think>")]),
        ("a\nb\nc", "a\nc", [("b", "")]),
        ("a\n\nb", "a\nb", []),
        ("one two three four five", "1 two 2 four 3", [("one two three four five", "1 two 2 four 3")]),
    ],
)
def test_as_little_is_quoted_as_reads_well(before: str, after: str, found: list[tuple[str, str]]) -> None:
    assert changes(before, after) == found


def test_both_prompts_can_be_read_from_the_compared_lines() -> None:
    before, after = "- a\n+ b\n  c\n? d\n", "- a\nx\n  c\n\ny\n"
    lines = compared_lines(before, after)
    assert "\n".join(line[2:] for line in lines if line[0] != "+") == before
    assert "\n".join(line[2:] for line in lines if line[0] != "-") == after


PROMPTS = (
    ReasoningPrompt("auto", ASKED),
    ReasoningPrompt("off", ASKED + "<think></think>", begins="answer"),
    ReasoningPrompt("on", ASKED, "auto"),
    ReasoningPrompt("high", "Think hard.\n" + ASKED + "<think>", begins="reasoning"),
    ReasoningPrompt("1024", ASKED, limit=1024),
    ReasoningPrompt("low", ASKED + "\n"),
)


def sentences(*, best_effort: bool = False) -> list[str]:
    shown = shown_prompts(PROMPTS)
    return [choice_sentences(each, shown, best_effort=best_effort) for each in shown]


def test_each_choice_is_told_in_a_line() -> None:
    languages.choose("en")
    assert sentences() == [
        "Nothing is added: the model follows its own default.",
        "Adds “<think></think>”. The model starts with the answer.",
        "Sends the same text as Auto.",
        "Adds “Think hard.”, “<think>”. The model starts by reasoning.",
        "Sends the same text as Auto. Coterie ends the reasoning after 1,024 tokens, and the answer begins.",
        "Changes blank lines only.",
    ]
    assert sentences(best_effort=True)[1].endswith("Not every model respects that.")
    assert choice_name("1024") == "Limit: 1,024 tokens"
    assert choice_name("off", best_effort=True) == "Off (best effort)"


def test_a_long_quotation_is_cut_in_its_middle() -> None:
    languages.choose("en")
    prompts = shown_prompts([PROMPTS[0], ReasoningPrompt("on", "word " * 99 + "\n" + ASKED)])
    assert choice_sentences(prompts[1], prompts) == (
        "Adds “word word word word word word wo … rd word word word word word word”."
    )
    assert prompts[1].changes == (Change("", ("word " * 99).strip()),)
