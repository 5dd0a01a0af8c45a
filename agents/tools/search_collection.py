"""The tool that searches a collection: documents that a person put together, indexed beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from agents.api import Outcome, ToolContext
from agents.permissions.values import Effects, ToolFacts
from agents.tools.documents.passages import terms
from engine.errors import UserError

SEARCH_COLLECTION = "search_collection"
MOST = 12
_USUAL = 6


class Found(msgspec.Struct, frozen=True):
    """Passages as the model is told them, each behind its number, and their `count`."""

    text: str
    count: int


# The passages for a query, at most so many. Blocks on the disk; raises UserError.
Search = Callable[[str, int], Found]


class SearchCollection:
    """`search_collection(query, limit)`: returns numbered passages of the collection of this name."""

    name = SEARCH_COLLECTION
    parameters: dict[str, Any] = {  # noqa: RUF012
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "What to find, in a few words or as a question."},
            "limit": {
                "type": "integer",
                "description": "Passages at most.",
                "minimum": 1,
                "maximum": MOST,
                "default": _USUAL,
            },
        },
        "required": ["query"],
        "additionalProperties": False,
    }
    facts = ToolFacts(read_only=True, destructive=False, untrusted=True, timeout_s=60.0)
    server = ""

    def __init__(self, collection: str, search: Search) -> None:
        self.description = (
            f'Search the user\'s documents "{" ".join(collection.split())}" by words and meaning. Each passage has a '
            "number, by which you cite it, like [1]. Search again with other words when something is missing."
        )
        self._search = search

    def effects(self, arguments: dict[str, Any], context: ToolContext) -> Effects:
        return Effects("read")

    def run(self, arguments: dict[str, Any], context: ToolContext) -> Outcome:
        query = str(arguments["query"])
        if not terms(query):
            return Outcome("The query has no words in it.", "error")
        try:
            found = self._search(query, max(1, min(int(arguments.get("limit", _USUAL)), MOST)))
        except UserError as error:
            return Outcome(f"The documents cannot be searched now ({error.code}).", "error")
        return Outcome(found.text, summary=str(found.count), untrusted=bool(found.count))
