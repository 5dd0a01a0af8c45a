"""Selects which tools are offered, and in how much detail, within their share of the context.

The choice is kept until it has to change: a change makes the model process its whole prompt again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from agents.api import Tool
from agents.context.budget import Shares
from agents.context.finding import FIND_TOOLS, found
from agents.context.history import History
from agents.context.items import Words
from agents.context.ranking import ranked
from agents.context.schemas import told
from agents.context.token_counter import Meter
from agents.events import ContextTrimmed, Schemas

# Kept in every selection.
CORE = ("read_result", "list_files", "read_file", "write_file", "edit_file")

# Where the tools do not fit as they are, this one makes room: another does the same, in more calls. A model that
# calls or finds it has it all the same.
_ALSO_DONE_BY = {"apply_patch": "edit_file"}

# The first of the others, whatever words the task has: with them a model gets at what it was offered no tool for.
FIRST = ("shell", "search_text")

# The tools found by the last searches stay, called or not.
_FOUND = 2


class Offer(msgspec.Struct, frozen=True):
    """Definitions to send, in the order of the tools; `trim` records a new selection, None when nothing
    changed.
    """

    definitions: tuple[dict[str, Any], ...]
    trim: ContextTrimmed | None = None


def offer(history: History, tools: Sequence[Tool], meter: Meter, share: Shares) -> Offer:
    """Offer all tools in full where they fit; else without descriptions of arguments; else those relevant to
    the task and the calls so far. None that needs a longer context.
    """
    tools = [tool for tool in tools if tool.facts.least_context <= share.context]
    budget = max(share.context // 8, min(share.fixed, share.tools) - meter.texts([history.system])[0])
    choice = _Choice(history, tools, meter, budget)
    kept = choice.kept()
    if kept is not None:
        return Offer(kept)
    whole = choice.definitions(choice.all, "whole")
    before = meter.tools(whole, history.system)
    if before <= budget and history.offered is None:
        return Offer(whole)
    names, schemas = choice.made(before)
    definitions = choice.definitions(names, schemas)
    if (names, schemas, False) == (history.offered, history.schemas, history.reconsider):
        return Offer(definitions)
    after = meter.tools(definitions, history.system)
    trim = ContextTrimmed("tools", before_tokens=before, after_tokens=after, names=names, schemas=schemas)
    return Offer(definitions, trim)


class _Choice:
    def __init__(self, history: History, tools: Sequence[Tool], meter: Meter, budget: int) -> None:
        self._history, self._meter, self._budget = history, meter, budget
        self._tools = {tool.name: tool for tool in tools}
        self.all = tuple(name for name in self._tools if name != FIND_TOOLS)
        self._called = self._used()

    def definitions(self, names: Sequence[str], schemas: Schemas) -> tuple[dict[str, Any], ...]:
        wanted = set(names)
        return tuple(told(tool, schemas) for name, tool in self._tools.items() if name in wanted)

    def kept(self) -> tuple[dict[str, Any], ...] | None:
        """The previous selection, if it still serves: same request, every called tool in it, none gone."""
        offered = self._history.offered
        if offered is None or self._history.reconsider:
            return None
        if not set(offered) <= set(self._tools) or not set(self._called) <= set(offered):
            return None
        definitions = self.definitions(offered, self._history.schemas)
        return definitions if self._cost(definitions) <= self._budget * 5 // 4 else None

    def made(self, whole: int) -> tuple[tuple[str, ...], Schemas]:
        """A new selection; `whole` is the tokens of all tools in full."""
        if whole <= self._budget:
            return self.all, "whole"
        self._make_room()
        if self._cost(self.definitions(self.all, "compact")) <= self._budget:
            return self.all, "compact"
        must = [name for name in self.all if name in CORE or name in self._called]
        schemas: Schemas = "compact"
        if self._cost(self.definitions(must, schemas)) > self._budget * 3 // 4:
            schemas = "brief"
        left = self._budget - self._cost(self.definitions(must, schemas))
        others = self._ranked([name for name in self.all if name not in must])
        added = []
        first = [name for name in (FIND_TOOLS, *FIRST) if name in self._tools and name not in must]
        wanted = list(dict.fromkeys([*first, *others]))
        for name, cost in zip(wanted, self._single(wanted, schemas), strict=True):
            if cost <= left:
                left -= cost
                added.append(name)
        while added and self._cost(self.definitions([*must, *added], schemas)) > self._budget:
            added.pop()
        best = next(iter(others), "")
        if best and others[best] > 0 and best not in added:
            # The most relevant tool may exceed the share a little.
            added = [best, *added[:-1]]
        chosen = {*must, *added}
        return tuple(name for name in self._tools if name in chosen), schemas

    def _make_room(self) -> None:
        self.all = tuple(
            name for name in self.all if name in self._called or _ALSO_DONE_BY.get(name) not in self._tools
        )

    def _used(self) -> tuple[str, ...]:
        """Tools that were called, and those that were found last."""
        calls = [call for turn in self._history.shown_turns for call in turn.shown_calls]
        names = {call.name for call in calls}
        searches = [call.arguments for call in calls if call.name == FIND_TOOLS]
        for arguments in searches[-_FOUND:]:
            query = arguments.get("query", "") if isinstance(arguments, dict) else ""
            names.update(found(str(query), [self._tools[name] for name in self.all]))
        return tuple(name for name in self.all if name in names)

    def _ranked(self, names: Sequence[str]) -> dict[str, float]:
        said = [item.text for item in self._history.items if isinstance(item, Words) and item.of_user]
        lately = [turn.content for turn in self._history.shown_turns[-2:]]
        documents = {name: self._tools[name].description for name in names}
        return ranked("\n".join([*said, *lately]), documents)

    def _cost(self, definitions: tuple[dict[str, Any], ...]) -> int:
        return self._meter.tools(definitions, self._history.system)

    def _single(self, names: Sequence[str], schemas: Schemas) -> tuple[int, ...]:
        texts = [msgspec.json.encode(told(self._tools[name], schemas)).decode() for name in names]
        return self._meter.texts(texts)
