"""Carries out one call on a thread of its own: whatever the tool does, there is an outcome in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from agents.api import Approver, Outcome, Tool, ToolContext
from agents.permissions.values import ApprovalRequest, Decision
from engine.errors import UserError
from engine.text import clean_text

# Grace period of a tool that was told to give up; seconds.
GRACE = 3.0
_LOOK = 0.05
_MOST_DIFF = 200_000  # bytes
_MOST_SUMMARY = 200  # characters


class Carried(msgspec.Struct, frozen=True):
    """An outcome that took `seconds`, of which the tool `waited` for a person."""

    outcome: Outcome
    seconds: float
    waited: float


def carried_out(
    tool: Tool,
    arguments: dict[str, Any],
    context: ToolContext,
    stopping: Callable[[], bool],
    *,
    seconds_left: float | None = None,
    grace: float = GRACE,
    clock: Callable[[], float] = time.monotonic,
) -> Carried:
    """Run the tool and return its outcome.

    A failure of the tool is an "error", more than `facts.timeout_s` or than the run has left a "timeout", and
    one that was stopped before it ended "interrupted". A tool that does not even give up then is left behind.
    Its text is valid UTF-8 and not longer than `facts.most_bytes`.
    """
    work = _Work(tool, arguments, context, clock)
    work.thread.start()
    facts = tool.facts
    limits = [each for each in (facts.timeout_s or None, seconds_left) if each is not None]
    most = min(limits, default=None)
    reason: Literal["", "timeout", "interrupted"] = ""
    while not work.done.wait(_LOOK):
        if stopping():
            reason = "interrupted"
        elif most is not None and work.seconds() > most:
            reason = "timeout"
        if reason:
            work.cancelled.set()
            work.done.wait(grace)
            break
    seconds, waited = work.took(), work.waited()
    outcome = work.outcome
    if outcome is None:
        told = f"It was told to give up and did not within {grace:g} seconds; it may still go on."
        outcome = Outcome(told, "error")
    if reason and outcome.status != "ok":
        text = "\n".join(filter(None, (_why(reason, most or 0.0), outcome.text)))
        outcome = msgspec.structs.replace(outcome, text=text, status=reason)
    outcome = msgspec.structs.replace(
        outcome,
        text=_within(clean_text(outcome.text), facts.most_bytes),
        diff=_within(clean_text(outcome.diff), _MOST_DIFF),
        summary=clean_text(outcome.summary)[:_MOST_SUMMARY],
        untrusted=outcome.untrusted or facts.untrusted,
        own=(outcome.own or facts.own) and not (context.network or outcome.reached),
    )
    return Carried(outcome, seconds, waited)


def _why(reason: str, seconds: float) -> str:
    if reason == "timeout":
        return f"The tool took longer than {seconds:.3g} seconds."
    return "The run was stopped."


class _Work:
    """A call that is being carried out."""

    def __init__(
        self, tool: Tool, arguments: dict[str, Any], context: ToolContext, clock: Callable[[], float]
    ) -> None:
        self._tool, self._arguments, self._clock = tool, arguments, clock
        self._began = clock()
        self.cancelled, self.done = threading.Event(), threading.Event()
        self.outcome: Outcome | None = None
        self._waiting = _Waiting(context.approver, clock, self.cancelled.is_set) if context.approver else None
        self._context = msgspec.structs.replace(
            context, cancelled=self.cancelled.is_set, approver=self._waiting
        )
        self.thread = threading.Thread(target=self._run, name=f"tool-{tool.name}", daemon=True)

    def took(self) -> float:
        """Elapsed time, seconds."""
        return self._clock() - self._began

    def waited(self) -> float:
        """Time spent waiting for a person, seconds."""
        return self._waiting.seconds() if self._waiting else 0.0

    def seconds(self) -> float:
        return self.took() - self.waited()

    def _run(self) -> None:
        try:
            outcome = self._tool.run(self._arguments, self._context)
            if not isinstance(outcome, Outcome):
                outcome = Outcome(f"The tool failed: it returned {type(outcome).__name__}.", "error")
            self.outcome = outcome
        except UserError as error:
            told = ", ".join(f"{name}: {value}" for name, value in error.params.items())
            self.outcome = Outcome(f"The tool failed: {error.code}{f' ({told})' if told else ''}", "error")
        except BaseException as error:  # a tool's exception ends its call, never the run
            self.outcome = Outcome(f"The tool failed: {type(error).__name__}: {error}"[:2000], "error")
        finally:
            self.done.set()


class _Waiting:
    """An approver that measures the time it waits. A tool that was told to give up cannot ask."""

    def __init__(self, approver: Approver, clock: Callable[[], float], cancelled: Callable[[], bool]) -> None:
        self._approver, self._clock, self._cancelled = approver, clock, cancelled
        self._total, self._since = 0.0, -1.0

    def ask(self, request: ApprovalRequest) -> Decision | None:
        if self._cancelled():
            return None
        self._since = self._clock()
        try:
            return self._approver.ask(request)
        finally:
            self._total, self._since = self._total + self._clock() - self._since, -1.0

    def seconds(self) -> float:
        since = self._since
        return self._total + (self._clock() - since if since >= 0 else 0.0)


def _within(text: str, most: int) -> str:
    """The text, or its head and tail when it has more bytes than allowed."""
    data = text.encode()
    if not most or len(data) <= most:
        return text
    half = max(0, most - 100) // 2
    head, tail = data[:half].decode(errors="ignore"), data[len(data) - half :].decode(errors="ignore")
    return f"{head}\n[... {len(data) - 2 * half} bytes left out ...]\n{tail}"
