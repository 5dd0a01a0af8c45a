"""What each choice of reasoning changes in the prompt of a model: the proof that its switch does something."""

from __future__ import annotations

from difflib import ndiff

import msgspec

from engine.errors import UserError
from engine.formats.chat_format import ChatFormat
from engine.values import Reasoning

QUESTION = "Why is the sky blue?"
_TOKENS = 512


class ReasoningPrompt(msgspec.Struct, frozen=True):
    """The prompt of one question with this `choice`. `same_as` is an earlier choice with the same prompt, "" where
    there is none; `limit` the number of tokens after which the engine ends the reasoning itself, None for no limit.
    """

    choice: str
    prompt: str
    same_as: str = ""
    limit: int | None = None


def reasoning_proof(chat_format: ChatFormat) -> list[ReasoningPrompt]:
    """The prompts of every choice that the model offers, "auto" first."""
    control = chat_format.reasoning
    words: tuple[Reasoning, ...] = control.levels or ("off", "on")
    found: list[ReasoningPrompt] = []
    for choice in ("auto", *words, _TOKENS) if control.kind != "none" else ("auto",):
        try:
            prompt = chat_format.render([{"role": "user", "content": QUESTION}], reasoning=choice)
        except UserError:  # this template refuses it
            continue
        limit = prompt.reasoning_budget
        same = (each.choice for each in found if (each.prompt, each.limit) == (prompt.text, limit))
        found.append(ReasoningPrompt(str(choice), prompt.text, next(same, ""), limit))
    return found


def differing_lines(before: str, after: str) -> list[str]:
    """The lines that two prompts do not share, those of the first behind "-", of the second behind "+"."""
    return [line for line in ndiff(before.split("\n"), after.split("\n")) if line[:1] in "+-"]
