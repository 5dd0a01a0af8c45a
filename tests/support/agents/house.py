"""Runs as the program has them, over a data folder of their own: real store, tools, sandbox, snapshots and servers.

Only the model is given, and who decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from agents.brain import Brain
from agents.budget import Budget
from agents.events import Entry, RunFinished
from agents.permissions.values import ApprovalRequest, Decision
from agents.sandbox.find import find_sandbox
from agents.tools.tool import Tool
from app.services.events import RunAsks, ServiceEvent
from app.services.run_parts import RunParts
from app.services.run_values import RunWish
from app.services.runs import Runs
from app.services.secrets import Secrets
from app.services.servers import Servers
from app.store.store import Store

Decide = Callable[[ApprovalRequest], Decision | None]
# Nothing ends such a run but its answer.
UNLIMITED = Budget(steps=0, seconds=0, tokens=0, calls=0, errors=0, malformed=0)


def no_one(request: ApprovalRequest) -> Decision | None:
    return None


def deny(request: ApprovalRequest) -> Decision | None:
    return Decision(False)


def allow(request: ApprovalRequest) -> Decision | None:
    return Decision(True)


class _Brains:
    """One brain for all runs, or one for each model's name."""

    def __init__(self, brains: Brain | Callable[[str], Brain]) -> None:
        self._brains = brains

    def brain(self, model: str) -> Brain:
        return self._brains(model) if callable(self._brains) else self._brains


class House:
    """`decide` answers each question at once; None leaves it open. `close` at the end."""

    def __init__(
        self, home: Path, brain: Brain | Callable[[str], Brain], decide: Decide = no_one, **opened: Any
    ) -> None:
        self.home, self.decide = home, decide
        self.store = Store.open(home / "coterie.db", home / "backups", **opened)
        self.servers = Servers(home, Secrets({}), find_sandbox, self._revoke)
        self.parts = RunParts(home, _Brains(brain), self.servers, lambda: "en")
        self.runs = Runs(home, self.store, self.parts)
        self.asked: list[ApprovalRequest] = []
        self.runs.subscribe(self._heard)

    def run(
        self,
        task: str,
        workspace: Path,
        *,
        tools: Sequence[str] | None = None,
        wait: float = 120,
        **wish: Any,
    ) -> int:
        """Start a run and wait for its end; its id."""
        wish = {"mode": "workspace", "budget": UNLIMITED} | wish
        attended = wish.pop("attended", True)
        chosen = None if tools is None else tuple(tools)
        record = self.runs.start(RunWish(task, str(workspace), tools=chosen, **wish), attended=attended)
        assert self.runs.join(record.id, wait), self.runs.view(record.id)
        return record.id

    def resume(self, run: int, message: str = "", wait: float = 120, **more: Any) -> int:
        self.runs.resume(run, message, **more)
        assert self.runs.join(run, wait), self.runs.view(run)
        return run

    def entries(self, run: int) -> tuple[Entry, ...]:
        return self.runs.entries(run)

    def events(self, run: int, kind: type[Any]) -> list[Any]:
        return [entry.event for entry in self.entries(run) if isinstance(entry.event, kind)]

    def finished(self, run: int) -> RunFinished:
        """The end of a run, which must be its last event."""
        last = self.entries(run)[-1].event
        assert isinstance(last, RunFinished), last
        return last

    def close(self) -> None:
        self.runs.close()
        self.servers.close()
        self.store.close()

    def _heard(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, RunAsks) and event.request is not None:
                self.asked.append(event.request)
                decision = self.decide(event.request)
                if decision is not None:
                    self.runs.decide(event.run, event.request.call, decision)

    def _revoke(self, server: str, tool: str) -> None:
        self.runs.grants_kept.revoke_tool(server, tool)


def named(tools: Sequence[Tool], name: str) -> Tool:
    return next(tool for tool in tools if tool.name == name)
