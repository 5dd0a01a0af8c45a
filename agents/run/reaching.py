"""Asks about hosts that a call has asked for in vain, and says what becomes of the call then."""

from __future__ import annotations

from typing import Any

import msgspec

from agents.api import Outcome, RunPort, Tool
from agents.permissions.hosts import with_companions
from agents.permissions.values import Effects
from agents.run import prompts
from agents.run.approving import Approvals
from agents.run.record import Record
from agents.run.state import OpenCall, canonical


class Way(msgspec.Struct, frozen=True):
    """What a call may reach besides what is allowed anyway: some hosts, or the whole network; and, of a tool server,
    ports of the run's commands."""

    hosts: tuple[str, ...] = ()
    network: bool = False
    ports: tuple[RunPort, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """`line` tells the model. `again` is the way of another try, None where the result stands."""

    line: str
    again: Way | None = None


class Reaching:
    """Remembers what a person said about hosts during this run."""

    def __init__(self, record: Record, approvals: Approvals) -> None:
        self._record, self._approvals = record, approvals
        self._denied: set[str] = set()
        self._once: dict[str, Way] = {}

    def way_of(self, call: OpenCall) -> Way:
        """What the person allowed to this very call when it was made before; it counts once."""
        return self._once.pop(_key(call), Way())

    def ask(
        self,
        call: OpenCall,
        tool: Tool,
        arguments: dict[str, Any],
        effects: Effects,
        outcome: Outcome,
        *,
        untouched: bool,
    ) -> Answer:
        """Ask about the hosts that were refused. `untouched`: the call changed nothing in the workspace, so that it
        can be carried out again as if for the first time, unless something was told to somebody."""
        refused = tuple(host for host in outcome.refused if host not in self._denied)
        if not refused:
            return Answer(prompts.hosts_denied(outcome.refused, ""))
        hosts = with_companions(refused)
        approved = self._approvals.of_hosts(call, tool, arguments, effects, hosts)
        if approved is None:
            return Answer(prompts.hosts_refused(refused))
        self._record.append(approved.approval)
        if approved.approval.decision != "allowed":
            if approved.approval.by == "nobody":
                return Answer(prompts.hosts_refused(refused))
            self._denied.update(refused)
            return Answer(prompts.hosts_denied(refused, approved.approval.message))
        way = Way(hosts, approved.network)
        if untouched and not outcome.reached:
            return Answer(prompts.hosts_second_try(refused), way)
        self._once[_key(call)] = way
        return Answer(prompts.hosts_allowed(refused))


def _key(call: OpenCall) -> str:
    return f"{call.name}\n{canonical(call.arguments)}"
