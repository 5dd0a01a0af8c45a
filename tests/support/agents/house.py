"""Runs as the program has them: all services over a data folder, with real tools, sandbox, store and servers.

The model is one elsewhere, on a scripted server; what it says and who decides is given.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from agents.budget import Budget
from agents.events import Entry, RunFinished
from agents.permissions.values import ApprovalRequest, Decision
from app.services.runs.events import RunAsks
from app.services.runs.values import RunSpec
from app.services.services import open_services
from tests.support.engines.scripted_engine import ScriptedEngine

Decide = Callable[[ApprovalRequest], Decision | None]
# Nothing ends such a run but its answer.
UNLIMITED = Budget(steps=0, seconds=0, tokens=0, calls=0, errors=0, malformed=0)


def deny(request: ApprovalRequest) -> Decision | None:
    return Decision(False)


def allow(request: ApprovalRequest) -> Decision | None:
    return Decision(True)


def no_one(request: ApprovalRequest) -> Decision | None:
    return None


class House:
    """`model` is the name of the one that runs use ("openai:URL#NAME"). `decide` answers each question at once; with
    None it stays open, and with `no_one` there is nobody to ask. `close` at the end."""

    def __init__(self, home: Path, model: str, decide: Decide = no_one) -> None:
        self.model, self.decide = model, decide
        self.services = open_services(home, make_engine=ScriptedEngine)
        self.runs = self.services.runs
        self.asked: list[ApprovalRequest] = []
        self.services.events.subscribe(RunAsks, self._heard)

    def start(self, task: str, workspace: Path, **wish: Any) -> int:
        """Start a run; its id."""
        wish = {"mode": "workspace", "budget": UNLIMITED, "model": self.model} | wish
        record = self.runs.start(RunSpec(task, str(workspace), **wish), attended=self.decide is not no_one)
        return record.id

    def run(self, task: str, workspace: Path, wait: float = 120, **wish: Any) -> int:
        """Start a run and wait for its end; its id."""
        return self.join(self.start(task, workspace, **wish), wait)

    def resume(self, run: int, message: str = "", wait: float = 120, **more: Any) -> int:
        self.runs.resume(run, message, attended=self.decide is not no_one, **more)
        return self.join(run, wait)

    def join(self, run: int, wait: float = 120) -> int:
        assert self.runs.join(run, wait), self.runs.entries(run)[-3:]
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
        self.services.close()

    def _heard(self, event: RunAsks) -> None:
        if event.request is not None:
            self.asked.append(event.request)
            decision = self.decide(event.request)
            if decision is not None:
                self.runs.decide(event.run, event.request.call, decision)
