"""Where prompts differ, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.desktop.base.language import languages
from app.desktop.models.prompt_changes import Change, ShownPrompt, changes_in, shown_prompts
from app.desktop.models.proof_text import choice_name, choice_sentences
from app.services.models.reasoning_proof import proof_of
from engine.formats.reasoning_proof import ReasoningPrompt, compared_lines
from engine.gguf.summary import ModelSummary
from engine.values import Sampling
from tests.support.models.real_templates import real_templates

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


def each_text(shown: ShownPrompt) -> str:
    return " ".join(shown.found.prompt.split())


def a_summary(template: str) -> ModelSummary:
    return ModelSummary(
        Path("model.gguf"), 1, "test", "Test", "Q8_0", 8192, 1, 1, 0, 0, Sampling(), "<s>", "</s>", template
    )  # fmt: skip


PROMPTS = (
    ReasoningPrompt("auto", ASKED),
    ReasoningPrompt("off", ASKED + "<think></think>", begins="answer"),
    ReasoningPrompt("on", ASKED, "auto"),
    ReasoningPrompt("high", "Think hard.\n" + ASKED + "<think>", begins="reasoning"),
    ReasoningPrompt("1024", ASKED, limit=1024),
    ReasoningPrompt("low", ASKED + "\n"),
    ReasoningPrompt("0", ASKED, limit=0),
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
        "Sends the same text as Auto. Coterie ends the reasoning as soon as it begins.",
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


@pytest.mark.long
def test_every_choice_of_every_template_is_told_and_another_text_is_never_told_as_the_same() -> None:
    languages.choose("en")
    for name, source in real_templates().items():
        proof = proof_of(a_summary(source))
        shown = shown_prompts(proof.prompts)
        for each in shown:
            told = choice_sentences(each, shown)
            differs = each.found.prompt != shown[0].found.prompt
            assert told and not (differs and "Sends the same text as Auto" in told), (name, each.found.choice)
            assert differs == bool(each.changes) or "blank lines" in told, (name, each.found.choice)
            assert all(change.removed in each_text(shown[0]) for change in each.changes), name
            assert all(change.added in each_text(each) for change in each.changes), name
