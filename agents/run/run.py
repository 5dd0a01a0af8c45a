"""The agent loop: turns of a model and the calls it makes, until it answers or is stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec

from agents.api import Approver, ChatModel, Journal, Tool, ToolContext
from agents.context.finding import FindTools
from agents.context.project_text import project_text
from agents.context.prompts import system_prompt
from agents.context.reading import ReadResult
from agents.context.skill_list import skill_list
from agents.events import ContextTrimmed, ModelTurn, RetryChoice, RunFinished, RunResumed, RunStarted
from agents.guidance.read_skill import skills_of
from agents.hooks import Hook
from agents.permissions.values import Grants
from agents.run import prompts
from agents.run.background import BackgroundWork, commands_of, left_running
from agents.run.calls import Calls, Wish
from agents.run.hooks import RunHooks
from agents.run.loops import Repeat, repeated_calls, repeated_texts
from agents.run.nested import NestedInstructions
from agents.run.planning import Planning
from agents.run.record import Record
from agents.run.resuming import settle
from agents.run.state import ended_in_call, is_cut_in_call
from agents.run.tool_executor import GRACE
from agents.run.turns import PAUSES, OnText, Turns
from agents.snapshots.snapshots import Snapshots
from engine.errors import UserError

# Seconds that the final turn may take when the time is used up.
_LAST_ROUND = 300.0
_LOOK = 0.1  # seconds between checks for pause and stop while a model loads
# How often an answer that was cut off by its length is continued.
_MOST_PARTS = 3
# With more tools than this, `find_tools` is added: they may not all fit into a short context.
_MANY_TOOLS = 10
# Reasons that end a run besides its model.
_REASONS = {
    "run.context_too_small": "context",
    "run.task_too_long": "context",
    "run.workspace_gone": "workspace",
}
# Tools that a run adds to those it is given.
OWN_TOOLS = frozenset({ReadResult.name, FindTools.name})


class Run:
    """One run, from its start or resumption to its end.

    All that happens is in the journal before it is told.

    `tools` are those at hand, in a stable order; `read_result` is added, and `find_tools` to many. A resumed
    run has of them those that it began with. `tool_context` is what they use; its `cancelled`, `kept`, `network`,
    `approver`, `run` and `call` are set for each call, and `commands`, which end with the run. Without `snapshots`
    nothing can be undone, and the rules ask accordingly. `hooks` are the person's. `approver.ask` is called on the
    thread of `go`; it must return None soon after `pause` or `stop`, so whoever calls those wakes it, behind them.
    """

    def __init__(
        self,
        journal: Journal,
        chat_model: ChatModel,
        tools: Sequence[Tool],
        *,
        approver: Approver,
        grants: Grants,
        tool_context: ToolContext,
        snapshots: Snapshots | None = None,
        hooks: Sequence[Hook] = (),
        on_text: OnText = lambda step, new: None,
        clock: Callable[[], float] = time.monotonic,
        grace: float = GRACE,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._chat_model = chat_model
        self._tools = tuple(tools)
        names = {tool.name for tool in self._tools}
        if ReadResult.name not in names:
            self._tools = (*self._tools, ReadResult())
        if FindTools.name not in names and len(names) >= _MANY_TOOLS:
            self._tools = (*self._tools, FindTools(self._tools))
        self._approver, self._grants, self._snapshots = approver, grants, snapshots
        self._on_text, self._clock, self._grace, self._pauses = on_text, clock, grace, pauses
        self._record = Record(journal, clock)
        self.commands = commands_of(self._record, tool_context.sandbox)
        self._background = BackgroundWork(self._record, snapshots, self.commands)
        self._tool_context = msgspec.structs.replace(tool_context, commands=self.commands)
        self._wish: Wish = ""
        self._nested = NestedInstructions(self._record, tool_context.workspace)
        self._hooks = RunHooks(
            hooks, self._record, self._tool_context, snapshots, self._background, self._gives_up
        )
        self._planning = Planning(self._record, approver, lambda: self._wish)
        self._wished = threading.Event()
        self._hurried = False

    def pause(self) -> None:
        """End soon, resumably: a running tool may finish, a turn being generated is canceled, and calls that
        wait keep waiting.

        Thread-safe.
        """
        self._wish = self._wish or "paused"
        self._wished.set()

    def stop(self) -> None:
        """End at once: a running tool is told to give up, and calls that wait are not carried out. It can
        still be resumed.

        Thread-safe.
        """
        self._wish = "user"
        self._wished.set()

    def hurry(self) -> None:
        """Stop waiting for a running tool after `pause`. Thread-safe."""
        self._hurried = True

    def go(
        self, event: RunStarted | RunResumed, again: Mapping[str, RetryChoice] | None = None
    ) -> RunFinished:
        """Run until the end, which is returned and is the journal's last event. Blocks, for hours if need be.

        Of a `RunStarted` the fields `model`, `remote`, `tools`, `context`, `sandbox` and `system` may be left
        empty; they are filled in once the model is ready. `again` says what becomes of calls that were interrupted;
        one that is not named is skipped. Raises UserError `store.*` when the journal cannot be written.
        """
        first = isinstance(event, RunStarted)
        # A run whose model was never ready has no system prompt yet; it is completed as at the start.
        fresh = first or not self._known()
        if not fresh:
            self._record.append(event)
            if isinstance(event, RunResumed):
                self._planning.withdraw(event)
        if not first:
            for ended in left_running(self._record.journal.entries()):
                self._record.append(ended)
        if not first and self._snapshots is not None:
            settle(self._record, self._snapshots, self._tool_context.workspace)
        try:
            return self._carried_out(event, again or {}, fresh=fresh)
        finally:
            self._background.end()

    def _carried_out(
        self, event: RunStarted | RunResumed, again: Mapping[str, RetryChoice], *, fresh: bool
    ) -> RunFinished:
        try:
            context = self._ready()
        except UserError as error:
            if fresh:
                self._record.append(event)
            return self._failed(error)
        if fresh:
            self._record.append(self._completed(event, context) if context else event)
        if not context:
            return self._finish(RunFinished("stopped", self._wish or "user", self._record.state.said))
        try:
            if fresh:
                self._hooks.at_start()
            return self._steps(context, again)
        except UserError as error:
            if error.code.startswith("store."):
                raise
            return self._failed(error)

    def _gives_up(self) -> bool:
        """Whether a tool that runs is not waited for any more."""
        return self._wish == "user" or (self._hurried and bool(self._wish))

    def _known(self) -> bool:
        """Whether the run has begun with a model that was ready."""
        started = self._record.state.started
        return started is not None and started.context > 0

    def _ready(self) -> int:
        """Wait for the model, whose load goes on; its context length, 0 when the run is to end first."""
        found: list[int | BaseException] = []
        done = threading.Event()

        def wait() -> None:
            try:
                found.append(self._chat_model.ready())
            except BaseException as error:  # re-raised on the run's thread
                found.append(error)
            done.set()

        threading.Thread(target=wait, name="model-ready", daemon=True).start()
        while not done.wait(_LOOK):
            if self._wish:
                return 0
        if isinstance(found[0], BaseException):
            raise found[0]
        return found[0]

    def _completed(self, event: RunStarted | RunResumed, context: int) -> RunStarted | RunResumed:
        """The event completed with what follows from the model, the tools and this machine."""
        started = event if isinstance(event, RunStarted) else self._record.state.started
        sandbox = self._tool_context.sandbox
        names = tuple(tool.name for tool in self._tools)
        prompt = system_prompt(
            self._tool_context.workspace.root.name,
            event.mode or (started.mode if started else "ask"),
            names,
            sandbox=sandbox is not None,
            language=self._tool_context.language,
            context=context,
            readable=tuple(map(str, self._tool_context.readable)),
            plan=started is not None and started.plan,
        )
        if started is not None:
            skills = skill_list(self._skills(started.tools or names), context)
            own = (skills, project_text(started.follows, context), started.instructions.strip())
            prompt = "\n\n".join(filter(None, (prompt, *own)))
        if isinstance(event, RunResumed):
            return msgspec.structs.replace(event, tools=names, context=context, system=prompt)
        return msgspec.structs.replace(
            event,
            model=event.model or self._chat_model.name,
            remote=self._chat_model.remote,
            tools=event.tools or names,
            context=context,
            sandbox=sandbox.name if sandbox else "",
            system=event.system or prompt,
        )

    def _skills(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Name and description of each skill that one of the tools reads."""
        skills = skills_of(tool for tool in self._tools if tool.name in names)
        return [(skill.name, skill.description) for skill in skills]

    def _offered(self) -> tuple[Tool, ...]:
        """Tools that the run began with, in their order, as far as they still exist."""
        started = self._record.state.started
        at_hand = {tool.name: tool for tool in self._tools}
        return tuple(at_hand[name] for name in (started.tools if started else ()) if name in at_hand)

    def _steps(self, context: int, again: Mapping[str, RetryChoice]) -> RunFinished:
        record, tools = self._record, self._offered()
        turns = Turns(
            record,
            self._chat_model,
            tools,
            context,
            self._on_text,
            wait=self._wished.wait,
            pauses=self._pauses,
            clock=self._clock,
        )
        calls = Calls(
            record,
            tools,
            self._approver,
            self._grants,
            self._snapshots,
            self._tool_context,
            turns.meter,
            context,
            lambda: self._wish,
            self._gives_up,
            grace=self._grace,
            clock=self._clock,
            background=self._background,
        )
        while True:
            calls.write_down()
            calls.carry_out(again)
            if not self._wish:
                self._nested.after_step(calls.facts, context)
                self._hooks.after_step()
            if self._wish:
                return self._finish(RunFinished("stopped", self._wish, record.state.said))
            ended = self._planning.settle()
            if ended is not None:
                return self._finish(ended)
            turns.tools = self._planning.offered(tools)
            reason = record.ended() or self._going_round(turns, calls)
            if reason:
                return self._last_round(turns, reason)
            turn = turns.next(self._wished.is_set, seconds=record.seconds_left())
            if turn.is_whole and not turn.tool_calls:
                ended = self._without_calls(turn)
                if ended is not None:
                    return ended
            elif turn.error is not None and not self._wish:
                return self._finish(RunFinished("failed", "model", record.state.said, error=turn.error))
            elif turns.left_out:
                taken = len(turn.tool_calls)
                self._nudge("cut", prompts.too_many(taken, taken + turns.left_out))
            elif ended_in_call(turn) and not any(call.is_malformed for call in turn.tool_calls):
                self._nudge("cut", prompts.CUT_LAST_CALL)

    def _going_round(self, turns: Turns, calls: Calls) -> str:
        """Break a loop: tell the model, then remove the repeats, then end the run ("loop")."""
        state = self._record.state
        repeat = repeated_calls(state.recent, calls.facts) if state.since_repeat else None
        if repeat is None and (turns.repeats or repeated_texts(state.texts)):
            repeat = Repeat("text")
        turns.repeats = False
        if repeat is None:
            return ""
        if state.patience == 0:
            text = prompts.SAME_TEXT if repeat.kind == "text" else prompts.nudge(repeat)
            self._record.append(ContextTrimmed("nudge", calls=repeat.calls, text=text, about="loop"))
        elif state.patience == 1:
            self._record.append(ContextTrimmed("loop", calls=repeat.calls, text=prompts.taken_out(repeat)))
        else:
            return "loop"
        return ""

    def _without_calls(self, turn: ModelTurn) -> RunFinished | None:
        """Handle a turn without calls: it ends the run, unless it is cut off or empty."""
        state = self._record.state
        if is_cut_in_call(turn):
            self._nudge("cut", prompts.CUT_CALL)
        elif not turn.content.strip():
            if state.empties > 1:
                return self._finish(RunFinished("stopped", "empty", state.said))
            self._nudge("empty", prompts.EMPTY_AFTER_THOUGHT if turn.reasoning.strip() else prompts.EMPTY)
        elif turn.finish_reason == "length" and len(state.parts) < _MOST_PARTS and not self._is_long_enough():
            self._nudge("cut", prompts.CUT_ANSWER)
        else:
            ended = self._planning.answered(turn)
            if ended is False:
                ended = RunFinished("completed", "answered", "".join(state.parts))
            if not isinstance(ended, RunFinished):
                return None
            if ended.status == "completed" and not self._hooks.may_end():
                return None
            return self._finish(ended)
        return None

    def _is_long_enough(self) -> bool:
        """Whether the user has set a maximum length of turns."""
        started = self._record.state.started
        return started is not None and started.max_tokens > 0

    def _nudge(self, about: str, text: str) -> None:
        self._record.append(ContextTrimmed("nudge", text=text, about="empty" if about == "empty" else "cut"))

    def _last_round(self, turns: Turns, reason: str) -> RunFinished:
        """Request a final turn without tools, for an answer that says what was done."""
        self._record.append(ContextTrimmed("final", text=prompts.final(reason)))
        try:
            turn = turns.next(self._wished.is_set, final=True, seconds=_LAST_ROUND)
        except UserError as error:
            if error.code.startswith("store."):
                raise
            said = self._record.state.said
            return self._finish(RunFinished("stopped", reason, said, error=error.info))
        answer = turn.content.strip() or self._record.state.said
        return self._finish(RunFinished("stopped", self._wish or reason, answer, error=turn.error))

    def _failed(self, error: UserError) -> RunFinished:
        reason = _REASONS.get(error.code, "model")
        said = self._record.state.said
        return self._finish(RunFinished("failed", reason, said, error=error.info))

    def _finish(self, finished: RunFinished) -> RunFinished:
        self._background.end()
        finished = msgspec.structs.replace(finished, left=self._planning.left)
        entry = self._record.append(self._record.totalled(finished))
        return entry.event if isinstance(entry.event, RunFinished) else finished
