"""Tells instructions of deeper folders when work goes there, each file once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agents.context.project_text import nested_text
from agents.events import ContextTrimmed
from agents.permissions.path_rules import PathRefused
from agents.permissions.values import ToolFacts
from agents.run.record import Record
from agents.workspace.workspace import Workspace


class NestedInstructions:
    """Of one run."""

    def __init__(self, record: Record, workspace: Workspace) -> None:
        self._record, self._workspace = record, workspace
        self._told: set[str] | None = None

    def after_step(self, facts: Mapping[str, ToolFacts], context: int) -> None:
        """Say what counts for the files that the calls of the last step named."""
        started = self._record.state.started
        if started is None or not started.nested:
            return
        paths = tuple(self._paths(facts))
        for file in started.nested:
            if file.path in self._known() or not any(_lies_in(path, file.folder) for path in paths):
                continue
            self._known().add(file.path)
            text = nested_text(file, context)
            self._record.append(ContextTrimmed("nudge", text=text, about="nested", names=(file.path,)))

    def _known(self) -> set[str]:
        if self._told is None:
            events = (entry.event for entry in self._record.journal.entries())
            self._told = {
                name
                for event in events
                if isinstance(event, ContextTrimmed) and event.about == "nested"
                for name in event.names
            }
        return self._told

    def _paths(self, facts: Mapping[str, ToolFacts]) -> Iterator[str]:
        state = self._record.state
        for done in state.recent:
            if done.step != state.step or isinstance(done.arguments, str) or done.name not in facts:
                continue
            for name in facts[done.name].paths:
                try:
                    yield self._workspace.relative(str(done.arguments.get(name, "")))
                except PathRefused:
                    continue


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
