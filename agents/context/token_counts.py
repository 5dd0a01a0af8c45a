"""Token counts of a prompt, part by part."""

from __future__ import annotations

from typing import Any

import msgspec

from agents.api import ModelRequest
from agents.context.history import History
from agents.context.items import Words
from agents.context.rendering import rendered, result_shown, summary_shown
from agents.context.token_counter import Meter
from agents.events import ContextPart
from engine.values import Reasoning


class Weighed(msgspec.Struct, frozen=True):
    """A prompt's tokens: `prompt` is exact as far as the model's tokenizer can be asked, `parts` add up to
    it.
    """

    prompt: int
    parts: tuple[ContextPart, ...]

    def of(self, name: str) -> int:
        return sum(part.tokens for part in self.parts if part.name == name)


def weigh(
    history: History,
    meter: Meter,
    tools: tuple[dict[str, Any], ...],
    *,
    reasoning: Reasoning = "auto",
    choice: str = "auto",
) -> Weighed:
    """Count the prompt that this history and these tools make.

    What stays over when all parts that have texts of their own are taken away belongs to the turns: calls,
    answers, and the template's own marks.
    """
    before = history.items[: history.first_kept]
    after = history.items[history.first_kept :]
    said = [item.text for item in before if isinstance(item, Words) and item.of_user]
    said += [item.text for item in after if isinstance(item, Words) and item.of_user]
    turns = history.shown_turns
    calls = [call for turn in turns for call in turn.shown_calls]
    results = [result_shown(call, history.remote) for call in calls]
    ask = ModelRequest(rendered(history), tools, choice, reasoning=reasoning)
    summed_up = summary_shown(history)
    prompt = meter.prompt(ask, [history.system, *said, summed_up, *results])
    system, summary = meter.texts([history.system, summed_up])
    task = sum(meter.texts(said))
    offered, brought = meter.tools(tools, history.system), sum(meter.texts(results))
    parts = [
        ContextPart("system", system),
        ContextPart("tools", offered, len(tools), len(tools) if history.schemas != "whole" else 0),
        ContextPart("task", task, len(said)),
        ContextPart("turns", max(0, prompt - system - offered - task - summary - brought), len(turns)),
        ContextPart("results", brought, len(results), sum(bool(c.result and c.result.handle) for c in calls)),
        ContextPart("summary", summary, history.left_out, history.left_out),
    ]
    return Weighed(prompt, tuple(part for part in parts if part.tokens or part.name == "turns"))
