"""Progress of a run, in words."""

from __future__ import annotations

import json
from typing import Any

from agents.events import (
    Approval,
    Background,
    ContextTrimmed,
    Entry,
    HookRan,
    ModelTurn,
    PlanWritten,
    RunFinished,
    RunStarted,
    SnapshotTaken,
    SubagentFinished,
    SubagentStarted,
    ToolCalled,
    ToolResult,
)
from agents.plan import PLAN_TOOL, steps_of
from app.cli.output import Output
from app.cli.printable import printable
from app.cli.remote_servers import leaves_note
from app.language import Language
from app.messages import localized_error
from app.services.runs.reasons import reason_of, took, why_finished
from engine.errors import ErrorInfo

_WIDTH = 100


def reason_sentence(finished: RunFinished, language: Language) -> str:
    """Why the run ended."""
    return localized_error(why_finished(finished), language)


def entry_object(entry: Entry, language: Language) -> dict[str, Any]:
    """A journal event for --json; the end includes its reason as a sentence (`message`)."""
    shown = entry.as_object()
    if isinstance(entry.event, RunFinished):
        shown["message"] = reason_sentence(entry.event, language)
    return shown


class Showing:
    """Prints the run's progress to stderr, its answer to stdout. Nothing with --json."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._changed = False
        self._silent = 0  # the step of the last turn, if that used no tool
        self._ports: dict[str, tuple[int, ...]] = {}

    def note(self, error: ErrorInfo) -> None:
        self._output.tell(error)

    def entry(self, entry: Entry) -> None:
        """Print an event in a line or two; most print nothing."""
        event = entry.event
        if isinstance(event, RunStarted):
            if event.workspace:
                self._say("started", run=entry.run, workspace=printable(event.workspace))
            if note := leaves_note(event.model, self._output.language):
                self._note(note)
        elif isinstance(event, ModelTurn):
            if event.reasoning:
                self._say("thought", tokens=event.usage.reasoning_tokens)
            if self._silent:  # it was no answer, for the run went on
                self._note(f"{self._silent:>3}  {self._word('no_call')}")
            self._silent = 0 if event.tool_calls else event.step
            if event.tool_calls and event.content.strip():
                self._note(event.content.strip())
        elif isinstance(event, ToolCalled):
            self._note(f"{event.step:>3}  {call_line(event)}")
        elif isinstance(event, PlanWritten) and event.state in ("approved", "rejected"):
            self._say(f"plan_{event.state}")
        elif isinstance(event, Approval) and event.decision == "denied":
            self._note(f"     {self._word('denied')}")
        elif isinstance(event, SnapshotTaken) and event.phase == "after":
            self._changed = self._changed or bool(event.files)
            for change in event.files:
                self._note(f"     {self._word(change.change)}: {printable(change.path)}")
        elif isinstance(event, ToolResult) and event.status not in ("ok", "denied"):
            self._note(f"     {event.text.strip()[:_WIDTH]}")
        elif isinstance(event, SubagentStarted):
            self._note(
                f"     {self._word('gave_away', run=event.child, task=' '.join(event.task.split())[:_WIDTH])}"
            )
        elif isinstance(event, SubagentFinished):
            self._note(f"     {self._word('came_back', run=event.child, took=self._cost(event))}")
        elif isinstance(event, Background):
            self._background(event)
        elif isinstance(event, HookRan):
            self._say(f"hook_{event.outcome}", command=" ".join(event.command.split())[:_WIDTH])
        elif isinstance(event, ContextTrimmed) and event.reason == "results":
            self._say("trimmed", before=event.before_tokens, after=event.after_tokens)

    def helper_entry(self, entry: Entry) -> None:
        """Print a call of a helper."""
        if isinstance(entry.event, ToolCalled):
            self._note(f"     {self._word('helper_call', run=entry.run, call=call_line(entry.event))}")

    def _background_ended(self, event: Background) -> str:
        if event.reason not in ("", "exit"):
            name = "background_with_run" if event.reason == "run" else "background_stopped"
            return self._word(name, id=event.id)
        if event.code < 0:
            return self._word("background_signal", id=event.id, signal=-event.code)
        return self._word("background_ended", id=event.id, code=event.code)

    def _background(self, event: Background) -> None:
        """A command in the background: its start, its ports when they change, its end."""
        if event.state == "ended":
            self._ports.pop(event.id, None)
            self._note(f"     {self._background_ended(event)}")
        elif event.ports and event.ports != self._ports.get(event.id):
            self._ports[event.id] = event.ports
            ports = ", ".join(map(str, event.ports))
            self._note(f"     {self._word('background_listens', id=event.id, ports=ports)}")

    def ended(self, run: int, finished: RunFinished) -> None:
        """Print the answer, the reason for the end, and what can be done now."""
        self._silent = 0
        if finished.answer.strip():
            self._output.text(finished.answer.strip())
        sentence = reason_sentence(finished, self._output.language)
        if finished.status != "completed":
            self._output.note(printable(sentence))
            if finished.resumable:
                self._say("resume", run=run)
        elif reason_of(finished) != "answered":
            self._note(sentence)
        if finished.left:
            self._say("left")
            self._note("\n".join(f"  - {step}" for step in finished.left))
        self._note(took(finished, self._output.language))
        self.undo_hint(run)

    def undo_hint(self, run: int) -> None:
        """How to undo its changes, if there are any."""
        if self._changed:
            self._say("undo", run=run)

    def paused(self, run: int) -> None:
        """Print what Ctrl+C did."""
        self._say("resume", run=run)

    def _cost(self, event: SubagentFinished) -> str:
        ended = RunFinished(
            event.status,
            event.reason,
            event.answer,
            error=event.error,
            tokens=event.tokens,
            seconds=event.seconds,
            calls=event.calls,
        )
        told = took(ended, self._output.language)
        return (
            told if event.status == "completed" else f"{reason_sentence(ended, self._output.language)} {told}"
        )

    def _word(self, name: str, **values: object) -> str:
        return self._output.localized(f"cli.run.{name}", **values)

    def _say(self, name: str, **values: object) -> None:
        self._note(self._word(name, **values))

    def _note(self, text: str) -> None:
        if not self._output.json:
            for line in text.splitlines():
                self._output.note(printable(line))


def call_line(event: ToolCalled) -> str:
    """A call such as write_file(notes.txt): the first arguments, in a line."""
    if event.name == PLAN_TOOL:
        steps = steps_of(event.arguments)
        shown = f"{sum(step.state == 'done' for step in steps)}/{len(steps)}"
    elif isinstance(event.arguments, str):
        shown = event.arguments
    else:
        values = (
            v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in event.arguments.values()
        )
        shown = ", ".join(values)
    shown = " ".join(shown.split())
    if len(shown) > _WIDTH:
        shown = shown[: _WIDTH - 1] + "…"
    return f"{event.name}({shown})"
