"""Plan first: until a person has approved a plan, a run reads and proposes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.api import Approver, Tool
from agents.context.finding import FIND_TOOLS
from agents.events import ContextTrimmed, ModelTurn, PlanWritten, RunFinished, RunResumed
from agents.permissions.values import ApprovalRequest
from agents.plan import MOST_STEPS, PLAN_TOOL, listed, not_done, tidied
from agents.run import prompts
from agents.run.record import Record
from agents.tools.delegate import DELEGATING

# How often a model is asked for the plan that it has not proposed.
_MOST_ASKED = 2
# The question's name: no call has it.
CALL = "plan"


class Planning:
    """The part of a run before its plan is approved, and what is left of the plan at the end."""

    def __init__(self, record: Record, approver: Approver, wish: Callable[[], str]) -> None:
        self._record, self._approver, self._wish = record, approver, wish

    def offered(self, tools: Sequence[Tool]) -> tuple[Tool, ...]:
        """Of the tools those for now: until a plan is approved, they only read."""
        if not self._record.state.is_planning:
            return tuple(tools)
        return tuple(tool for tool in tools if may_plan_with(tool))

    def withdraw(self, event: RunResumed) -> None:
        """Take words that a person says to a plan that waits as a no: the model plans anew."""
        plan = self._record.state.plan
        if event.message and self._record.state.is_planning and plan is not None and plan.state != "rejected":
            self._record.append(PlanWritten("rejected", plan.items, "user"))

    def settle(self) -> RunFinished | None:
        """Have a person decide about the plan, once there is one; how the run ends if it is not gone on with."""
        state = self._record.state
        if not state.is_planning:
            return None
        plan = state.plan
        if plan is None or plan.state == "rejected":
            if not state.steps:
                return None
            plan = PlanWritten("proposed", tidied(step.text for step in state.steps), "model")
            self._record.append(plan)
        elif not state.waits:  # it waited when the run ended
            self._record.append(plan)
        return self._asked(plan)

    def _asked(self, plan: PlanWritten) -> RunFinished | None:
        request = ApprovalRequest(
            self._record.journal.run, CALL, PLAN_TOOL, "plan", "\n".join(plan.items), steps=plan.items
        )
        decision = self._approver.ask(request)
        said = self._record.state.said
        if decision is None:
            return RunFinished("stopped", self._wish() or "plan", said)
        if not decision.allow:
            words = decision.message.strip()
            self._record.append(PlanWritten("rejected", plan.items, "user", words))
            return None if words else RunFinished("stopped", "plan_rejected", said)
        items = tidied(decision.steps) or plan.items
        if items != plan.items:
            self._record.append(PlanWritten("edited", items, "user"))
        self._record.append(PlanWritten("approved", items, "user"))
        return None

    def answered(self, turn: ModelTurn) -> RunFinished | bool:
        """What an answer without calls comes to: the end of the run, or whether it goes on."""
        state = self._record.state
        if not state.is_planning:
            return self._nudged_to_the_rest()
        items = listed(turn.content)
        if items and len(items) <= MOST_STEPS:
            self._record.append(PlanWritten("proposed", items, "model"))
            return True
        if self._nudges("plan") < _MOST_ASKED:
            text = prompts.PLAN_TOO_LONG.format(most=MOST_STEPS) if items else prompts.PLAN_MISSING
            self._record.append(ContextTrimmed("nudge", text=text, about="plan"))
            return True
        return RunFinished("stopped", "no_plan", turn.content)

    def _nudged_to_the_rest(self) -> bool:
        """Tell the model once which approved steps it has not ticked."""
        left = self.left
        if not left or self._nudges("left"):
            return False
        self._record.append(ContextTrimmed("nudge", text=prompts.steps_left(left), about="left"))
        return True

    @property
    def left(self) -> tuple[str, ...]:
        """The approved steps that the model has not ticked."""
        state = self._record.state
        return not_done(state.approved, state.steps)

    def _nudges(self, about: str) -> int:
        """How often the model was told so since a person last had a say."""
        count = 0
        for entry in self._record.journal.entries():
            event = entry.event
            if isinstance(event, RunResumed) or (isinstance(event, PlanWritten) and event.who == "user"):
                count = 0
            count += isinstance(event, ContextTrimmed) and event.about == about
        return count


def may_plan_with(tool: Tool) -> bool:
    """Whether a tool only reads here: helpers work elsewhere, and `find_tools` finds others."""
    facts, not_now = tool.facts, {FIND_TOOLS, *DELEGATING}
    reads = facts.read_only and not (facts.network or facts.keeps or tool.name in not_now)
    return reads or tool.name == PLAN_TOOL
