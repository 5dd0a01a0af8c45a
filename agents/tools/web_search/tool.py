"""The tool that searches the web, with the provider that a person has set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from agents.api import Outcome, ToolContext
from agents.permissions.values import Effects, ToolFacts

WEB_SEARCH = "web_search"
MOST = 10
_USUAL = 5
_LONGEST = 400  # characters of a query


class Found(msgspec.Struct, frozen=True):
    """Pages as the model is told them, each behind its number, and their `count`; or, with `failed`, why there are
    none."""

    text: str
    count: int = 0
    failed: bool = False


# The pages for a query, at most so many; asked now and then whether to give up. Blocks on the network.
Search = Callable[[str, int, Callable[[], bool]], Found]


class WebSearch:
    """`web_search(query, limit)`: returns numbered pages that the provider at `url` found."""

    name = WEB_SEARCH
    description = (
        "Search the web. Returns titles, addresses and short extracts of pages, each behind a number by which you "
        "cite it, like [1]. The query leaves this computer: put nothing private in it. Pages themselves are not "
        "fetched."
    )
    parameters: dict[str, Any] = {  # noqa: RUF012
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "What to find, in a few words."},
            "limit": {
                "type": "integer",
                "description": "Pages at most.",
                "minimum": 1,
                "maximum": MOST,
                "default": _USUAL,
            },
        },
        "required": ["query"],
        "additionalProperties": False,
    }
    facts = ToolFacts(read_only=True, destructive=False, network=True, untrusted=True, timeout_s=60.0)
    server = ""

    def __init__(self, url: str, search: Search) -> None:
        self._url, self._search = url, search

    def effects(self, arguments: dict[str, Any], context: ToolContext) -> Effects:
        return Effects("search", url=self._url, command=words_of(arguments), network=True)

    def run(self, arguments: dict[str, Any], context: ToolContext) -> Outcome:
        query = words_of(arguments)
        if not query:
            return Outcome("The query has no words in it.", "error")
        if len(query) > _LONGEST:
            return Outcome(f"The query is longer than {_LONGEST} characters. Use fewer words.", "error")
        if not context.network:
            return Outcome("The network was not allowed for this call.", "error")
        found = self._search(query, max(1, min(int(arguments.get("limit", _USUAL)), MOST)), context.cancelled)
        if found.failed:
            return Outcome(found.text, "error")
        return Outcome(found.text, summary=str(found.count), untrusted=bool(found.count))


def words_of(arguments: dict[str, Any]) -> str:
    """The query as it is sent, on one line."""
    return " ".join(str(arguments.get("query", "")).split())
