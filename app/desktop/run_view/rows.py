"""The rows of the list beside the page, as plain values: runs by their state, then recipes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

from app.desktop.text.run_labels import is_under_way
from app.services.runs.values import Recipe, RunRecord
from app.services.schedules.values import ScheduleLine

Heading = Literal["running", "scheduled", "finished", "recipes"]


class Row(NamedTuple):
    """A heading, a run, a recipe or a schedule."""

    heading: Heading | None = None
    run: RunRecord | None = None
    recipe: Recipe | None = None
    schedule: ScheduleLine | None = None
    unseen: bool = False  # a run of a schedule that ended, and that nobody has looked at

    def key(self) -> tuple[str, str]:
        if self.run is not None:
            return "run", str(self.run.id)
        if self.recipe is not None:
            return "recipe", self.recipe.id
        if self.schedule is not None:
            return "schedule", str(self.schedule.schedule.id)
        return "heading", self.heading or ""


def rows_of(
    runs: Iterable[RunRecord],
    recipes: Sequence[Recipe],
    query: str = "",
    schedules: Sequence[ScheduleLine] = (),
    unseen: Collection[int] = (),
) -> list[Row]:
    """Those that a search means, all for an empty one: what is under way by its start, what has ended by its end,
    the latest first; `unseen` are runs. A paused run has not ended, but nothing happens until somebody resumes it."""
    meant = [run for run in runs if _means(query, run.title, run.task, run.workspace)]
    running = sorted(filter(is_under_way, meant), key=lambda run: (-run.created, -run.id))
    ended = sorted((run for run in meant if not is_under_way(run)), key=lambda run: (-run.updated, -run.id))
    planned = [line for line in schedules if _means(query, line.schedule.name, line.schedule.task)]
    found = [recipe for recipe in recipes if _means(query, recipe.title, recipe.description)]
    rows: list[Row] = []
    if running:
        rows += [Row("running"), *(Row(run=run) for run in running)]
    if planned:
        rows += [Row("scheduled"), *(Row(schedule=line) for line in planned)]
    if ended:
        rows += [Row("finished"), *(Row(run=run, unseen=run.id in unseen) for run in ended)]
    if found:
        rows += [Row("recipes"), *(Row(recipe=recipe) for recipe in found)]
    return rows


def _means(query: str, *texts: str) -> bool:
    """Whether each word of the query is in one of the texts."""
    whole = "\n".join(texts).casefold()
    return all(word in whole for word in query.casefold().split())
