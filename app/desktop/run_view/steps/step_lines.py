"""The lines of a run's page, folded from its journal one entry after the other. Without Qt.

The same entries give the same lines, whether they come live or years later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Literal

import msgspec

from agents.events import (
    Approval,
    Background,
    ContextTrimmed,
    Entry,
    FileChange,
    HookRan,
    ModelTurn,
    PlanWritten,
    ResultStatus,
    RunFinished,
    RunResumed,
    RunStarted,
    SnapshotTaken,
    SubagentFinished,
    SubagentStarted,
    ToolCalled,
    ToolResult,
    Undone,
)
from agents.plan import beside_list
from app.services.runs.reasons import reason_of
from engine.errors import ErrorInfo

Undoing = Literal["", "possible", "undone"]
# Of a call without a result: it goes on, it waits for the run to go on, or it was under way when the program ended.
Standing = Literal["", "waits", "interrupted"]

# Reasons of questions about what a call needs besides, once it has run.
_OF_MORE = frozenset({"hosts", "reads_outside"})


class CallLine(msgspec.Struct, frozen=True):
    """One call and what came of it. `seq` is the place of the call in the journal, `last` that of the last event
    about it: undoing what came after `last` goes back to here. `step` is its turn, `number` the place of that among
    those that are shown.

    `reasoning`, `content` and `thought_s` are those of the turn, at the first of its calls alone.
    `status` is "" while there is no result, and `standing` says what is with it then. `undoing` says whether what it
    did to files can be put back; `undo` that this, and `back` that what came behind it, can be asked for now.
    `child` is the run that it gave its task to, 0 for none, `child_model` its model where that is another one,
    `child_ended` how that ended, and `inner` are its lines.
    """

    seq: int
    last: int
    step: int
    call: str
    name: str
    arguments: dict[str, Any] | str
    server: str = ""
    first: bool = True
    reasoning: str = ""
    content: str = ""
    thought_s: float = 0.0
    decision: Literal["", "asked", "allowed", "denied"] = ""
    by: str = ""
    scope: str = ""
    told: str = ""
    status: ResultStatus | Literal[""] = ""
    standing: Standing = ""
    text: str = ""
    handle: str = ""
    bytes: int = 0
    seconds: float = 0.0
    foreign: bool = False
    summary: str = ""
    diff: str = ""
    files: tuple[FileChange, ...] = ()
    uncovered: int = 0
    undoing: Undoing = ""
    undo: bool = False
    back: bool = False
    number: int = 0
    child: int = 0
    child_model: str = ""
    child_ended: SubagentFinished | None = None
    inner: tuple[Line, ...] = ()


class ThoughtLine(msgspec.Struct, frozen=True):
    """A turn that made no call: what it thought, and `error` where it broke off; `number` as of a call."""

    seq: int
    step: int
    reasoning: str
    seconds: float
    tokens: int
    error: ErrorInfo | None = None
    number: int = 0


class WordsLine(msgspec.Struct, frozen=True):
    """What the model said before its calls, where that has a line of its own, or before it was told to go on."""

    seq: int
    text: str


class QuietLine(msgspec.Struct, frozen=True):
    """Something that was done to the run, told in one sentence. `code` is "results", "turns", "loop", "nudge_loop",
    "nudge_empty", "nudge_cut", "nudge_plan", "nudge_left", "plan_edited", "plan_approved", "plan_rejected", "left",
    "tools", "final", "reasoning", "resumed", "hook_ok", "hook_failed", "hook_timeout", "hook_error",
    "hook_still", "nested", "undone", "dropped", "redone" or "took"; `count` how many, `ended` what it took, `names`
    the steps that are left, the command of a hook, or the file of instructions."""

    seq: int
    code: str
    count: int = 0
    ended: RunFinished | None = None
    names: tuple[str, ...] = ()


class SaidLine(msgspec.Struct, frozen=True):
    """What the user said when the run went on."""

    seq: int
    text: str


class AnswerLine(msgspec.Struct, frozen=True):
    """The model's word at an end of the run."""

    seq: int
    text: str


class EndLine(msgspec.Struct, frozen=True):
    """Why the run ended there, where it did not answer by itself."""

    seq: int
    reason: str
    status: str
    error: ErrorInfo | None = None


Line = CallLine | ThoughtLine | WordsLine | QuietLine | SaidLine | AnswerLine | EndLine


class StepLines:
    """Holds the lines. `add` takes entries in order and tells which lines are new or changed, by index. `finished` is
    how the run ended, None while it goes on. In a chat (`in_chat`) its ends have no lines, since they are the
    answer's, and what the model says between its calls has lines of its own."""

    def __init__(self, *, in_chat: bool = False) -> None:
        self._in_chat = in_chat
        self.lines: list[Line] = []
        self.task = ""
        self.finished: RunFinished | None = None
        self.seq = 0  # of the last entry
        self._number = 0  # of the last turn that is shown
        self._calls: dict[str, int] = {}
        self._without_result: dict[str, None] = {}
        self._turn: ModelTurn | None = None  # whose first call has not come
        self._said = ""  # by the latest turn, if that has no calls: the answer, unless the run goes on
        self._tools_told = False
        self._back: dict[str, set[str]] = {}  # of each call, the files that were put back
        self._children: dict[int, StepLines] = {}
        self._gave: dict[int, str] = {}  # the call that gave its task to a run
        self._allowed: set[str] = set()

    def add(self, entries: Iterable[Entry]) -> list[int]:
        """Entries that are known already are passed over."""
        changed: dict[int, None] = {}
        for entry in entries:
            if entry.seq > self.seq:
                self.seq = entry.seq
                changed.update(dict.fromkeys(self._add(entry)))
        return sorted(changed)

    def add_child(self, child: int, entries: Iterable[Entry]) -> list[int]:
        """Entries of a run that was given its task here."""
        inner = self._children.setdefault(child, StepLines())
        return self._show_child(child) if inner.add(entries) else []

    def _show_child(self, child: int) -> list[int]:
        line, inner = self.call(self._gave.get(child, "")), self._children.get(child)
        if line is None or inner is None:
            return []
        for call in inner._without_result if line.child_ended is not None else ():
            inner._change(call, standing="interrupted")
        shown = tuple(one for one in inner.lines if not isinstance(one, AnswerLine | SaidLine))
        return self._change(line.call, inner=shown)

    def call(self, call: str) -> CallLine | None:
        index = self._calls.get(call)
        line = None if index is None else self.lines[index]
        return line if isinstance(line, CallLine) else None

    def stand(self, *, under_way: bool, interrupted: Collection[str] = ()) -> list[int]:
        """Tells what is with calls that have no result, which the journal of a run that ended does not say, and what
        can be undone: nothing while the run is under way."""
        changed: list[int] = []
        for call in list(self._without_result):
            standing: Standing = "" if under_way else "interrupted" if call in interrupted else "waits"
            line = self.call(call)
            if line is not None and line.standing != standing:
                changed += self._change(call, standing=standing)
        behind = False  # whether a later call changed files
        for known in reversed(self.lines):
            if not isinstance(known, CallLine):
                continue
            possible = known.undoing == "possible"
            undo, back = possible and not under_way, behind and not under_way
            if (known.undo, known.back) != (undo, back):
                changed += self._change(known.call, undo=undo, back=back)
            behind = behind or possible
        return changed

    @property
    def working(self) -> bool:
        """Whether a call is under way or waits for its turn."""
        return bool(self._without_result)

    def _decided(self, event: Approval) -> list[int]:
        denied = event.decision == "denied"
        if denied and event.call in self._allowed and _OF_MORE.intersection(event.reasons):
            by, scope = ("user", "not_more") if event.by == "user" else ("mode", "")
            return self._change(event.call, decision="allowed", by=by, scope=scope)
        if event.decision == "allowed":
            self._allowed.add(event.call)
        told = event.message if denied else ""
        return self._change(event.call, decision=event.decision, by=event.by, scope=event.scope, told=told)

    def _add(self, entry: Entry) -> list[int]:
        event, seq = entry.event, entry.seq
        match event:
            case RunStarted():
                self.task = event.task
                return []
            case RunResumed():
                self.finished = None
                return self._put(SaidLine(seq, event.message) if event.message else QuietLine(seq, "resumed"))
            case ModelTurn():
                return self._turned(seq, event)
            case ToolCalled():
                return self._called(seq, event)
            case PlanWritten():
                return self._planned(seq, event)
            case Approval():
                return self._decided(event)
            case SnapshotTaken():
                return self._kept(seq, event)
            case ToolResult():
                return self._result(seq, event)
            case ContextTrimmed():
                return self._trim(seq, event)
            case SubagentStarted():
                self._gave[event.child] = event.call
                return self._change(
                    event.call, child=event.child, child_model=event.model
                ) + self._show_child(event.child)
            case SubagentFinished():
                return self._change(event.call, child_ended=event) + self._show_child(event.child)
            case HookRan():
                told = self._went_on(seq, self._said) if event.again else []
                return told + self._put(QuietLine(seq, f"hook_{event.outcome}", names=(event.command,)))
            case RunFinished():
                return self._finished(seq, event)
            case Background():  # shown beside the steps, by its call
                return []
            case Undone():
                return self._undone(seq, event)

    def _put(self, line: Line) -> list[int]:
        self.lines.append(line)
        return [len(self.lines) - 1]

    def _change(self, call: str, **fields: Any) -> list[int]:
        line, index = self.call(call), self._calls.get(call)
        if line is None or index is None:
            return []
        self.lines[index] = msgspec.structs.replace(line, **fields)
        return [index]

    def _went_on(self, seq: int, said: str) -> list[int]:
        """What would have been the answer is told where it was said."""
        self._said = ""
        return self._put(WordsLine(seq, said)) if said else []

    def _turned(self, seq: int, turn: ModelTurn) -> list[int]:
        self._said = turn.content.strip() if turn.is_whole and not turn.tool_calls else ""
        self._turn = turn if turn.is_whole and turn.tool_calls else None
        if self._turn is not None:
            said = turn.content.strip() if self._in_chat else ""
            return self._put(WordsLine(seq, said)) if said else []
        if (turn.reasoning.strip() and not self._in_chat) or turn.error is not None:
            tokens, seconds = turn.usage.reasoning_tokens, turn.timings.reasoning_s
            self._number += 1
            return self._put(
                ThoughtLine(seq, turn.step, turn.reasoning, seconds, tokens, turn.error, self._number)
            )
        return []

    def _called(self, seq: int, event: ToolCalled) -> list[int]:
        turn, self._turn = self._turn, None
        self._number += turn is not None
        line = CallLine(
            seq,
            seq,
            event.step,
            event.call,
            event.name,
            event.arguments,
            event.server,
            turn is not None,
            number=self._number,
        )
        if turn is not None:
            line = msgspec.structs.replace(
                line,
                reasoning=turn.reasoning,
                content="" if self._in_chat else turn.content,
                thought_s=turn.timings.reasoning_s,
            )
        self._calls[event.call] = len(self.lines)
        self._without_result[event.call] = None
        return self._put(line)

    def _planned(self, seq: int, event: PlanWritten) -> list[int]:
        """What a person made of the plan: one that waits has a card."""
        if event.state == "proposed":
            return self._went_on(seq, beside_list(self._said))
        told = self._put(QuietLine(seq, f"plan_{event.state}", len(event.items)))
        return [*told, *(self._put(SaidLine(seq, event.message)) if event.message else [])]

    def _kept(self, seq: int, event: SnapshotTaken) -> list[int]:
        line = self.call(event.call)
        if line is None:
            return []
        if event.phase == "before":
            return self._change(event.call, uncovered=event.uncovered)
        files = (*line.files, *event.files)
        return self._change(
            event.call, files=files, last=seq, undoing=_undoing(files, self._back.get(event.call))
        )

    def _result(self, seq: int, event: ToolResult) -> list[int]:
        self._without_result.pop(event.call, None)
        return self._change(
            event.call,
            last=seq,
            status=event.status,
            standing="",
            text=event.text,
            handle=event.handle,
            bytes=event.bytes,
            seconds=max(0.0, event.seconds - event.waited),
            foreign=event.untrusted and not event.own,
            summary=event.summary,
            diff=event.diff,
        )

    def _trim(self, seq: int, event: ContextTrimmed) -> list[int]:
        """That the tools are chosen is told once, since the choice changes with most steps, and not of answers: most
        take none."""
        if event.reason == "tools":
            if self._tools_told or self._in_chat:
                return []
            self._tools_told = True
        told = self._went_on(seq, self._said) if event.about in ("plan", "left") else []
        return told + self._put(_trimmed(seq, event))

    def _finished(self, seq: int, event: RunFinished) -> list[int]:
        self.finished = event
        if self._in_chat:
            return []
        changed: list[int] = []
        if event.calls >= 0:
            changed += self._put(QuietLine(seq, "took", ended=event))
        if event.answer.strip():
            changed += self._put(AnswerLine(seq, event.answer))
        if event.left:
            changed += self._put(QuietLine(seq, "left", len(event.left), names=event.left))
        if (reason := reason_of(event)) != "answered":
            changed += self._put(EndLine(seq, reason, event.status, event.error))
        return changed

    def _undone(self, seq: int, event: Undone) -> list[int]:
        changed: list[int] = []
        paths = {change.path for change in event.files}
        for call in event.calls:
            line = self.call(call)
            if line is None:
                continue
            back = self._back.setdefault(call, set())
            back.difference_update(paths) if event.redo else back.update(paths.difference(event.partly))
            changed += self._change(call, undoing=_undoing(line.files, back))
        parts = 0 if event.redo else len(event.partly)
        if paths and event.count > parts:
            changed += self._put(QuietLine(seq, "redone" if event.redo else "undone", event.count - parts))
        if parts:
            changed += self._put(QuietLine(seq, "dropped", parts))
        return changed


def _undoing(files: tuple[FileChange, ...], back: set[str] | None) -> Undoing:
    if not files:
        return ""
    return "undone" if back and all(change.path in back for change in files) else "possible"


def _trimmed(seq: int, event: ContextTrimmed) -> QuietLine:
    if event.about == "nested":
        return QuietLine(seq, "nested", names=event.names)
    if event.reason == "nudge":
        return QuietLine(seq, f"nudge_{event.about or 'loop'}")
    counts = {
        "results": len(event.calls),
        "turns": event.turns,
        "tools": len(event.names),
        "loop": len(event.calls),
    }
    return QuietLine(seq, event.reason, counts.get(event.reason, 0))
