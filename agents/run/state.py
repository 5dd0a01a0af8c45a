"""State of a run: a pure fold of its journal, the same live, replayed and resumed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from agents.budget import Budget
from agents.events import (
    Approval,
    ContextTrimmed,
    Entry,
    HookRan,
    Mode,
    ModelTurn,
    PlanWritten,
    ResultStatus,
    RunEvent,
    RunFinished,
    RunResumed,
    RunStarted,
    SnapshotTaken,
    SubagentFinished,
    ToolCalled,
    ToolResult,
    keeps_time,
)
from agents.plan import PLAN_TOOL, PlanStep, steps_of
from engine.values import ToolCall, Usage

# Number of results and turns that are remembered to find repeats in.
REMEMBERED = 24
# Texts shorter than this may be repeated ("Let me look."); characters.
_LONG_ENOUGH = 80
_BYTES_PER_TOKEN = 4
# After this many results without a repeat a loop is forgotten.
_FORGIVEN = 8


class Used(msgspec.Struct, frozen=True):
    """Usage of the budget since the start or the last resumption.

    `errors` and `malformed` are consecutive.
    """

    steps: int = 0
    seconds: float = 0.0
    tokens: int = 0
    calls: int = 0
    errors: int = 0
    malformed: int = 0

    def ended(self, budget: Budget) -> str:
        """The limit that is reached, as a reason of `RunFinished`; "" while there is something left."""
        for name in ("malformed", "errors", "steps", "calls", "tokens", "seconds"):
            limit = getattr(budget, name)
            if limit and getattr(self, name) >= limit:
                return "time" if name == "seconds" else name
        return ""


class OpenCall(msgspec.Struct, frozen=True):
    """A call without a result.

    `approval` is the last that was written of it; `began`: a snapshot was taken, so it may have begun.
    """

    step: int
    call: str
    name: str
    arguments: dict[str, Any] | str
    server: str = ""
    approval: Literal["", "asked", "allowed", "denied"] = ""
    by: str = ""
    message: str = ""
    began: bool = False


class Done(msgspec.Struct, frozen=True):
    """A call with its result, reduced to what detects repeats.

    `text` is a digest; `rough` one of the text without its digits, "" where that is the same.
    """

    step: int
    call: str
    name: str
    arguments: dict[str, Any] | str
    status: ResultStatus
    text: str
    rough: str


class RunState(msgspec.Struct, frozen=True):
    """The state after some entries of the journal. `step` is the last turn's number, `calls` the number of
    all calls.

    `spent` is what was used before the last resumption, `delegated` how many calls those runs made that it gave tasks
    to.

    `unwritten` are calls of the last turn that are not in the journal one by one yet; `open` those that are,
    without a result.

    `empties` counts turns in a row that said nothing. `said` is the last text that was not empty, `parts` the
    answer under way: several texts where one was cut off and gone on with; `cut`: the last whole turn was.

    `refused` are calls that the user did not allow, by name and arguments, since the run was last resumed.

    `repeats` counts what was done about a loop, `since_repeat` the results since; `recent` are the last
    results and `texts` digests of the last turns' texts, "" for short ones. `finished` is None while it runs,
    `time` the last event's; `waits`: for a person.

    `usage` is that of all turns since the start.

    `changed`: files were changed since hooks for that ran, `changed_any`: since the start or the last completion.
    `hooks` counts those that ran, `held_at_end`: one before the end has failed, and the run went on.

    `plans`: a plan comes first. `plan` is the last event about it, `steps` the plan that the model shows.
    """

    started: RunStarted | None = None
    mode: Mode = "ask"
    budget: Budget = Budget()
    used: Used = Used()
    spent: Used = Used()
    step: int = 0
    calls: int = 0
    delegated: int = 0
    unwritten: tuple[ToolCall, ...] = ()
    open: tuple[OpenCall, ...] = ()
    empties: int = 0
    said: str = ""
    parts: tuple[str, ...] = ()
    cut: bool = False
    refused: tuple[tuple[str, str], ...] = ()
    tainted: bool = False
    repeats: int = 0
    since_repeat: int = 0
    recent: tuple[Done, ...] = ()
    texts: tuple[str, ...] = ()
    finished: RunFinished | None = None
    time: float = 0.0
    waits: bool = False
    usage: Usage = Usage()
    plans: bool = False
    changed: bool = False
    changed_any: bool = False
    hooks: int = 0
    held_at_end: bool = False
    plan: PlanWritten | None = None
    steps: tuple[PlanStep, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> RunState:
        state = cls()
        for entry in entries:
            state = state.after(entry)
        return state

    def after(self, entry: Entry) -> RunState:
        """The state after this event.

        Time counts from event to event, except between a question and its answer, and while nothing ran.
        """
        event = entry.event
        if not keeps_time(event):
            return self._with(event)
        idle = self.waits or self.finished is not None or isinstance(event, RunStarted | RunResumed)
        waited = event.waited if isinstance(event, ToolResult) else 0.0
        seconds = 0.0 if idle else max(0.0, entry.time - self.time - waited)
        used = msgspec.structs.replace(self.used, seconds=self.used.seconds + seconds)
        waits = (isinstance(event, Approval) and event.decision == "asked") or (
            isinstance(event, PlanWritten) and event.waits
        )
        moved = msgspec.structs.replace(self, used=used, time=entry.time, waits=waits)
        return moved._with(event)

    def open_call(self, call: str) -> OpenCall | None:
        return next((one for one in self.open if one.call == call), None)

    def _with(self, event: RunEvent) -> RunState:
        change = msgspec.structs.replace
        if isinstance(event, RunStarted):
            return change(
                self,
                started=event,
                mode=event.mode,
                budget=event.budget,
                tainted=event.tainted,
                plans=event.plan,
            )
        if isinstance(event, RunResumed):
            completed = self.finished is not None and self.finished.status == "completed"
            if event.plan or completed:
                self = change(self, plans=event.plan, plan=None, steps=())  # the plan before is over
            return change(
                self,
                started=self._started_with(event),
                mode=event.mode or self.mode,
                budget=event.budget,
                used=Used(),
                spent=self.total,
                finished=None,
                empties=0,
                repeats=0,
                recent=(),
                texts=(),
                parts=(),
                refused=(),
                changed_any=self.changed_any and not completed,
                held_at_end=False,
            )
        if isinstance(event, ModelTurn):
            return self._with_turn(event)
        if isinstance(event, ToolCalled):
            made = OpenCall(event.step, event.call, event.name, event.arguments, event.server)
            return change(self, calls=self.calls + 1, unwritten=self.unwritten[1:], open=(*self.open, made))
        if isinstance(event, Approval):
            known = self.open_call(event.call)
            if known is not None and known.approval == "allowed" and "hosts" in event.reasons:
                return self  # about what the call, which is carried out, could not reach
            return self._with_call(event.call, approval=event.decision, by=event.by, message=event.message)
        if isinstance(event, SnapshotTaken):
            return self._with_snapshot(event)
        if isinstance(event, HookRan):
            return change(
                self,
                hooks=self.hooks + 1,
                changed=self.changed and event.when != "change",
                held_at_end=self.held_at_end or event.again,
            )
        if isinstance(event, ToolResult):
            return self._with_result(event)
        if isinstance(event, ContextTrimmed):
            return self._with_trim(event)
        if isinstance(event, PlanWritten):
            return change(self, plan=event, steps=() if event.state == "rejected" else self.steps)
        if isinstance(event, SubagentFinished):
            return self._with_subagent(event)
        if isinstance(event, RunFinished):
            return change(self, finished=event)
        return self

    @property
    def is_planning(self) -> bool:
        """Whether a plan comes first, and nothing is approved yet."""
        return self.plans and (self.plan is None or self.plan.state != "approved")

    @property
    def acting_mode(self) -> Mode:
        """The mode that counts now: until a plan is approved, the run only reads."""
        return "read" if self.is_planning else self.mode

    @property
    def approved(self) -> tuple[str, ...]:
        """The steps of the plan that a person approved."""
        return self.plan.items if self.plan is not None and self.plan.state == "approved" else ()

    def _started_with(self, event: RunResumed) -> RunStarted | None:
        if self.started is None or not event.context:
            return self.started
        return msgspec.structs.replace(
            self.started, tools=event.tools, system=event.system, context=event.context
        )

    def _with_call(self, call: str, **fields: Any) -> RunState:
        calls = tuple(
            msgspec.structs.replace(one, **fields) if one.call == call else one for one in self.open
        )
        return msgspec.structs.replace(self, open=calls)

    def _with_snapshot(self, taken: SnapshotTaken) -> RunState:
        """What hooks change does not call for hooks."""
        began = self._with_call(taken.call, began=True)
        if taken.phase == "before" or not taken.files or taken.call.startswith("h"):
            return began
        return msgspec.structs.replace(began, changed=True, changed_any=True)

    def _with_turn(self, turn: ModelTurn) -> RunState:
        used = msgspec.structs.replace(self.used, tokens=self.used.tokens + _written(turn))
        usage = self.usage.plus(turn.usage)
        if not turn.is_whole:
            return msgspec.structs.replace(self, used=used, usage=usage)
        cut = is_cut_in_call(turn)
        used = msgspec.structs.replace(used, steps=used.steps + 1, malformed=used.malformed + cut)
        said = turn.content.strip()
        is_empty = not said and not turn.tool_calls and not cut
        goes_on = self.cut
        parts = (*self.parts, turn.content) if goes_on else (turn.content,)
        return msgspec.structs.replace(
            self,
            used=used,
            usage=usage,
            step=turn.step,
            unwritten=() if turn.final else turn.tool_calls,
            empties=self.empties + 1 if is_empty else 0,
            said=said or self.said,
            parts=() if turn.tool_calls else parts,
            cut=turn.finish_reason == "length",
            texts=(*self.texts, digest(said) if len(said) >= _LONG_ENOUGH else "")[-REMEMBERED:],
        )

    def _with_result(self, result: ToolResult) -> RunState:
        made = self.open_call(result.call)
        if made is None:
            return self
        used, status, steps = self.used, result.status, self.steps
        was_malformed = status == "error" and not made.approval
        refused = status == "denied" and made.by != "user"
        if status == "ok":
            used = msgspec.structs.replace(used, errors=0, malformed=0)
            if made.name == PLAN_TOOL:
                steps = steps_of(made.arguments)
        elif was_malformed:
            used = msgspec.structs.replace(used, malformed=used.malformed + 1)
        elif refused or status in ("error", "timeout"):
            used = msgspec.structs.replace(used, errors=used.errors + 1, malformed=0)
        refusals = self.refused
        if status == "denied" and made.by == "user":
            refusals = (*refusals, (made.name, canonical(made.arguments)))[-REMEMBERED:]
        if made.approval == "allowed":
            used = msgspec.structs.replace(used, calls=used.calls + 1)
        done = Done(
            made.step, made.call, made.name, made.arguments, status, digest(result.text), rough(result.text)
        )
        return msgspec.structs.replace(
            self,
            used=used,
            open=tuple(one for one in self.open if one.call != result.call),
            tainted=self.tainted or (result.untrusted and not result.own),
            refused=refusals,
            recent=(*self.recent, done)[-REMEMBERED:],
            since_repeat=self.since_repeat + 1,
            steps=steps,
        )

    def _with_trim(self, trim: ContextTrimmed) -> RunState:
        if trim.by_model:
            written = self.used.tokens + trim.usage.completion_tokens
            used = msgspec.structs.replace(self.used, tokens=written)
            return msgspec.structs.replace(self, used=used, usage=self.usage.plus(trim.usage))
        if trim.reason != "loop" and trim.about != "loop":
            return self
        taken_out = set(trim.calls) if trim.reason == "loop" else set()
        return msgspec.structs.replace(
            self,
            repeats=self.patience + 1,
            since_repeat=0,
            recent=tuple(done for done in self.recent if done.call not in taken_out),
            texts=(),
        )

    def _with_subagent(self, ended: SubagentFinished) -> RunState:
        tokens, calls = max(0, ended.tokens), max(0, ended.calls)
        used = msgspec.structs.replace(
            self.used, tokens=self.used.tokens + tokens, calls=self.used.calls + calls
        )
        return msgspec.structs.replace(self, used=used, delegated=self.delegated + calls)

    @property
    def total(self) -> Used:
        """What the whole run has used."""
        names = ("steps", "seconds", "tokens", "calls")
        return Used(**{name: getattr(self.spent, name) + getattr(self.used, name) for name in names})

    def totalled(self, finished: RunFinished, seconds: float = 0.0) -> RunFinished:
        """The end with what the run took; `seconds` have passed since the last event."""
        total = self.total
        return msgspec.structs.replace(
            finished,
            tokens=total.tokens,
            seconds=round(total.seconds + seconds, 3),
            calls=self.calls + self.delegated,
            read=self.usage.prompt_tokens,
            cached=self.usage.cached_tokens,
            joules=self.usage.joules,
        )

    @property
    def patience(self) -> int:
        """How often a loop was broken recently; forgotten after some results."""
        return 0 if self.since_repeat >= _FORGIVEN else self.repeats


def is_cut_in_call(turn: ModelTurn) -> bool:
    """Whether the turn was cut off inside a call, leaving no complete call to carry out."""
    return not turn.tool_calls and ended_in_call(turn)


def ended_in_call(turn: ModelTurn) -> bool:
    """Whether the turn ended inside a call."""
    return any(notice.code == "tools.cut_in_call" for notice in turn.notices)


def canonical(arguments: dict[str, Any] | str, volatile: Sequence[str] = ()) -> str:
    """Canonical text of arguments: keys sorted, without those that make no difference."""
    if isinstance(arguments, str):
        return arguments.strip()
    meant = {key: value for key, value in arguments.items() if key not in volatile}
    return json.dumps(meant, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def rough(text: str) -> str:
    """The digest of a text without its digits, in which times and counters differ; "" for a text without any."""
    letters = "".join(char for char in text if not char.isdigit())
    return digest(letters) if len(letters) != len(text) else ""


def _written(turn: ModelTurn) -> int:
    """Tokens that the model generated; estimated when a server does not report them."""
    said = len(turn.content) + len(turn.reasoning)
    return turn.usage.completion_tokens or -(-said // _BYTES_PER_TOKEN)
