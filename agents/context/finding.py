"""The tool that finds tools, for runs with more tools than fit into the context."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from agents.api import Outcome, Tool, ToolContext
from agents.context.ranking import ranked
from agents.context.schemas import told
from agents.permissions.values import Effects, ToolFacts

FIND_TOOLS = "find_tools"
_MOST = 3


class FindTools:
    """`find_tools(query)`: offers the run's tools that match the query best, from the next turn on."""

    name = FIND_TOOLS
    description = "Find more tools by what they do. Those that are found can be called from then on."
    parameters: dict[str, Any] = {  # noqa: RUF012
        "type": "object",
        "properties": {"query": {"type": "string", "description": "What the tool should do, in English."}},
        "required": ["query"],
        "additionalProperties": False,
    }
    facts = ToolFacts(read_only=True, destructive=False, timeout_s=10.0)
    server = ""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = tuple(tools)

    def effects(self, arguments: dict[str, Any], context: ToolContext) -> Effects:
        return Effects("read")

    def run(self, arguments: dict[str, Any], context: ToolContext) -> Outcome:
        names = found(str(arguments.get("query", "")), self._tools)
        if not names:
            return Outcome("No tool fits these words. Try others, or do without.")
        tools = {tool.name: tool for tool in self._tools}
        lines = [json.dumps(told(tools[name], "compact")["function"], ensure_ascii=False) for name in names]
        return Outcome("\n".join(lines), summary=", ".join(names))


def found(query: str, tools: Sequence[Tool]) -> tuple[str, ...]:
    """Names of the tools that match the query best, best first, at most three."""
    scores = ranked(query, {tool.name: tool.description for tool in tools})
    return tuple(name for name, score in scores.items() if score > 0)[:_MOST]
