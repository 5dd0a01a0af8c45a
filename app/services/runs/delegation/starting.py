"""How a run begins that is given a task: its start, its record, its tools and its model. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from agents.api import Tool
from agents.budget import Budget
from agents.events import RunStarted
from agents.run.state import RunState
from agents.tools.delegate import DELEGATING
from app.services.runs.delegation import words
from app.services.titles import title_from
from app.store.records import RunRecord
from engine.remote.names import is_remote


def problem_of(parent: RunState, tools: tuple[Tool, ...], budget: Budget | None, *, changes: bool) -> str:
    """Why nothing can be given away, for the model; "" when it can."""
    if changes and parent.acting_mode == "read":
        return words.READ_ONLY
    if not tools:
        return words.NO_TOOLS
    return "" if budget is not None and parent.started is not None else words.NO_BUDGET


def start_for(
    parent: RunState, run: int, task: str, workspace: str, model: str, budget: Budget, *, changes: bool
) -> RunStarted:
    """The start of a run that `run` gives its task to, which stands at `parent`. `workspace` "" is a copy."""
    given = parent.started
    assert given is not None
    return RunStarted(
        task,
        workspace,
        model,
        parent.mode if changes else "read",
        budget,
        (),
        "",
        0,
        reasoning=given.reasoning,
        tainted=parent.tainted,
        instructions=given.instructions,
        sampling=given.sampling,
        collection=given.collection,
        readable=given.readable,
        follows=given.follows,
        unfollowed=given.unfollowed,
        skills=given.skills,
        context_wish=given.context_wish if model == given.model else 0,
        parent=run,
        copied=changes,
    )


def record_for(started: RunStarted, writer: str, now: float) -> RunRecord:
    return RunRecord(
        0,
        title_from(started.task),
        started.task,
        started.workspace,
        started.model,
        started.mode,
        "running",
        now,
        now,
        steps=started.budget.steps,
        writer=writer,
        parent=started.parent,
    )


def tools_for(parent: RunState, tools: Iterable[Tool], *, changes: bool) -> tuple[Tool, ...]:
    """Of the tools of the run those that may be had: what reads, and in a copy what changes files."""
    names = set(parent.started.tools if parent.started else ()) - DELEGATING
    had = [tool for tool in tools if tool.name in names and not tool.facts.keeps]
    return tuple(tool for tool in had if changes or (tool.facts.read_only and not tool.facts.network))


def chosen_model(own: str, wanted: str) -> str:
    """The model that a person wants for such runs, else that of the run itself. Of the models of this computer one is
    loaded at a time."""
    return wanted if wanted and (is_remote(wanted) or is_remote(own)) else own
