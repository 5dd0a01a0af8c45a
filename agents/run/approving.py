"""Gets the decision about a call: from the rules, then perhaps from a person, whose wider answer becomes a
grant.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec

from agents.api import Approver, RunPort, Tool, ToolContext
from agents.events import Approval
from agents.permissions.decide import decide
from agents.permissions.grants import covering, host_rules, released
from agents.permissions.hosts import HostRule
from agents.permissions.paths import READ_PATH, granted_paths
from agents.permissions.question import Question, Verdict
from agents.permissions.reaching import host_scopes
from agents.permissions.request import grant_for, host_grants, request
from agents.permissions.values import ApprovalRequest, Effects, Grants, ToolFacts
from agents.permissions.visible import visible
from agents.run import prompts
from agents.run.planning import may_plan_with
from agents.run.record import Record
from agents.run.state import OpenCall
from agents.snapshots.snapshots import Snapshots
from agents.workspace.carried_out import carried_out
from agents.workspace.remotes import remote_hosts


class Approved(msgspec.Struct, frozen=True):
    """The decision as it is recorded. `network`: the call may use the whole network; `hosts`: those besides."""

    approval: Approval
    network: bool = False
    hosts: tuple[str, ...] = ()

    @property
    def by_person(self) -> bool:
        """Whether a person was asked and has allowed it."""
        return self.approval.decision == "allowed" and self.approval.by == "user"


class Approvals:
    """Decides about calls, one at a time.

    `ending` says that the run is to end, so that a missing answer is no decision.
    """

    def __init__(
        self,
        record: Record,
        approver: Approver,
        grants: Grants,
        snapshots: Snapshots | None,
        context: ToolContext,
        ending: Callable[[], bool],
    ) -> None:
        self._record, self._approver, self._grants = record, approver, grants
        self._snapshots, self._context, self._ending = snapshots, context, ending
        if context.gate is not None:
            context.gate.follow(self.rules)

    def of(self, call: OpenCall, tool: Tool, arguments: dict[str, Any], effects: Effects) -> Approved | None:
        """Decide about a call; None when the run is to end first, and the question stays open.

        A question to a person is already recorded.
        """
        if self._record.state.is_planning and not may_plan_with(tool):
            return Approved(Approval(call.call, "denied", "mode", message=prompts.PLANNING))
        question = self._question(call, tool, arguments, effects)
        verdict = decide(question)
        if verdict.action == "ask":
            return self._asked(question, request(question, verdict), tool.facts, verdict.network)
        decision: Literal["allowed", "denied"] = "allowed" if verdict.action == "allow" else "denied"
        if decision == "denied" and verdict.by == "mode" and self._record.state.is_planning:
            verdict = msgspec.structs.replace(verdict, message=prompts.PLANNING)
        if verdict.grant and decision == "allowed":
            self._grants.used(verdict.grant)
        return Approved(
            Approval(call.call, decision, verdict.by, "", verdict.reasons, verdict.message, verdict.grant),
            verdict.network,
        )

    def once_more(self, call: OpenCall, tool: Tool, arguments: dict[str, Any], effects: Effects) -> Approved:
        """The decision about an interrupted call that a person wants to retry: theirs, except for what is
        never allowed.
        """
        verdict = decide(self._question(call, tool, arguments, effects))
        if verdict.action == "deny" and verdict.by != "nobody":
            refused = Approval(call.call, "denied", verdict.by, "", verdict.reasons, verdict.message)
            return Approved(refused)
        allowed = Approval(call.call, "allowed", "user", "once", ("interrupted",))
        return Approved(allowed, verdict.network, verdict.hosts)

    def rules(self) -> tuple[HostRule, ...]:
        """The hosts that programs may reach now: none that was allowed earlier once text from outside came in."""
        gate = self._context.gate
        if gate is None or self._record.state.tainted:
            return ()
        root = str(self._context.workspace.root)
        return (*gate.always(), *host_rules(self._grants.all(), root, self._record.journal.run))

    def reached(self, hosts: tuple[str, ...]) -> None:
        """Note that programs have reached these, by what was granted."""
        root = str(self._context.workspace.root)
        for grant in covering(self._grants.all(), root, self._record.journal.run, hosts) if hosts else ():
            self._grants.used(grant)

    def of_hosts(
        self, call: OpenCall, tool: Tool, arguments: dict[str, Any], effects: Effects, hosts: tuple[str, ...]
    ) -> Approved | None:
        """Ask whether programs may reach hosts that this call, which was carried out, asked for in vain."""
        question = self._question(call, tool, arguments, effects)
        reasons = ("hosts", "untrusted") if question.tainted else ("hosts",)
        scopes = host_scopes(hosts, lasting=not question.tainted)
        verdict = Verdict("ask", "", reasons, scopes=scopes, hosts=hosts, only_hosts=True)
        asked = msgspec.structs.replace(request(question, verdict), refused=True, files=0, snapshot=False)
        return self._asked(question, asked, tool.facts, network=False)

    def of_paths(
        self, call: OpenCall, tool: Tool, arguments: dict[str, Any], effects: Effects, paths: tuple[str, ...]
    ) -> Approved | None:
        """Ask whether commands may read paths that this call, which was carried out, failed for."""
        question = self._question(call, tool, arguments, effects)
        reasons = ("reads_outside", "untrusted") if question.tainted else ("reads_outside",)
        lasting = len(paths) == 1 and not question.tainted
        verdict = Verdict("ask", "", reasons, scopes=("run", "workspace") if lasting else ())
        asked = msgspec.structs.replace(
            request(question, verdict),
            tool=READ_PATH,
            kind="read",
            subject=visible("\n".join(paths)),
            pattern=paths[0] if lasting else "",
            files=0,
            snapshot=False,
        )
        return self._asked(question, asked, tool.facts, network=False)

    def of_ports(
        self,
        call: OpenCall,
        tool: Tool,
        arguments: dict[str, Any],
        effects: Effects,
        ports: tuple[RunPort, ...],
    ) -> Approved | None:
        """Ask whether the tool's server may reach ports of the run's commands until these end."""
        question = self._question(call, tool, arguments, effects)
        reasons = ("ports", "untrusted") if question.tainted else ("ports",)
        lines = (f"localhost:{one.port}  {' '.join(one.line.split())}".strip() for one in ports)
        asked = msgspec.structs.replace(
            request(question, Verdict("ask", "", reasons)),
            kind="ports",
            subject=visible("\n".join(lines)),
            arguments={},
            sandboxed=True,
            files=0,
            snapshot=False,
        )
        approved = self._asked(question, asked, tool.facts, network=False)
        if approved is None or not approved.by_person:
            return approved
        return Approved(msgspec.structs.replace(approved.approval, scope="run"))

    def read_paths(self, once: tuple[str, ...]) -> tuple[Path, ...]:
        """What commands may read besides, as far as it is there: `once`, and what was granted, which does not count
        once text from outside came in."""
        root = str(self._context.workspace.root)
        granted = () if self._record.state.tainted else granted_paths(self._grants.all(), root, self._run)
        return self._context.allowable((*once, *granted)) if once or granted else ()

    @property
    def _run(self) -> int:
        return self._record.journal.run

    def released(self) -> tuple[str, ...]:
        """Files that other programs carry out, and that a shell may write: none once text from outside came in."""
        if self._record.state.tainted:
            return ()
        root = str(self._context.workspace.root)
        return released(self._grants.all(), root, self._record.journal.run)

    def _question(self, call: OpenCall, tool: Tool, arguments: dict[str, Any], effects: Effects) -> Question:
        context, state = self._context, self._record.state
        return Question(
            run=self._record.journal.run,
            call=call.call,
            tool=tool.name,
            arguments=arguments,
            facts=tool.facts,
            effects=effects,
            mode=state.acting_mode,
            workspace=str(context.workspace.root),
            grants=self._grants.all(),
            sandboxed=context.sandbox is not None,
            tainted=state.tainted,
            undoable=self._snapshots is not None and self._snapshots.covers(effects, tool.facts),
            server=tool.server,
            autorun=carried_out(context.workspace.root, effects.writes) if effects.kind == "files" else (),
            copied=state.started is not None and state.started.copied,
            rules=self.rules() if filters(context) else None,
            steered=context.commands is not None and context.commands.steered,
            remotes=remote_hosts(context.workspace.root) if effects.kind == "shell" else None,
        )

    def _asked(
        self, question: Question, asked: ApprovalRequest, facts: ToolFacts, network: bool
    ) -> Approved | None:
        """Ask a person; a scope wider than what was offered counts once. `network`: all of it is asked for."""
        shown: dict[str, Any] = msgspec.to_builtins(asked)
        call, reasons = question.call, asked.reasons
        self._record.append(Approval(call, "asked", reasons=reasons, request=shown))
        decision = self._approver.ask(asked)
        if decision is None:
            if self._ending():
                return None
            return Approved(Approval(call, "denied", "nobody", reasons=reasons, message=prompts.NOBODY))
        if not decision.allow:
            return Approved(Approval(call, "denied", "user", "once", reasons, decision.message))
        scope = decision.scope if decision.scope in asked.scopes else "once"
        where, now = question.workspace, time.time()
        grant = grant_for(asked, scope, workspace=where, created=now, fingerprint=facts.fingerprint)
        made = (*((grant,) if grant else ()), *host_grants(asked, scope, workspace=where, created=now))
        granted = "".join([self._grants.add(each).id for each in made][:1])
        approval = Approval(
            call, "allowed", "user", scope if granted or scope == "network" else "once", reasons
        )
        approval = msgspec.structs.replace(approval, grant=granted)
        return Approved(approval, network or scope == "network", asked.hosts)


def filters(context: ToolContext) -> bool:
    """Whether programs are led to hosts one by one."""
    return context.gate is not None and context.sandbox is not None and context.sandbox.filters
