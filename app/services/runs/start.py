"""What a run is to begin with, kept beside it until its first event is written: that waits for the model."""

from __future__ import annotations

import msgspec

from agents.budget import Budget
from agents.events import Mode, RunStarted
from app.services.runs.values import InChat, RunSpec


class RunStart(msgspec.Struct, frozen=True):
    """`started` as it is handed to a run; `tools` as in `RunSpec`."""

    started: RunStarted
    tools: tuple[str, ...] | None

    def kept(self) -> str:
        """As a text, for `read_start`."""
        return msgspec.json.encode(self).decode()

    def again(self, message: str, budget: Budget | None, mode: Mode | None, model: str) -> RunStart:
        """The same with what a person wants otherwise when it begins after all, as in `Runs.resume`."""
        was = self.started
        started = msgspec.structs.replace(
            was,
            task=f"{was.task}\n\n{message}" if message else was.task,
            budget=budget or was.budget,
            mode=mode or was.mode,
            model=model or was.model,
        )
        return RunStart(started, self.tools)


def read_start(text: str) -> RunStart | None:
    """None for what is none."""
    try:
        return msgspec.json.decode(text, type=RunStart)
    except msgspec.DecodeError:
        return None


def start_of(wish: RunSpec, task: str, workspace: str) -> RunStart:
    """How a run of that wish begins; `task` and `workspace` as they were checked."""
    chat = wish.chat or InChat()
    started = RunStarted(
        task,
        workspace,
        wish.model,
        wish.mode,
        wish.budget or Budget(),
        (),
        "",
        0,
        reasoning=wish.reasoning,
        recipe=wish.recipe,
        before=chat.before,
        tainted=chat.tainted,
        instructions=chat.instructions,
        sampling=chat.sampling,
        max_tokens=chat.max_tokens,
    )
    return RunStart(started, wish.tools)
