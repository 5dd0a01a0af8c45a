"""Which choices of reasoning a model offers to a person. Pure; the words for them are in the composer."""

from __future__ import annotations

from engine.api import ReasoningControl

# What stands for a budget in tokens; the engine knows how many each word means.
BUDGET = ("off", "low", "medium", "high")


def reasoning_choices(control: ReasoningControl | None) -> tuple[str, ...]:
    """The values to choose from, "auto" first; empty where there is nothing to choose."""
    if control is None or control.kind in ("none", "always"):
        return ()
    if control.kind == "switch":
        return ("auto", "off", "on")
    if control.kind == "levels":
        return ("auto", *control.levels)
    return ("auto", *BUDGET)
