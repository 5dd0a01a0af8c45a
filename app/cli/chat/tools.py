"""Tools of a chat in the terminal: shows their calls, and asks for approval."""

from __future__ import annotations

from typing import Any

from agents.events import Mode, ToolCalled
from app.cli.named import whole_path
from app.cli.output import Output
from app.cli.run.approving import answer
from app.cli.run.showing import Showing
from app.services.chat.events import AnswerRun
from app.services.events import ServiceEvent
from app.services.runs.events import RunAsks, RunEntries
from app.services.services import Services
from app.store.records import ChatTools, Message


def chat_tools(services: Services, workspace: str, mode: Mode | None) -> ChatTools:
    """The tools of a chat in this folder. Raises UserError as `Runs.workspace` does."""
    return ChatTools(services.runs.workspace(whole_path(workspace)), mode or "ask")


class ToolsShown:
    """Shows the run that writes an answer, and asks its questions; in the main thread."""

    def __init__(self, services: Services, output: Output) -> None:
        self._services, self._output = services, output
        self._showing = Showing(output)
        self._run = 0

    def show(self, event: ServiceEvent, answer_id: int) -> bool:
        """Show what belongs to the run of this answer; returns whether a run writes it."""
        if isinstance(event, AnswerRun) and event.message == answer_id:
            self._run, self._showing = event.run, Showing(self._output)
        elif isinstance(event, RunEntries) and event.run == self._run:
            for entry in event.entries:
                self._showing.entry(entry)
        elif isinstance(event, RunAsks) and event.run == self._run and event.request is not None:
            answer(self._services.runs, self._run, event.request, self._output)
        return bool(self._run)

    def ended(self, message: Message) -> None:
        """Show the answer, and what can be done about it now."""
        if message.content.strip():
            self._output.text(message.content.strip())
        self._showing.undo_hint(self._run)
        self._run = 0


def calls_made(services: Services, message: Message) -> list[dict[str, Any]]:
    """The calls of an answer, in order, in the contract's JSON."""
    return [
        {"id": event.call, "name": event.name, "arguments": event.arguments}
        for entry in (services.runs.entries(message.run) if message.run else ())
        if isinstance(event := entry.event, ToolCalled)
    ]
