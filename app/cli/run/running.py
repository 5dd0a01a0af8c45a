"""`coterie run`: starts or resumes a run in the terminal, shows it, and asks its questions."""

from __future__ import annotations

import contextlib
import queue
from typing import Any, Literal

import msgspec

from agents.budget import Budget
from agents.events import Entry, Mode, RunFinished, RunStarted, SubagentStarted
from app.cli.ending import INTERRUPTED, Ended, WrongUsage, signals_held
from app.cli.named import reasoning_choice, whole_path
from app.cli.opened import opened
from app.cli.output import Output
from app.cli.run.approving import answer
from app.cli.run.instructions import settled
from app.cli.run.showing import Showing, entry_object
from app.services.events import ServiceEvent, StoreFailed
from app.services.runs.events import RunAsks, RunChanged, RunEntries
from app.services.runs.host_gate import checked_hosts
from app.services.runs.recipes import filled
from app.services.runs.slash import command_in, plan_wish, slash_entries, task_of
from app.services.runs.start import with_steps
from app.services.runs.values import Recipe, RunSpec
from app.services.services import Services
from app.services.settings.settings import language
from app.store.records import RUNS_UNDER_WAY, RunRecord
from engine.errors import UserError

# Grace period of a running tool after an interrupt; seconds.
TOOL_PATIENCE = 2.0


class RunArguments(msgspec.Struct, frozen=True):
    """The options of the command; None and "" are left to the recipe, the settings and the model."""

    task: str = ""
    workspace: str = ""
    model: str = ""
    mode: Mode | None = None
    plan: bool = False
    max_steps: int | None = None
    context: int | None = None
    reasoning: str = ""
    tools: tuple[str, ...] = ()
    collection: str = ""
    read: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    recipe: str = ""
    values: dict[str, str] = {}
    resume: str = ""
    again: bool = False
    instructions: Literal["yes", "no"] | None = None


def carry_out(arguments: RunArguments, output: Output) -> int:
    """Run the command; returns its exit code: 0 for a run that completed, 1 for one that was stopped or
    failed.
    """
    _check(arguments)
    with opened() as services:
        watch = Watch(services, output)
        if arguments.resume:
            record = _resumed(services, arguments)
        else:
            follow = settled(services.runs, whole_path(arguments.workspace), arguments.instructions, output)
            record = _started(services, arguments, follow=follow)
        return watch.follow(record)


def chosen_run(services: Services, name: str) -> int:
    """Parse the number of a run. Raises UserError `run.bad_number`, `run.none`."""
    if name == "last":
        known = services.runs.all()
        if not known:
            raise UserError("run.none")
        return known[0].id
    if not (name.isdecimal() and len(name) < 10):
        raise UserError("run.bad_number", value=name[:40])
    return services.runs.get(int(name)).id


def _check(arguments: RunArguments) -> None:
    """Check the options. Raises WrongUsage for an invalid combination."""
    if arguments.resume:
        fixed = (arguments.workspace, arguments.recipe, arguments.tools, arguments.model, arguments.reasoning)
        if (
            any(fixed)
            or arguments.collection
            or arguments.read
            or arguments.context
            or arguments.instructions
        ):
            raise WrongUsage(UserError("cli.resume_alone"))
        if arguments.plan and not arguments.task:
            raise WrongUsage(UserError("cli.plan_needs_task"))
    elif arguments.again:
        raise WrongUsage(UserError("cli.again_needs_resume"))
    elif not arguments.task and not arguments.recipe:
        raise WrongUsage(UserError("cli.no_task"))
    elif not arguments.workspace:
        raise WrongUsage(UserError("cli.no_workspace"))
    try:
        checked_hosts(arguments.hosts)
    except UserError as error:
        raise WrongUsage(error) from error
    if arguments.values and not arguments.recipe:
        raise WrongUsage(UserError("cli.set_needs_recipe"))


def _named_task(services: Services, arguments: RunArguments) -> tuple[str, Recipe | None, bool]:
    """The task, the skill that the options or a slash name, and whether a plan comes first."""
    said, plan = plan_wish(arguments.task)
    plan = plan or arguments.plan
    if arguments.recipe:
        recipe = services.runs.recipes.get(arguments.recipe)
        words = filled(recipe, arguments.values)
        return f"{words}\n\n{said}" if said else words, recipe, plan
    if said.startswith("/"):
        entries = slash_entries("task", services.runs.recipes, language(services.settings.current))
        found = command_in(said, entries)
        if found is not None and found[0].recipe is not None:
            return task_of(found[0].recipe, found[1]), found[0].recipe, plan
    return said, None, plan


def _started(services: Services, arguments: RunArguments, *, follow: bool) -> RunRecord:
    mode, tools, budget, title = arguments.mode, arguments.tools, Budget(), ""
    task, recipe, plan = _named_task(services, arguments)
    if recipe is not None:
        mode = mode or recipe.mode
        tools = tools or recipe.tools or ()
        budget, title, plan = recipe.budget, recipe.title, plan or recipe.plan
    reasoning = reasoning_choice(arguments.reasoning)
    named = services.collections.named(arguments.collection).name if arguments.collection else ""
    wish = RunSpec(
        task=task,
        workspace=whole_path(arguments.workspace),
        model=arguments.model or services.settings.current.model,
        mode=mode or "ask",
        reasoning="auto" if reasoning is None else reasoning,
        budget=with_steps(budget, arguments.max_steps),
        tools=tools or None,
        recipe=arguments.recipe or (recipe.id if recipe is not None else ""),
        title=title,
        collection=named,
        readable=tuple(map(whole_path, arguments.read)),
        hosts=arguments.hosts,
        context=arguments.context or 0,
        follow=follow,
        plan=plan,
    )
    return services.runs.start(wish)


def _resumed(services: Services, arguments: RunArguments) -> RunRecord:
    id = chosen_run(services, arguments.resume)
    services.runs.recover()
    again: dict[str, Any] = {}
    if arguments.again:
        again = dict.fromkeys(services.runs.view(id).interrupted, "again")
    started = (entry.event for entry in services.runs.entries(id) if isinstance(entry.event, RunStarted))
    before = next((event.budget for event in started), Budget())
    budget = with_steps(before, arguments.max_steps) if arguments.max_steps else None
    services.runs.allow_hosts(id, arguments.hosts)
    return services.runs.resume(id, arguments.task, again, budget, mode=arguments.mode, plan=arguments.plan)


class Watch:
    """Shows a run as it proceeds, in the main thread, and asks on the terminal."""

    def __init__(self, services: Services, output: Output) -> None:
        self._services = services
        self._output = output
        self._showing = Showing(output)
        self._events: queue.SimpleQueue[ServiceEvent] = queue.SimpleQueue()
        self._last: RunFinished | None = None
        self._helpers: set[int] = set()
        services.events.subscribe(ServiceEvent, self._events.put)

    def follow(self, record: RunRecord) -> int:
        """Show the run until it ends; returns the exit code. Ctrl+C and termination signals pause it."""
        try:
            self._until_over(record.id)
        except (KeyboardInterrupt, Ended) as end:
            with signals_held():
                self._services.runs.pause(record.id)
                if not self._services.runs.join(record.id, TOOL_PATIENCE):
                    self._services.runs.hurry(record.id)
                    self._services.runs.join(record.id, 10.0)
                self._drain(record.id)
                self._showing.paused(record.id)
            if isinstance(end, Ended):
                raise
            return INTERRUPTED
        if self._last is None:
            raise UserError("run.unsaved")
        self._showing.ended(record.id, self._last)
        return 0 if self._last.status == "completed" else 1

    def _until_over(self, id: int) -> None:
        while True:
            try:
                event = self._events.get(timeout=0.2)
            except queue.Empty:  # lets Ctrl+C in on platforms where a blocked wait does not
                if self._services.runs.join(id, 0.0) and self._events.empty():
                    return
                continue
            self._show(id, event)
            if isinstance(event, RunChanged) and event.run.id == id and event.run.state not in RUNS_UNDER_WAY:
                self._services.runs.join(id, 5.0)
                self._drain(id)
                return

    def _drain(self, id: int) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._show(id, self._events.get_nowait())

    def _show(self, id: int, event: ServiceEvent) -> None:
        if isinstance(event, RunEntries) and event.run == id:
            for entry in event.entries:
                self._entry(entry)
        elif isinstance(event, RunEntries) and event.run in self._helpers:
            for entry in event.entries:
                self._showing.helper_entry(entry)
        elif isinstance(event, RunAsks) and event.run == id and event.request is not None:
            answer(self._services.runs, id, event.request, self._output)
        elif isinstance(event, StoreFailed):
            self._showing.note(event.error)

    def _entry(self, entry: Entry) -> None:
        if isinstance(entry.event, RunFinished):
            self._last = entry.event
        elif isinstance(entry.event, SubagentStarted):
            self._helpers.add(entry.event.child)
        self._output.object(entry_object(entry, self._output.language))
        self._showing.entry(entry)
