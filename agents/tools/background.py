"""The tool that looks after commands in the background."""

from __future__ import annotations

from agents.api import Outcome, ToolContext
from agents.permissions.values import ToolFacts
from agents.tools.executing import standing, with_passed
from agents.tools.function_tool import ToolTrouble, tool

_MOST_WAIT = 120


# What it ends is the run's own.
@tool(
    facts=ToolFacts(
        read_only=True,
        destructive=False,
        untrusted=True,
        own=True,
        polling=True,
        volatile=("wait",),
        timeout_s=_MOST_WAIT + 30.0,
    )
)
def background(context: ToolContext, id: str = "", wait: int = 0, stop: bool = False) -> Outcome:
    """Show the new output of a command in the background, or stop it. Without an id, list all of them.

    Args:
        id: The id, such as b1.
        wait: Seconds to wait for new output.
        stop: Whether to end it.
    """
    known = context.commands.all() if context.commands is not None else ()
    if not id.strip():
        lines = [f"{standing(one, one.command)}" for one in known]
        return Outcome("\n".join(lines) or "Nothing was started in the background.", untrusted=True)
    found = next((one for one in known if one.name == id.strip()), None)
    if found is None:
        names = ", ".join(one.name for one in known) or "none"
        raise ToolTrouble(f"There is no command {id.strip()[:40]!r} in the background. There are: {names}.")
    if stop and found.code is None:
        found.stop("model")
    text = found.new_output(min(max(wait, 0), _MOST_WAIT), context.cancelled)
    told = Outcome(standing(found, text), summary=found.name, untrusted=True)
    return told if context.gate is None else with_passed(told, context.gate.end(), asks=False)
