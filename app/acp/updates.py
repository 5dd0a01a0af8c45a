"""A run's journal as updates of a session: live, and shown again. Pure, but that it remembers what it has told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acp.helpers import (
    plan_entry,
    start_tool_call,
    text_block,
    update_agent_message_text,
    update_plan,
    update_tool_call,
    update_user_message_text,
)
from acp.schema import AgentMessageChunk, AgentThoughtChunk, PlanEntryStatus, UsageUpdate

from agents.events import (
    Approval,
    Entry,
    FileChange,
    HookRan,
    ModelTurn,
    PlanWritten,
    RunFinished,
    RunResumed,
    RunStarted,
    SnapshotTaken,
    ToolCalled,
    ToolResult,
    Undone,
)
from agents.plan import PLAN_TOOL, PlanStep
from app.acp.diffs import diff_contents
from app.acp.tool_calls import (
    code,
    kind_of,
    output,
    places_changed,
    places_of,
    status_of,
    title_of,
    words,
    written_code,
)
from app.language import Language
from app.messages import localized, localized_error
from app.services.runs.reasons import why_finished
from app.services.runs.view import plan_of

# Any of the protocol's updates; its package has a type for each kind.
Update = Any
_STATES: dict[str, PlanEntryStatus] = {"todo": "pending", "doing": "in_progress", "done": "completed"}
# Results that say no more than the change that is shown.
_ONLY_DIFF = frozenset({"write_file", "edit_file", "apply_patch", "delete_file"})


class Updates:
    """Of one run in the folder `root`. While it is `again`, the journal is shown again, with what people said."""

    def __init__(self, root: Path, language: Language) -> None:
        self._root, self._language = root, language
        self.again = False
        self._calls: dict[str, ToolCalled] = {}
        self._entries: dict[str, Entry] = {}
        self._changed: dict[str, tuple[FileChange, ...]] = {}
        self._plan: tuple[Entry, ...] = ()  # what is known of one that comes first
        self._told = {"content": "", "reasoning": ""}  # of the turn that is written
        self._tries = 0
        self._context = 0
        # Calls that are shown while they are written, by the id that the model gives them: the protocol's ids.
        self._written: dict[str, str] = {}
        self._order: list[str] = []  # ids of the last turn's calls, as they will come in the journal
        self._ids: dict[str, str] = {}  # protocol's ids of calls, where they are not the journal's

    # --- text ---

    def text(self, run: int, step: int, reasoning: str, content: str) -> list[Update]:
        """New text of the turn that the model writes."""
        message = f"{run}.{step}.{self._tries}"
        self._told["reasoning"] += reasoning
        self._told["content"] += content
        thought = [thought_chunk(reasoning, f"{message}.thought")] if reasoning else []
        return [*thought, *([message_chunk(content, message)] if content else [])]

    def writing(self, run: int, step: int, call: str, name: str) -> list[Update]:
        """The model writes the arguments of a call, which may take long."""
        if call in self._written or not name or name == PLAN_TOOL:
            return []
        id = self._written[call] = f"{run}.{step}.{self._tries}.{len(self._written)}"
        return [
            start_tool_call(id, code(name), kind=kind_of(ToolCalled(step, "", name, {})), status="pending")
        ]

    # --- events ---

    def title(self, call: str) -> str:
        """The title of a call that is under way, "" for another one."""
        return title_of(self._calls[call], self._language) if call in self._calls else ""

    def id(self, call: str) -> str:
        """What the editor knows a call by."""
        return self._ids.get(call, call)

    def entry(self, entry: Entry) -> list[Update]:
        """What an event changes on the screen; nothing for most."""
        event = entry.event
        if isinstance(event, RunStarted | RunResumed):
            self._context = event.context or self._context
            said = event.task if isinstance(event, RunStarted) else event.message
            return [update_user_message_text(said)] if self.again and said else []
        if isinstance(event, ModelTurn):
            return self._turn(entry.run, event)
        if isinstance(event, ToolCalled):
            return self._called(entry, event)
        if isinstance(event, PlanWritten):
            self._plan = (entry,)
            return plan_update(plan_of(self._plan))
        if isinstance(event, Approval):
            return self._approved(event)
        if isinstance(event, SnapshotTaken):
            if event.phase == "after":
                self._changed[event.call] = event.files
            return []
        if isinstance(event, ToolResult):
            return self._result(entry, event)
        if isinstance(event, HookRan):
            said = localized(f"cli.run.hook_{event.outcome}", self._language, command=event.command)
            return [thought_chunk(f"{said}\n\n")]
        if isinstance(event, RunFinished):
            return [*self.end(), *self._why(event)]
        return (
            [message_chunk(undone_text(event, self._language))]
            if self.again and isinstance(event, Undone)
            else []
        )

    def end(self) -> list[Update]:
        """The run ends: no call is under way any more."""
        ids = [self.id(call.call) for call in self._calls.values() if call.name != PLAN_TOOL]
        return [update_tool_call(id, status="failed") for id in (*ids, *self._written.values())]

    def _turn(self, run: int, turn: ModelTurn) -> list[Update]:
        """What was not streamed of a turn, and how full the context is."""
        told, self._told = self._told, {"content": "", "reasoning": ""}
        updates: list[Update] = []
        if turn.is_whole:
            rest = {
                name: text.removeprefix(told[name]) if text.startswith(told[name]) else ""
                for name, text in (("reasoning", turn.reasoning), ("content", turn.content))
            }
            updates += self.text(run, turn.step, rest["reasoning"], rest["content"])
            self._told = {"content": "", "reasoning": ""}
            self._tries = 0
            self._order = [call.id for call in turn.tool_calls]
        else:
            self._tries += 1  # it is written once more, as another message
            self._order = []
        for call in [call for call in self._written if call not in self._order]:
            updates.append(update_tool_call(self._written.pop(call), status="failed"))
        if turn.parts:
            used = sum(part.tokens for part in turn.parts if part.name != "reserve")
            size = max(used, self._context)
            updates.append(UsageUpdate(session_update="usage_update", used=used, size=size))
        return updates

    def _called(self, entry: Entry, call: ToolCalled) -> list[Update]:
        self._calls[call.call], self._entries[call.call] = call, entry
        shown = self._written.pop(self._order.pop(0), "") if self._order else ""
        if call.name == PLAN_TOOL:
            return []
        if shown:
            self._ids[call.call] = shown
        show = update_tool_call if shown else start_tool_call
        return [
            show(
                self.id(call.call),
                title=title_of(call, self._language),
                kind=kind_of(call),
                status="pending",
                content=written_code(call) or None,
                locations=places_of(call, self._root) or None,
                raw_input=call.arguments,
            )
        ]

    def _approved(self, approval: Approval) -> list[Update]:
        call = self._calls.get(approval.call)
        if self.again or approval.decision != "allowed" or call is None or call.name == PLAN_TOOL:
            return []
        return [update_tool_call(self.id(approval.call), status="in_progress")]

    def _result(self, entry: Entry, result: ToolResult) -> list[Update]:
        call = self._calls.pop(result.call, None)
        called = self._entries.pop(result.call, None)
        changes = self._changed.pop(result.call, ())
        if call is None:
            return []
        if call.name == PLAN_TOOL:
            return plan_update(plan_of((*self._plan, called, entry))) if called is not None else []
        content: list[Any] = list(diff_contents(result.diff, self._root))
        if not (content and call.name in _ONLY_DIFF and result.status == "ok"):
            content = [*written_code(call), *content, output(result.text)]
        if changes and call.name not in _ONLY_DIFF:
            paths = ", ".join(code(change.path) for change in changes)
            content.append(words(localized("acp.changed", self._language, paths=paths)))
        return [
            update_tool_call(
                self.id(result.call),
                status=status_of(result.status),
                content=content,
                locations=places_changed(changes, self._root) or None,
            )
        ]

    def _why(self, finished: RunFinished) -> list[Update]:
        """Why a run that did not complete has ended; one that failed is an error of its message."""
        if finished.status == "completed" or (finished.status == "failed" and not self.again):
            return []
        if finished.reason in ("user", "paused"):
            return []
        return [message_chunk(localized_error(why_finished(finished), self._language))]


def plan_update(items: tuple[PlanStep, ...]) -> list[Update]:
    return (
        [update_plan([plan_entry(item.text, status=_STATES[item.state]) for item in items])] if items else []
    )


def message_chunk(text: str, message: str | None = None) -> AgentMessageChunk:
    update = update_agent_message_text(text)
    update.message_id = message
    return update


def thought_chunk(text: str, message: str | None = None) -> AgentThoughtChunk:
    return AgentThoughtChunk(
        session_update="agent_thought_chunk", content=text_block(text), message_id=message
    )


def undone_text(undone: Undone, language: Language) -> str:
    """What an undo did, in a few lines."""
    back = [code(file.path) for file in undone.files if file.change != "deleted"]
    gone = [code(file.path) for file in undone.files if file.change == "deleted"]
    lines = [("redone", [*back, *gone])] if undone.redo else [("restore", back), ("remove", gone)]
    lines.append(("conflicts", [code(path) for path in undone.conflicts]))
    told = [
        localized(f"acp.undone.{name}", language, paths=", ".join(paths)) for name, paths in lines if paths
    ]
    return "\n\n".join(told)
