"""The run that a schedule starts, and what becomes of it."""

from __future__ import annotations

from agents.events import SnapshotTaken, Undone
from app.services.runs.reasons import why_ended
from app.services.runs.recipes import Recipes, filled
from app.services.runs.values import RunRecord, RunSpec
from app.store.schedules.records import Firing, FiringState, Schedule
from engine.errors import ErrorInfo

# A firing and its run are joined by this name, whichever of the two was written last.
_SESSION = "schedule:{}"


def session_of(firing: Firing) -> str:
    """What the run of a firing is called (`RunSpec.session`)."""
    return _SESSION.format(firing.id)


def spec_of(schedule: Schedule, firing: Firing, recipes: Recipes) -> RunSpec:
    """The run. Of a recipe it takes the words, tools and limits as they are now, but never its mode, which a person
    chose for the schedule. Raises UserError `recipe.*`."""
    task, tools, budget = schedule.task, schedule.tools, schedule.budget
    if schedule.recipe:
        recipe = recipes.get(schedule.recipe)
        task = filled(recipe, schedule.values)
        tools, budget = tools or recipe.tools, budget or recipe.budget
    return RunSpec(
        task=task,
        workspace=schedule.workspace,
        model=schedule.model,
        mode=schedule.mode,
        reasoning=schedule.reasoning,
        budget=budget,
        tools=tools,
        recipe=schedule.recipe,
        title=schedule.name,
        session=session_of(firing),
    )


def state_of(run: RunRecord, *, queued: bool = False) -> FiringState:
    """How a firing stands by its run. `queued`: it was paused as it asked, and nobody was there."""
    return "queued" if queued and run.state == "paused" else run.state


def reason_of(run: RunRecord, error: ErrorInfo | None) -> ErrorInfo | None:
    """Why a run ended otherwise than with an answer; `error` is what its journal says."""
    if run.state in ("stopped", "failed", "interrupted"):
        return why_ended(run.reason or run.state, error)
    return None


def written_by(entries: tuple[object, ...]) -> set[str]:
    """The files that events of a run say were changed by it, or put back."""
    paths: set[str] = set()
    for event in entries:
        if (isinstance(event, SnapshotTaken) and event.phase == "after") or isinstance(event, Undone):
            paths.update(change.path for change in event.files)
    return paths
