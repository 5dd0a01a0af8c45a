"""The tool that shows the user the model's plan."""

from __future__ import annotations

from agents.api import Outcome
from agents.permissions.values import ToolFacts
from agents.plan import MOST_LETTERS, MOST_STEPS, PlanStep
from agents.tools.function_tool import ToolTrouble, tool


# The plan is read from the call itself: nothing is stored.
@tool(facts=ToolFacts(read_only=True, destructive=False, timeout_s=10))
def update_plan(items: list[PlanStep]) -> Outcome:
    """Show the user the plan of a longer task, and how far it is. Give all steps each time.

    Args:
        items: The steps in order, each with a text and a state.
    """
    if not items:
        raise ToolTrouble("A plan has at least one step.")
    if len(items) > MOST_STEPS:
        raise ToolTrouble(f"A plan has at most {MOST_STEPS} steps; take them together.")
    if any(not item.text.strip() or len(item.text) > MOST_LETTERS for item in items):
        raise ToolTrouble(f"Each step has a text of up to {MOST_LETTERS} letters.")
    done = sum(1 for item in items if item.state == "done")
    return Outcome(f"The plan is shown: {done} of {len(items)} done.", summary=f"{done}/{len(items)}")
