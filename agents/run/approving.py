"""Whether a call may be carried out: the rules are asked, then perhaps a person, and a wider answer is granted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from agents.api import Approver, Tool, ToolContext
from agents.events import Approval
from agents.permissions.decide import decide
from agents.permissions.question import Question, Verdict
from agents.permissions.request import grant_for, request
from agents.permissions.values import Effects, Grants, ToolFacts
from agents.run import prompts
from agents.run.record import Record
from agents.run.state import OpenCall
from agents.snapshots.snapshots import Snapshots


class Approved(msgspec.Struct, frozen=True):
    """What was decided, as it is to be written down. `network`: the call may use the network."""

    approval: Approval
    network: bool = False

    @property
    def by_person(self) -> bool:
        """Whether somebody was asked and has allowed it."""
        return self.approval.decision == "allowed" and self.approval.by == "user"


class Approvals:
    """Decides about calls, one at a time. `ending` says that the run is to end, so that no answer is none."""

    def __init__(
        self,
        record: Record,
        approver: Approver,
        grants: Grants,
        snapshots: Snapshots | None,
        here: ToolContext,
        ending: Callable[[], bool],
    ) -> None:
        self._record, self._approver, self._grants = record, approver, grants
        self._snapshots, self._here, self._ending = snapshots, here, ending

    def of(self, call: OpenCall, tool: Tool, arguments: dict[str, Any], effects: Effects) -> Approved | None:
        """The decision, to be written down; a question to a person already is. None: the run is to end before there
        is one, and the question waits."""
        question = self._question(call, tool, arguments, effects)
        verdict = decide(question)
        if verdict.action == "ask":
            approval = self._asked(question, verdict, tool.facts)
            return None if approval is None else Approved(approval, verdict.network)
        decision: Literal["allowed", "denied"] = "allowed" if verdict.action == "allow" else "denied"
        if verdict.grant and decision == "allowed":
            self._grants.used(verdict.grant)
        return Approved(
            Approval(call.call, decision, verdict.by, "", verdict.reasons, verdict.message, verdict.grant),
            verdict.network,
        )

    def once_more(self, call: OpenCall, tool: Tool, arguments: dict[str, Any], effects: Effects) -> Approved:
        """The decision about a call that was interrupted and that a person wants carried out again: theirs, but for
        what is never allowed."""
        verdict = decide(self._question(call, tool, arguments, effects))
        if verdict.action == "deny" and verdict.by != "nobody":
            refused = Approval(call.call, "denied", verdict.by, "", verdict.reasons, verdict.message)
            return Approved(refused)
        return Approved(Approval(call.call, "allowed", "user", "once", ("interrupted",)), verdict.network)

    def _question(self, call: OpenCall, tool: Tool, arguments: dict[str, Any], effects: Effects) -> Question:
        here, state = self._here, self._record.state
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
            sandboxed=here.sandbox is not None,
            tainted=state.tainted,
            undoable=self._snapshots is not None and self._snapshots.covers(effects, tool.facts),
            server=tool.server,
        )

    def _asked(self, question: Question, verdict: Verdict, facts: ToolFacts) -> Approval | None:
        """What a person decides; a wider scope than was offered counts once."""
        asked = request(question, verdict)
        shown: dict[str, Any] = msgspec.to_builtins(asked)
        call, reasons = question.call, verdict.reasons
        self._record.append(Approval(call, "asked", reasons=reasons, request=shown))
        decision = self._approver.ask(asked)
        if decision is None:
            if self._ending():
                return None
            return Approval(call, "denied", "nobody", reasons=reasons, message=prompts.NOBODY)
        if not decision.allow:
            return Approval(call, "denied", "user", "once", reasons, decision.message)
        grant = grant_for(
            asked,
            decision.scope,
            workspace=question.workspace,
            created=time.time(),
            fingerprint=facts.fingerprint,
        )
        if grant is None:
            return Approval(call, "allowed", "user", "once", reasons)
        grant = self._grants.add(grant)
        return Approval(call, "allowed", "user", grant.scope, reasons, grant=grant.id)
