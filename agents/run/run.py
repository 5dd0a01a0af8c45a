"""A run: turns of a model and the calls it makes, one step after the other, until it answers or is stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

from agents.brain import Ask, Brain
from agents.events import ModelTurn, RunFinished, RunResumed, RunStarted
from agents.journal import Journal
from agents.permissions.values import Approver, Grants
from agents.tools.tool import Here, Tool
from engine.api import Message
from engine.errors import UserError

# Called with the step, and new text of the turn that is being written; from another thread.
OnText = Callable[[int, Literal["reasoning", "content"], str], None]
# What becomes of a call that was interrupted: carried out again, or left as it is.
Again = Literal["again", "skip"]


class Run:
    """One run, from its start or resumption to its end. All that happens is in the journal before it is told.

    `tools` are those at hand; `here` is what they use, its `cancelled`, `kept` and `network` are set by the run.
    `approver.ask` is called on the thread of `go` and must return None soon after `pause` or `stop`: whoever
    calls those wakes it.
    """

    def __init__(
        self,
        journal: Journal,
        brain: Brain,
        tools: Sequence[Tool],
        *,
        approver: Approver,
        grants: Grants,
        here: Here,
        on_text: OnText = lambda step, channel, text: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._brain = brain
        self._tools = tuple(tools)
        self._approver = approver
        self._grants = grants
        self._here = here
        self._on_text = on_text
        self._clock = clock
        self._stopping = threading.Event()

    def go(self, event: RunStarted | RunResumed, again: Mapping[str, Again] | None = None) -> RunFinished:
        """Run until the end, which is returned and is the journal's last event. Blocks, for hours if need be.

        Of a `RunStarted` the fields `model`, `remote`, `tools`, `context`, `sandbox` and `system` may be left
        empty; they are filled in once the model is ready. `again` says what becomes of calls that were interrupted;
        one that is not named is skipped. Raises UserError `store.*` when the journal cannot be written.
        """
        if isinstance(event, RunStarted):
            try:
                context = self._brain.ready()
            except UserError as error:
                self._journal.append(event)
                return self._finish(RunFinished("failed", "model", "", error=error.info))
            event = msgspec.structs.replace(
                event, context=context, remote=self._brain.remote, model=event.model or self._brain.name
            )
        self._journal.append(event)
        task = event.task if isinstance(event, RunStarted) else event.message
        turn = self._brain.turn(
            Ask((Message("user", task),)),
            lambda channel, text: self._on_text(1, channel, text),
            self._stopping.is_set,
        )
        self._journal.append(
            ModelTurn(
                1,
                turn.content,
                turn.reasoning,
                (),
                turn.finish_reason,
                turn.usage,
                turn.timings,
                error=turn.error,
            )
        )
        if turn.error:
            return self._finish(RunFinished("failed", "model", turn.content, error=turn.error))
        return self._finish(RunFinished("completed", "answered", turn.content))

    def _finish(self, finished: RunFinished) -> RunFinished:
        self._journal.append(finished)
        return finished

    def pause(self) -> None:
        """End soon, resumably: a tool that runs may finish, a turn that is being written is given up. From any
        thread."""
        self._stopping.set()

    def stop(self) -> None:
        """End at once: a tool that runs is told to give up, and calls that wait are not carried out. From any
        thread."""
        self._stopping.set()
