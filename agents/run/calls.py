"""Carries out the calls of a turn, one after the other: checked, decided, snapshotted, executed.

What is written before and after each of these steps makes it safe to die between any two of them.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import msgspec

from agents.api import Approver, Outcome, Tool, ToolContext
from agents.context.results import ResultText, head_and_tail, result_text
from agents.context.token_counter import Meter
from agents.events import Approval, ResultStatus, RetryChoice, SnapshotTaken, ToolCalled, ToolResult
from agents.permissions.values import Effects, Grants, ToolFacts
from agents.run import prompts
from agents.run.approving import Approvals, Approved
from agents.run.background import BackgroundWork, is_quick
from agents.run.checking import Checker
from agents.run.left_by_servers import Moved, set_aside
from agents.run.ports import Ports
from agents.run.reaching import Reaching, Way
from agents.run.reading import Answer as ReadAnswer
from agents.run.reading import Reading
from agents.run.record import Record
from agents.run.resuming import changes_of, surely_not_begun
from agents.run.state import OpenCall, canonical
from agents.run.tool_executor import GRACE, Carried, carried_out
from agents.run.workspace_check import Standing
from agents.sandbox.inside.autorun_files import told
from agents.snapshots.snapshots import Snapshots
from engine.errors import UserError
from engine.values import ToolCall

# The requested state of the run: "" to go on, "paused" to end resumably, "user" to end now.
Wish = Literal["", "paused", "user"]
# How often a call is carried out whose hosts are allowed one after the other.
_MOST_TRIES = 3
# Limits that end the run within the calls of a turn; the others end it after them.
_ENDS_CALLS = ("calls", "errors", "time")
# A model may call a tool by any name; a longer one is cut.
_LONGEST_NAME = 200
# Characters of a result that are shown when its tokens cannot be counted.
_UNCOUNTED = 1500
# Calls that are carried out at the same time; the others wait.
MOST_BESIDE = 4


class _Decided(msgspec.Struct, frozen=True):
    """A call that is allowed, and is carried out together with others."""

    call: OpenCall
    tool: Tool
    arguments: dict[str, Any]
    way: Way


class Calls:
    """Carries out the open calls of the record.

    `giving_up`: a tool that runs is not waited for any more; `grace` is how long it may take to give up,
    seconds. `background` is what goes on in the background.
    """

    def __init__(
        self,
        record: Record,
        tools: Sequence[Tool],
        approver: Approver,
        grants: Grants,
        snapshots: Snapshots | None,
        tool_context: ToolContext,
        meter: Meter,
        context: int,
        wish: Callable[[], Wish],
        giving_up: Callable[[], bool],
        *,
        grace: float = GRACE,
        clock: Callable[[], float] = time.monotonic,
        background: BackgroundWork,
    ) -> None:
        self._record, self._snapshots, self._tool_context, self._wish = record, snapshots, tool_context, wish
        self._giving_up = giving_up
        self._meter, self._context, self._grace, self._clock = meter, context, grace, clock
        self._approver = approver
        self._approvals = Approvals(record, approver, grants, snapshots, tool_context, lambda: bool(wish()))
        self._reaching = Reaching(record, self._approvals)
        self._reading = Reading(record, self._approvals)
        self._ports = Ports(record, self._approvals, tool_context.commands, tool_context.sandbox)
        self._tools = {tool.name: tool for tool in tools}
        self._background = background
        self._checker = Checker(tools)
        self._standing = Standing(tool_context.workspace.root)
        # Corrections of the calls that wait.
        self._changed: dict[str, tuple[str, ...]] = {}
        self._beside: list[_Decided] = []

    @property
    def facts(self) -> Mapping[str, ToolFacts]:
        return {name: tool.facts for name, tool in self._tools.items()}

    def write_down(self) -> None:
        """Record the calls of the last turn, one by one, as they will be carried out."""
        while self._record.state.unwritten:
            checked = self._checker.checked(self._record.state.unwritten[0])
            tool = self._tools.get(checked.name)
            name = f"c{self._record.state.calls + 1}"
            self._changed[name] = checked.changed
            server = tool.server if tool else ""
            self._record.append(
                ToolCalled(
                    self._record.state.step, name, checked.name[:_LONGEST_NAME], checked.arguments, server
                )
            )

    def carry_out(self, again: Mapping[str, RetryChoice]) -> None:
        """Carry out all open calls, until none is left or the run is to end.

        `again`: the choices for interrupted calls. Raises UserError `run.workspace_gone`.
        """
        while self._record.state.open and self._wish() != "paused":
            self._standing.check()
            decided = {one.call.call for one in self._beside}
            call = next((call for call in self._record.state.open if call.call not in decided), None)
            tool = self._tools.get(call.name) if call is not None else None
            if self._beside and not (tool is not None and tool.facts.side_by_side and not self._wish()):
                self._do_beside()
            elif call is None:
                return
            elif self._wish() == "user":
                self._result(call, Outcome(prompts.ENDED, "skipped"))
            else:
                self._next(call, again.get(call.call, "skip"))

    def _next(self, call: OpenCall, choice: RetryChoice) -> None:
        checked = self._checker.checked(ToolCall(call.call, call.name, call.arguments))
        tool, arguments = self._tools.get(checked.name), checked.arguments
        if call.approval == "denied":
            self._result(call, Outcome(_refused(call.by, call.message), "denied"))
        elif call.approval == "allowed" and (tool is None or isinstance(arguments, str)):
            self._interrupted(call)
        elif checked.problem or tool is None or isinstance(arguments, str):
            self._result(call, Outcome(checked.problem, "error"))
        elif (reason := self._record.ended()) in _ENDS_CALLS and call.approval != "allowed":
            self._result(call, Outcome(prompts.over_budget(reason), "skipped"))
        elif (call.name, canonical(call.arguments)) in self._record.state.refused:
            refused = Approval(call.call, "denied", "user", "once", ("refused_before",))
            self._record.append(refused)
            self._result(call, Outcome(prompts.REFUSED_BEFORE, "denied"))
        elif call.approval == "" and self._is_double(call, tool.facts):
            self._result(call, Outcome(prompts.SAME_CALL_IN_TURN, "skipped"))
        else:
            self._decide(call, tool, arguments, choice)

    def _is_double(self, call: OpenCall, facts: ToolFacts) -> bool:
        """Whether the turn has made the same call before, with nothing since that may have changed its
        result.

        A file that is read, changed and read again is read twice.
        """
        if facts.polling:
            return False
        meant = canonical(call.arguments, facts.volatile)
        for one in self._beside:
            if one.call.name == call.name and canonical(one.arguments, facts.volatile) == meant:
                return True
        for done in reversed(self._record.state.recent):
            if done.step != call.step:
                break
            if done.name == call.name and canonical(done.arguments, facts.volatile) == meant:
                return True
            tool = self._tools.get(done.name)
            if tool is not None and not tool.facts.read_only and done.status not in ("denied", "skipped"):
                break
        return False

    def _decide(self, call: OpenCall, tool: Tool, arguments: dict[str, Any], choice: RetryChoice) -> None:
        effects = self._effects(call, tool, arguments)
        if effects is None:
            return
        approved: Approved | None
        if call.approval == "allowed" and self._may_have_begun(call, effects, tool.facts):
            if choice == "skip":
                self._interrupted(call)
                return
            approved = self._approvals.once_more(call, tool, arguments, effects)
        else:
            approved = self._approvals.of(call, tool, arguments, effects)
            while approved is not None and approved.by_person:
                # What was approved must be what is done: a file may have changed while the question was open.
                now = self._effects(call, tool, arguments)
                if now is None:
                    return
                if now == effects:
                    break
                effects = now
                approved = self._approvals.of(call, tool, arguments, effects)
        if approved is None:
            return
        approval = approved.approval
        self._record.append(approval)
        if approval.decision == "allowed" and tool.facts.side_by_side:
            self._beside.append(_Decided(call, tool, arguments, Way(approved.hosts, approved.network)))
        elif approval.decision == "allowed":
            self._do(call, tool, arguments, effects, approved)
        else:
            self._result(call, Outcome(_refused(approval.by, approval.message), "denied"))

    def _effects(self, call: OpenCall, tool: Tool, arguments: dict[str, Any]) -> Effects | None:
        """The effects of the call now; None when working them out failed, which is the result."""
        try:
            return tool.effects(arguments, self._here_for(call))
        except Exception as error:  # A third-party tool: its failure ends the call, not the run
            told = f"The call could not be understood: {type(error).__name__}: {error}"
            self._result(call, Outcome(told[:2000], "error"))
            return None

    def _may_have_begun(self, call: OpenCall, effects: Effects, facts: ToolFacts) -> bool:
        """Whether an allowed call may have had an effect; read-only calls can be repeated."""
        kept_first = self._snapshots is not None and surely_not_begun(call, effects, facts)
        return not facts.read_only and not kept_first

    def _interrupted(self, call: OpenCall) -> None:
        """What the model is told of a call that was interrupted and is not repeated."""
        changes = changes_of(self._record.journal.entries(), call.call)
        # File names are untrusted text.
        self._result(call, Outcome(prompts.interrupted(changes), "interrupted", untrusted=bool(changes)))

    def _do(
        self, call: OpenCall, tool: Tool, arguments: dict[str, Any], effects: Effects, approved: Approved
    ) -> None:
        """Snapshot what the call may change, carry it out, and record its changes.

        One that a host was refused to is carried out again, once a person allows the host, where nothing came of the
        first try.
        """
        led = self._ports.of(call, tool, arguments, effects)
        if led is None:
            return
        if led.refused is not None:
            self._result(call, led.refused)
            return
        once, line = self._reaching.way_of(call), led.line
        aside: Moved = []
        way = Way((*approved.hosts, *once.hosts), approved.network or once.network, led.ports)
        for tries in range(_MOST_TRIES):
            tried = self._tried(_Decided(call, tool, arguments, way), effects, aside, again=tries > 0)
            if tried is None:
                return
            carried, after = tried
            untouched = after is not None and not (after.files or after.attributes or after.uncovered)
            answer = None
            reading = self._ask_to_read(call, tool, arguments, effects, carried.outcome, untouched, tries)
            if reading.line:
                line = reading.line
            if reading.again:
                continue
            if carried.outcome.refused and not self._wish():
                if after is not None and not untouched:
                    self._record.append(after)
                    after = None
                untouched = untouched and tries + 1 < _MOST_TRIES
                answer = self._reaching.ask(
                    call, tool, arguments, effects, carried.outcome, untouched=untouched
                )
                line = answer.line
            if answer is None or answer.again is None or self._wish():
                break
            way = Way((*way.hosts, *answer.again.hosts), way.network or answer.again.network, way.ports)
        self._reading.done()
        self._approvals.reached(carried.outcome.reached)
        if after is not None:
            self._record.append(after)
        notes = (line, *(f"[{each}]" for each in told(aside)))
        text = "\n\n".join(filter(None, (carried.outcome.text, *notes)))
        outcome = msgspec.structs.replace(carried.outcome, text=text)
        self._result(call, outcome, carried.seconds, carried.waited)

    def _tried(
        self, one: _Decided, effects: Effects, aside: Moved, *, again: bool
    ) -> tuple[Carried, SnapshotTaken | None] | None:
        """Carry it out between two looks at what it may change, at which commands in the background stand still; None
        where the first of them failed, which is the result."""
        quick, facts, released = is_quick(effects), one.tool.facts, self._approvals.released
        with contextlib.ExitStack() as still:
            still.enter_context(self._background.still(effects, facts, released, goes_on=not quick))
            if not self._kept_first(one.call, effects, facts, again=again):
                return None
            if not quick:
                still.close()
            carried = self._carried(one)
            if not quick:
                still.enter_context(self._background.still(effects, facts, released, went_on=True))
            mends = effects.kind == "mcp" and not effects.url
            return carried, self._changes(one.call.call, aside if mends else None)

    def _ask_to_read(
        self,
        call: OpenCall,
        tool: Tool,
        arguments: dict[str, Any],
        effects: Effects,
        outcome: Outcome,
        untouched: bool,
        tries: int,
    ) -> ReadAnswer:
        """Whether a command may read what it failed for. One that asked for a host is asked about that alone."""
        if not outcome.unseen or outcome.refused or outcome.reached or self._wish():
            return ReadAnswer()
        untouched = untouched and tries + 1 < _MOST_TRIES
        return self._reading.ask(call, tool, arguments, effects, outcome, untouched=untouched)

    def _kept_first(self, call: OpenCall, effects: Effects, facts: ToolFacts, *, again: bool) -> bool:
        """Whether what the call may change is kept; else that is its result. `again`: nothing has changed since that
        was recorded."""
        if self._snapshots is None:
            return True
        try:
            before = self._snapshots.before(call.call, effects, facts)
        except (UserError, OSError) as error:
            why = error.code if isinstance(error, UserError) else error.strerror or type(error).__name__
            self._result(call, Outcome(prompts.NOT_KEPT.format(why=why), "error"))
            return False
        if before is not None and not again:
            self._record.append(before)
        return True

    def _do_beside(self) -> None:
        """Carry out the calls that are decided, at the same time, and record their results."""
        decided, self._beside = self._beside, []
        with ThreadPoolExecutor(min(len(decided), MOST_BESIDE), thread_name_prefix="beside") as pool:
            carried = list(pool.map(lambda one: self._carried(one, len(decided)), decided))
        # A person's time counts against none of them: it is taken off with the first result.
        for one, each in sorted(zip(decided, carried, strict=True), key=lambda pair: -pair[1].waited):
            if not (each.outcome.goes_on and self._wish() == "paused"):
                self._result(one.call, each.outcome, each.seconds, each.waited)

    def _carried(self, one: _Decided, beside: int = 1) -> Carried:
        return carried_out(
            one.tool,
            one.arguments,
            msgspec.structs.replace(self._here_for(one.call, one.way), beside=beside),
            self._giving_up,
            seconds_left=self._record.seconds_left(),
            grace=self._grace,
            clock=self._clock,
        )

    def _changes(self, call: str, aside: Moved | None) -> SnapshotTaken | None:
        """Record the changes; if that fails now, they are recorded when the run is resumed. What other programs would
        carry out of them is set `aside`, where that is given, and added to it.
        """
        snapshots = self._snapshots
        if snapshots is None:
            return None

        def mended(taken: SnapshotTaken) -> bool:
            if aside is not None:
                root, released = self._tool_context.workspace.root, self._approvals.released()
                aside.extend(set_aside(root, taken.files, snapshots.content, released))
            return bool(aside)

        with contextlib.suppress(UserError, OSError):
            return snapshots.after(call, mended)
        return None

    def _here_for(self, call: OpenCall, way: Way = Way()) -> ToolContext:  # noqa: B008
        return msgspec.structs.replace(
            self._tool_context,
            kept=self._record.journal.kept,
            network=way.network,
            hosts=way.hosts,
            ports=way.ports,
            released=self._approvals.released(),
            tainted=self._record.state.tainted,
            readable=tuple(dict.fromkeys((*self._tool_context.readable, *self._reading.allowed()))),
            approver=self._approver,
            run=self._record.journal.run,
            call=call.call,
        )

    def _result(self, call: OpenCall, outcome: Outcome, seconds: float = 0.0, waited: float = 0.0) -> None:
        text = "\n\n".join(filter(None, (outcome.text, prompts.put_right(self._changed.pop(call.call, ())))))
        shown = self._shown(call, text, outcome.status)
        self._record.append(
            ToolResult(
                call.call,
                outcome.status,
                shown.text,
                shown.handle,
                len(text.encode("utf-8", "surrogatepass")),
                seconds,
                outcome.untrusted,
                outcome.summary,
                outcome.diff,
                waited,
                outcome.own,
            )
        )

    def _shown(self, call: OpenCall, text: str, status: ResultStatus) -> ResultText:
        """As much of a result as the context holds.

        What was done must be reported even when the model is gone.
        """
        page = ToolCalled(call.step, call.call, call.name, call.arguments) if status == "ok" else None
        try:
            tool = self._tools.get(call.name)
            most = tool.facts.most_tokens if tool is not None else 0
            return result_text(text, self._meter, self._context, self._record.journal, page, most)
        except UserError as error:
            if error.code.startswith("store."):
                raise
        if len(text) <= _UNCOUNTED:
            return ResultText(text)
        handle = self._record.journal.keep(text)
        return ResultText(head_and_tail(text, _UNCOUNTED // 2, _UNCOUNTED // 2, handle), handle)


def _refused(by: str, message: str) -> str:
    """What the model is told of a refused call: a person's words need ours around them."""
    return prompts.denied(message) if by == "user" else message or prompts.NOBODY
