"""Reasoning options of a model, and the effective one where the choice was made for another model. Pure."""

from __future__ import annotations

from engine.values import Reasoning, ReasoningControl

# Marks a token budget among the levels.
BUDGET = "budget"
# Placeholder for a number where a template takes one; the engine knows how many tokens each level means.
_SIZES = ("low", "medium", "high")


def reasoning_choices(control: ReasoningControl | None) -> tuple[str, ...]:
    """Available choices, "auto" first and `BUDGET` last; empty for a model that does not reason.

    "off" for a model that always reasons is an attempt: its block is closed before it begins.
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
    """The choice itself, or "auto" where this model does not support it.

    Without a model every choice is valid.
    """
    if chosen == 0:
        chosen = "off"
    if control is None:
        return chosen
    word = BUDGET if isinstance(chosen, int) else chosen
    return chosen if word in reasoning_choices(control) else "auto"
