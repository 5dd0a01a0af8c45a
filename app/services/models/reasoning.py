"""What of a model's reasoning can be chosen, and what holds where the choice was made for another model. Pure."""

from __future__ import annotations

from engine.values import Reasoning, ReasoningControl

# Stands among the words for a number of tokens at most.
BUDGET = "budget"
# What stands for a number where a template takes one; the engine knows how many each word means.
_SIZES = ("low", "medium", "high")


def reasoning_choices(control: ReasoningControl | None) -> tuple[str, ...]:
    """What there is to choose, "auto" first and `BUDGET` last; empty for a model that does not reason.

    "off" of a model that always reasons is a try: its block is closed before it begins.
    """
    if control is None or control.kind == "none":
        return ()
    words = {
        "always": ("off",),
        "switch": ("off", "on"),
        "levels": control.levels,
        "budget": ("off", *_SIZES),
    }[control.kind]
    return ("auto", *words, BUDGET)


def possible(control: ReasoningControl | None, chosen: Reasoning) -> Reasoning:
    """The choice itself, or "auto" where this model cannot do it. Without a model every choice stands."""
    if chosen == 0:
        chosen = "off"
    if control is None:
        return chosen
    word = BUDGET if isinstance(chosen, int) else chosen
    return chosen if word in reasoning_choices(control) else "auto"
