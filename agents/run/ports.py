"""Asks whether a tool server may reach what the run's commands serve, and leads a call there."""

from __future__ import annotations

from typing import Any

import msgspec

from agents.api import Commands, Outcome, RunPort, Sandbox, Tool
from agents.permissions.local_ports import local_ports
from agents.permissions.values import Effects
from agents.run import prompts
from agents.run.approving import Approvals
from agents.run.record import Record
from agents.run.state import OpenCall


class Led(msgspec.Struct, frozen=True):
    """The ports that a call may reach. `line` tells the model; with `refused` it is not carried out."""

    ports: tuple[RunPort, ...] = ()
    line: str = ""
    refused: Outcome | None = None


class Ports:
    """Remembers what a person said of the ports of each command, to each server: for this run, and until the command
    ends. `commands` None: there are none."""

    def __init__(
        self, record: Record, approvals: Approvals, commands: Commands | None, sandbox: Sandbox | None
    ) -> None:
        self._record, self._approvals = record, approvals
        self._commands, self._sandbox = commands, sandbox
        self._agreed: dict[str, set[RunPort]] = {}
        self._denied: dict[str, set[RunPort]] = {}

    def of(self, call: OpenCall, tool: Tool, arguments: dict[str, Any], effects: Effects) -> Led | None:
        """Where a call that is allowed may get; None when the run is to end before a person has said so.

        The question comes when the call names such a port, and is about all ports that are open then: a page often
        asks a second server. A denied one is not asked about again.
        """
        if not tool.server or effects.url or self._commands is None:
            return Led()
        running = {one.name for one in self._commands.all() if one.code is None}
        named = local_ports(arguments) if running else frozenset()
        if not named:
            return Led(self._open(tool.server, running))
        if self._sandbox is None or not self._sandbox.filters:
            return Led(line=prompts.ports_nowhere(tool.server, sorted(named)))
        listening = self._commands.listening()
        wanted = named.intersection(one.port for one in listening)
        if not tool.facts.loopback:
            return Led(line=prompts.ports_shared(tool.server, sorted(wanted)) if wanted else "")
        agreed, denied = (kept.setdefault(tool.server, set()) for kept in (self._agreed, self._denied))
        refused = sorted(one.port for one in listening if one.port in wanted and one in denied)
        if refused:
            return self._refused(tool.server, refused, "")
        asked = tuple(one for one in listening if one not in agreed and one not in denied)
        if wanted and asked:
            approved = self._approvals.of_ports(call, tool, arguments, effects, asked)
            if approved is None:
                return None
            self._record.append(approved.approval)
            if approved.approval.decision != "allowed":
                if approved.approval.by == "user":
                    denied.update(asked)
                return self._refused(tool.server, sorted(wanted), approved.approval.message)
            agreed.update(asked)
        return Led(self._open(tool.server, running))

    def _open(self, server: str, running: set[str]) -> tuple[RunPort, ...]:
        agreed = self._agreed.get(server, set())
        return tuple(sorted((one for one in agreed if one.command in running), key=lambda one: one.port))

    @staticmethod
    def _refused(server: str, ports: list[int], message: str) -> Led:
        return Led(refused=Outcome(prompts.ports_denied(server, ports, message), "denied"))
