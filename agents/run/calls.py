"""Takes the calls of a turn to their results, one after the other: checked, decided, kept for undoing, carried out.

What is written before and after each of these steps makes it safe to die between any two of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from agents.context.measuring import Meter
from agents.context.results import ResultText, head_and_tail, result_text
from agents.events import Approval, FileChange, ResultStatus, SnapshotTaken, ToolCalled, ToolResult
from agents.permissions.decide import decide
from agents.permissions.question import Question, Verdict
from agents.permissions.request import grant_for, request
from agents.permissions.values import Approver, Grants
from agents.run import words
from agents.run.carrying_out import GRACE, carried_out
from agents.run.checking import Checker
from agents.run.loops import canonical
from agents.run.record import Record
from agents.run.state import OpenCall
from agents.tools.tool import Effects, Here, Outcome, Tool, ToolFacts
from engine.api import ToolCall
from engine.errors import UserError

if TYPE_CHECKING:
    from agents.snapshots.snapshots import Snapshots

# What becomes of a call that was interrupted: carried out again, or left as it is.
Again = Literal["again", "skip"]
# What is wanted of the run: "" to go on, "paused" to end where it can go on, "user" to end now.
Wish = Literal["", "paused", "user"]
# Limits that end the calls of a turn; the others end behind them.
_ENDS_CALLS = ("calls", "errors", "time")
# Characters of a result that are shown when its tokens cannot be counted.
_UNCOUNTED = 1500


class Calls:
    """Carries out the calls that are open in the record. `grace` is how long a tool may take to give up, seconds."""

    def __init__(
        self,
        record: Record,
        tools: Sequence[Tool],
        approver: Approver,
        grants: Grants,
        snapshots: Snapshots | None,
        here: Here,
        meter: Meter,
        context: int,
        wish: Callable[[], Wish],
        *,
        grace: float = GRACE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._record, self._approver, self._grants, self._snapshots = record, approver, grants, snapshots
        self._here, self._meter, self._context, self._wish = here, meter, context, wish
        self._grace, self._clock = grace, clock
        self._tools = {tool.name: tool for tool in tools}
        self._checker = Checker(tools)
        # What was put right in the calls that wait.
        self._changed: dict[str, tuple[str, ...]] = {}

    @property
    def facts(self) -> Mapping[str, ToolFacts]:
        return {name: tool.facts for name, tool in self._tools.items()}

    def write_down(self) -> None:
        """The calls of the last turn, one by one, as they will be carried out."""
        while self._record.state.unwritten:
            call = self._record.state.unwritten[0]
            checked = self._checker.checked(call)
            tool = self._tools.get(checked.name)
            name = f"c{self._record.state.calls + 1}"
            self._changed[name] = checked.changed
            server = tool.server if tool else ""
            self._record.append(
                ToolCalled(self._record.state.step, name, checked.name, checked.arguments, server)
            )

    def carry_out(self, again: Mapping[str, Again]) -> None:
        """All open calls, until there are no more or the run is to end. `again`: as for those that were
        interrupted."""
        while self._record.state.open and self._wish() != "paused":
            call = self._record.state.open[0]
            if self._wish() == "user":
                self._result(call, Outcome(words.ENDED, "skipped"))
            else:
                self._next(call, again)
                if self._record.state.open_call(call.call) is not None:
                    return

    def _next(self, call: OpenCall, again: Mapping[str, Again]) -> None:
        checked = self._checker.checked(ToolCall(call.call, call.name, call.arguments))
        tool = self._tools.get(checked.name)
        if call.approval == "denied":
            self._result(call, Outcome(_refused(call.by, call.message), "denied"))
        elif call.approval == "allowed" and not (tool and tool.facts.read_only):
            self._interrupted(call, tool, again.get(call.call, "skip"))
        elif checked.problem or tool is None or isinstance(checked.arguments, str):
            self._result(call, Outcome(checked.problem, "error"))
        elif (reason := self._record.ended()) in _ENDS_CALLS:
            self._result(call, Outcome(words.over_budget(reason), "skipped"))
        elif self._is_double(call, tool.facts):
            self._result(call, Outcome(words.SAME_CALL_IN_TURN, "skipped"))
        else:
            self._decide(call, tool, checked.arguments)

    def _is_double(self, call: OpenCall, facts: ToolFacts) -> bool:
        """Whether the turn has made this very call before."""
        meant = canonical(call.arguments, facts.volatile)
        return not facts.polling and any(
            done.step == call.step
            and done.name == call.name
            and canonical(done.arguments, facts.volatile) == meant
            for done in self._record.state.recent
        )

    def _decide(self, call: OpenCall, tool: Tool, arguments: dict[str, Any]) -> None:
        here = self._here_for(call)
        try:
            effects = tool.effects(arguments, here)
        except Exception as error:  # somebody else's tool: its trouble ends the call, not the run
            told = f"The call could not be understood: {type(error).__name__}: {error}"
            self._result(call, Outcome(told[:2000], "error"))
            return
        question = self._question(call, tool, arguments, effects)
        verdict = decide(question)
        approval = (
            self._asked(question, verdict, tool.facts) if verdict.action == "ask" else _said(call, verdict)
        )
        if approval is None:
            return
        self._record.append(approval)
        if approval.decision == "allowed":
            if approval.grant:
                self._grants.used(approval.grant)
            self._do(call, tool, arguments, effects, network=verdict.network)
        else:
            self._result(call, Outcome(_refused(approval.by, approval.message), "denied"))

    def _question(self, call: OpenCall, tool: Tool, arguments: dict[str, Any], effects: Effects) -> Question:
        here, state = self._here, self._record.state
        containment: Literal["", "contains", "isolates"] = ""
        if here.sandbox is not None:
            containment = "isolates" if here.sandbox.isolates else "contains"
        return Question(
            run=self._record.journal.run,
            call=call.call,
            tool=tool.name,
            arguments=arguments,
            facts=tool.facts,
            effects=effects,
            mode=state.mode,
            workspace=str(here.workspace.root),
            grants=self._grants.all(),
            sandbox=containment,
            tainted=state.tainted,
            undoable=self._snapshots is not None and self._snapshots.covers(effects, tool.facts),
            server=tool.server,
        )

    def _asked(self, question: Question, verdict: Verdict, facts: ToolFacts) -> Approval | None:
        """What a person decides; None when the run is to end first, and the question waits."""
        asked = request(question, verdict)
        shown: dict[str, Any] = msgspec.to_builtins(asked)
        self._record.append(Approval(question.call, "asked", reasons=verdict.reasons, request=shown))
        decision = self._approver.ask(asked)
        if decision is None:
            if self._wish():
                return None
            return Approval(question.call, "denied", "nobody", reasons=verdict.reasons, message=words.NOBODY)
        if not decision.allow:
            return Approval(
                question.call, "denied", "user", "once", verdict.reasons, message=decision.message
            )
        grant = grant_for(
            asked,
            decision.scope,
            workspace=question.workspace,
            created=time.time(),
            fingerprint=facts.fingerprint,
        )
        if grant is None:
            return Approval(question.call, "allowed", "user", "once", verdict.reasons)
        grant = self._grants.add(grant)
        return Approval(question.call, "allowed", "user", grant.scope, verdict.reasons, grant=grant.id)

    def _do(
        self, call: OpenCall, tool: Tool, arguments: dict[str, Any], effects: Effects, *, network: bool
    ) -> None:
        """Keep what it may change, do it, and note what it changed."""
        if self._snapshots is not None:
            try:
                before = self._snapshots.before(call.call, effects, tool.facts)
            except (UserError, OSError) as error:
                self._result(call, Outcome(words.NOT_KEPT.format(why=_plain(error)), "error"))
                return
            if before is not None:
                self._record.append(before)
        began = self._clock()
        outcome = carried_out(
            tool,
            arguments,
            self._here_for(call, network=network),
            lambda: self._wish() == "user",
            grace=self._grace,
            clock=self._clock,
        )
        seconds = self._clock() - began
        self._note_changes(call.call)
        self._result(call, outcome, seconds)

    def _note_changes(self, call: str) -> SnapshotTaken | None:
        if self._snapshots is None:
            return None
        after = self._snapshots.after(call)
        if after is not None:
            self._record.append(after)
        return after

    def _interrupted(self, call: OpenCall, tool: Tool | None, choice: Again) -> None:
        """A call that was allowed, and may have been carried out, when the process ended."""
        files: tuple[FileChange, ...] = ()
        if call.began and not call.ended and self._snapshots is not None:
            for taken in self._snapshots.settle(self._record.journal.entries()):
                self._record.append(taken)
                files = taken.files if taken.call == call.call else files
        if choice == "skip" or tool is None or isinstance(call.arguments, str):
            self._result(call, Outcome(words.interrupted(files), "interrupted"))
            return
        effects = tool.effects(call.arguments, self._here_for(call))
        verdict = decide(self._question(call, tool, call.arguments, effects))
        if verdict.action == "deny":
            self._record.append(Approval(call.call, "denied", verdict.by, reasons=verdict.reasons))
            self._result(call, Outcome(verdict.message, "denied"))
            return
        self._record.append(Approval(call.call, "allowed", "user", "once", ("interrupted",)))
        self._do(call, tool, call.arguments, effects, network=verdict.network)

    def _here_for(self, call: OpenCall, *, network: bool = False) -> Here:
        return msgspec.structs.replace(
            self._here,
            kept=self._record.journal.kept,
            network=network,
            approver=self._approver,
            run=self._record.journal.run,
            call=call.call,
        )

    def _result(self, call: OpenCall, outcome: Outcome, seconds: float = 0.0) -> None:
        text = "\n\n".join(filter(None, (outcome.text, words.put_right(self._changed.pop(call.call, ())))))
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
            )
        )

    def _shown(self, call: OpenCall, text: str, status: ResultStatus) -> ResultText:
        """As much of a result as the context holds. What was done must be told even when the model is gone."""
        page = ToolCalled(call.step, call.call, call.name, call.arguments) if status == "ok" else None
        try:
            return result_text(text, self._meter, self._context, self._record.journal, page)
        except UserError as error:
            if error.code.startswith("store."):
                raise
        if len(text) <= _UNCOUNTED:
            return ResultText(text)
        handle = self._record.journal.keep(text)
        return ResultText(head_and_tail(text, _UNCOUNTED // 2, _UNCOUNTED // 2, handle), handle)


def _said(call: OpenCall, verdict: Verdict) -> Approval:
    """What the rules decide without a person."""
    decision: Literal["allowed", "denied"] = "allowed" if verdict.action == "allow" else "denied"
    return Approval(call.call, decision, verdict.by, "", verdict.reasons, verdict.message, verdict.grant)


def _refused(by: str, message: str) -> str:
    """What the model is told of a call that is not allowed: a person's words need ours around them."""
    return words.denied(message) if by == "user" else message


def _plain(error: UserError | OSError) -> str:
    return error.code if isinstance(error, UserError) else error.strerror or type(error).__name__
