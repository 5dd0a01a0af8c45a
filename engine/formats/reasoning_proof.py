"""What each choice of reasoning changes in the prompt of a model: the proof that its switch does something."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import ndiff

import msgspec

from engine.errors import UserError
from engine.formats.chat_format import ChatFormat
from engine.values import Reasoning

QUESTION = "Why is the sky blue?"


class ReasoningPrompt(msgspec.Struct, frozen=True):
    """The prompt of one question with this `choice`. `same_as` is an earlier choice with the same prompt, "" where
    there is none; `limit` the number of tokens after which the engine ends the reasoning itself, None for no limit.
    """

    choice: str
    prompt: str
    same_as: str = ""
    limit: int | None = None


def reasoning_proof(chat_format: ChatFormat, choices: Sequence[Reasoning]) -> tuple[ReasoningPrompt, ...]:
    """The prompts of these choices, those apart that the template refuses."""
    found: list[ReasoningPrompt] = []
    for choice in choices:
        try:
            prompt = chat_format.render([{"role": "user", "content": QUESTION}], reasoning=choice)
        except UserError:  # this template refuses it
            continue
        limit = prompt.reasoning_budget
        same = (each.choice for each in found if (each.prompt, each.limit) == (prompt.text, limit))
        found.append(ReasoningPrompt(str(choice), prompt.text, next(same, ""), limit))
    return tuple(found)


def compared_lines(before: str, after: str) -> list[str]:
    """The lines of two prompts: "  " stands before those that they share, "- " before those of the first alone, "+ "
    before those of the second alone."""
    return [line for line in ndiff(before.split("\n"), after.split("\n")) if not line.startswith("?")]
