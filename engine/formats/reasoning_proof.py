"""What each choice of reasoning changes in the prompt of a model: the proof that its switch does something."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import ndiff
from typing import Literal

import msgspec

from engine.errors import UserError
from engine.formats.chat_format import ChatFormat
from engine.values import Reasoning

QUESTION = "Why is the sky blue?"


Beginning = Literal["", "reasoning", "answer"]


class ReasoningPrompt(msgspec.Struct, frozen=True):
    """The prompt of one question with this `choice`. `same_as` is an earlier choice with the same prompt, "" where
    there is none; `limit` the number of tokens after which the engine ends the reasoning itself, None for no limit.
    `begins`: what the reply begins with, "" where that is the model's to choose.
    """

    choice: str
    prompt: str
    same_as: str = ""
    limit: int | None = None
    begins: Beginning = ""


def reasoning_proof(chat_format: ChatFormat, choices: Sequence[Reasoning]) -> tuple[ReasoningPrompt, ...]:
    """The prompts of these choices, those apart that the template refuses."""
    found: list[ReasoningPrompt] = []
    closing = chat_format.markers.closing
    for choice in choices:
        try:
            prompt = chat_format.render([{"role": "user", "content": QUESTION}], reasoning=choice)
        except UserError:  # this template refuses it
            continue
        limit = prompt.reasoning_budget
        same = (each.choice for each in found if (each.prompt, each.limit) == (prompt.text, limit))
        is_over = bool(closing) and prompt.text.rstrip().endswith(closing)
        begins: Beginning = "reasoning" if prompt.opens_reasoning else "answer" if is_over else ""
        found.append(ReasoningPrompt(str(choice), prompt.text, next(same, ""), limit, begins))
    return tuple(found)


def compared_lines(before: str, after: str) -> list[str]:
    """The lines of two prompts: "  " stands before those that they share, "- " before those of the first alone, "+ "
    before those of the second alone."""
    old, new = before.split("\n"), after.split("\n")
    # A blank line at both ends must not be taken for one within what was added.
    most = min(len(old), len(new))
    start = next((n for n in range(most) if old[n] != new[n]), most)
    most -= start
    end = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    between = ndiff(old[start : len(old) - end], new[start : len(new) - end])
    return [
        *(f"  {line}" for line in new[:start]),
        *(line for line in between if not line.startswith("?")),
        *(f"  {line}" for line in new[len(new) - end :]),
    ]
