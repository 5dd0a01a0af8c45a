"""Messages a model sees, folded from a run's events.

The fold is pure: the same entries give the same messages, live, resumed or replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import msgspec

from agents.context import prompts
from agents.context.items import Call, Item, Result, Said, TurnItem, Words
from agents.context.prior_messages import earlier_items
from agents.events import (
    ContextTrimmed,
    Entry,
    HookRan,
    ModelTurn,
    PlanWritten,
    RunEvent,
    RunResumed,
    RunStarted,
    Schemas,
    ToolCalled,
    ToolResult,
    Undone,
)
from engine.remote.names import is_remote


class History:
    """Items of a run in order, and which of them are shortened or left out."""

    def __init__(self) -> None:
        self.system = ""
        self.remote = False
        self.items: list[Item] = []
        # Number of turns, shown or not, including what was said before the task.
        self.turns = 0
        # The first turns that are left out; `summary` stands for them.
        self.left_out = 0
        self.summary = ""
        self.summary_by_model = False
        # The reasoning of the turns up to this one is not shown.
        self.unreasoned = 0
        # Tools that are offered (None until they are chosen), and how much of their definitions.
        self.offered: tuple[str, ...] | None = None
        self.schemas: Schemas = "whole"
        # Whether the user has said something since.
        self.reconsider = False
        # Index in `items` of each call's turn.
        self._turn_of: dict[str, int] = {}

    @classmethod
    def of(cls, entries: Iterable[Entry | RunEvent]) -> History:
        history = cls()
        for entry in entries:
            history.add(entry)
        return history

    def add(self, entry: Entry | RunEvent) -> None:
        """Fold in the next event. Events that a model does not see change nothing."""
        match entry.event if isinstance(entry, Entry) else entry:
            case RunStarted() as started:
                self._begin(started)
            case RunResumed() as resumed:
                self._resume(resumed)
            case ModelTurn() as turn:
                self.turns += 1
                self.items.append(
                    TurnItem(
                        self.turns,
                        turn.step,
                        turn.content,
                        turn.reasoning,
                        failed=not turn.is_whole,
                        cut=turn.finish_reason == "length",
                    )
                )
            case ToolCalled() as called:
                self._call(called)
            case ToolResult() as result:
                self._result(result)
            case ContextTrimmed() as trimmed:
                self._trim(trimmed)
            case PlanWritten() as plan if plan.state in ("approved", "rejected"):
                self._plan(plan)
            case HookRan() as ran:
                if text := prompts.hook(ran, remote=self.remote):
                    self.items.append(Words(text, "hook"))
            case Undone() as undone if undone.files:
                paths = [change.path for change in undone.files]
                self.items.append(Words(prompts.undone(paths, undone.partly, redo=undone.redo), "undone"))
            case _:
                pass

    @property
    def shown(self) -> tuple[Said, ...]:
        """Shown turns, and what the user said before the task, in order."""
        return self.said_after(self.left_out)

    @property
    def shown_turns(self) -> tuple[TurnItem, ...]:
        return tuple(item for item in self.shown if isinstance(item, TurnItem))

    def said_after(self, number: int, up_to: int | None = None) -> tuple[Said, ...]:
        """Numbered items that are shown, after `number` and up to `until`."""
        last = self.turns if up_to is None else up_to
        return tuple(
            item
            for item in self.items
            if not isinstance(item, Words) and number < item.number <= last and item.is_shown
        )

    @property
    def first_kept(self) -> int:
        """The index in `items` after the last turn that is left out, 0 when there is none."""
        for place in range(len(self.items) - 1, -1, -1):
            item = self.items[place]
            if not isinstance(item, Words) and item.number <= self.left_out:
                return place + 1
        return 0

    def after(self, trims: Iterable[ContextTrimmed]) -> History:
        """A copy with these events folded in."""
        other = History()
        other.__dict__.update(self.__dict__)
        other.items = list(self.items)
        other._turn_of = dict(self._turn_of)
        for trim in trims:
            other.add(trim)
        return other

    def _begin(self, started: RunStarted) -> None:
        self.system = started.system
        # A local server tokenizes special tokens in such a text as plain text.
        self.remote = started.remote or is_remote(started.model)
        self.items += earlier_items(started.before)
        self.turns = len(self.items)
        for place, item in enumerate(self.items):
            calls = item.calls if isinstance(item, TurnItem) else ()
            self._turn_of.update({call.call: place for call in calls})
        self.items.append(Words(started.task, "task", started.media))

    def _resume(self, resumed: RunResumed) -> None:
        self.system = resumed.system or self.system
        self.remote = self.remote or resumed.remote or is_remote(resumed.model)
        if resumed.message:
            self.reconsider = True
            said = next((item for item in reversed(self.items) if isinstance(item, Words)), None)
            if said is not None and said.kind == "final":  # the model was told that no tools are left
                self.items.append(Words(prompts.TOOLS_AGAIN, "go_on"))
            self.items.append(Words(resumed.message, "user"))
            if resumed.plan:
                self.offered = None
                self.items.append(Words(prompts.PLAN_FIRST, "nudge"))
            return
        last = self.items[-1] if self.items else None
        asked_for_end = isinstance(last, Words) and last.kind == "final"
        if isinstance(last, TurnItem) and not last.calls and last.cut:
            self.items.append(Words(prompts.GO_ON_WRITING, "go_on"))
        elif asked_for_end or (isinstance(last, TurnItem) and not last.calls):
            self.items.append(Words(prompts.GO_ON, "go_on"))

    def _plan(self, plan: PlanWritten) -> None:
        """What a person says to a plan; from an approved one on other tools are offered."""
        if plan.state == "approved":
            self.offered = None
            self.items.append(Words(prompts.plan_approved(plan.items), "user"))
        else:
            self.items.append(Words(prompts.plan_rejected(plan.message), "user"))

    def _call(self, called: ToolCalled) -> None:
        for place in range(len(self.items) - 1, -1, -1):
            turn = self.items[place]
            if isinstance(turn, TurnItem):
                call = Call(called.call, called.name, called.arguments)
                self.items[place] = msgspec.structs.replace(turn, calls=(*turn.calls, call))
                self._turn_of[called.call] = place
                return

    def _result(self, result: ToolResult) -> None:
        shown = Result(result.text, result.status, result.untrusted, result.handle)
        self._change(result.call, partial(msgspec.structs.replace, result=shown))

    def _change(self, name: str, change: Callable[[Call], Call]) -> None:
        place = self._turn_of.get(name)
        turn = self.items[place] if place is not None else None
        if place is None or not isinstance(turn, TurnItem):
            return
        calls = tuple(change(call) if call.call == name else call for call in turn.calls)
        self.items[place] = msgspec.structs.replace(turn, calls=calls)

    def _trim(self, trimmed: ContextTrimmed) -> None:
        match trimmed.reason:
            case "results":
                handles = trimmed.handles or ("",) * len(trimmed.calls)
                for name, text, handle in zip(trimmed.calls, trimmed.texts, handles, strict=False):
                    self._change(name, partial(_shortened, text=text, handle=handle))
            case "turns":
                self.left_out = min(trimmed.turns, self.turns)
                self.summary = trimmed.text if self.left_out else ""
                self.summary_by_model = trimmed.by_model
            case "reasoning":
                self.unreasoned = max(self.unreasoned, trimmed.turns)
            case "loop":
                for name in trimmed.calls:
                    self._change(name, partial(msgspec.structs.replace, left_out=True))
                if trimmed.text:
                    self.items.append(Words(trimmed.text, "nudge"))
            case "tools":
                self.offered, self.schemas, self.reconsider = trimmed.names, trimmed.schemas, False
            case "nudge" | "final":
                self.items.append(Words(trimmed.text, trimmed.reason))


def _shortened(call: Call, text: str, handle: str) -> Call:
    if call.result is None:
        return call
    handle = handle or call.result.handle
    result = msgspec.structs.replace(call.result, text=text, handle=handle, trims=call.result.trims + 1)
    return msgspec.structs.replace(call, result=result)
