"""The tool that shows the user the model's plan."""

from __future__ import annotations

from typing import Literal

import msgspec

from agents.api import Outcome
from agents.permissions.values import ToolFacts
from agents.tools.function_tool import ToolTrouble, tool

MOST_ITEMS = 30
MOST_LETTERS = 300


class PlanStep(msgspec.Struct, frozen=True):
    """One step of a plan."""

    text: str
    state: Literal["todo", "doing", "done"] = "todo"


# The plan is read from the call itself: nothing is stored.
@tool(facts=ToolFacts(read_only=True, destructive=False, timeout_s=10))
def update_plan(items: list[PlanStep]) -> Outcome:
    """Show the user the plan of a longer task, and how far it is. Give all steps each time.

    Args:
        items: The steps in order, each with a text and a state.
    """
    if not items:
        raise ToolTrouble("A plan has at least one step.")
    if len(items) > MOST_ITEMS:
        raise ToolTrouble(f"A plan has at most {MOST_ITEMS} steps; take them together.")
    if any(not item.text.strip() or len(item.text) > MOST_LETTERS for item in items):
        raise ToolTrouble(f"Each step has a text of up to {MOST_LETTERS} letters.")
    done = sum(1 for item in items if item.state == "done")
    return Outcome(f"The plan is shown: {done} of {len(items)} done.", summary=f"{done}/{len(items)}")
