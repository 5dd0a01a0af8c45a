"""The rows of the list beside the page, as plain values: runs by their state, then recipes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from app.desktop.text.run_labels import is_under_way
from app.services.runs.values import Recipe, RunRecord

Heading = Literal["running", "finished", "recipes"]


class Row(NamedTuple):
    """A heading, a run or a recipe."""

    heading: Heading | None = None
    run: RunRecord | None = None
    recipe: Recipe | None = None

    def key(self) -> tuple[str, str]:
        if self.run is not None:
            return "run", str(self.run.id)
        if self.recipe is not None:
            return "recipe", self.recipe.id
        return "heading", self.heading or ""


def rows_of(runs: Iterable[RunRecord], recipes: Sequence[Recipe], query: str = "") -> list[Row]:
    """Those that a search means, all for an empty one: what is under way by its start, what has ended by its end,
    the latest first. A paused run has not ended, but nothing happens until somebody resumes it."""
    meant = [run for run in runs if _means(query, run.title, run.task, run.workspace)]
    running = sorted(filter(is_under_way, meant), key=lambda run: (-run.created, -run.id))
    ended = sorted((run for run in meant if not is_under_way(run)), key=lambda run: (-run.updated, -run.id))
    found = [recipe for recipe in recipes if _means(query, recipe.title, recipe.description)]
    rows: list[Row] = []
    if running:
        rows += [Row("running"), *(Row(run=run) for run in running)]
    if ended:
        rows += [Row("finished"), *(Row(run=run) for run in ended)]
    if found:
        rows += [Row("recipes"), *(Row(recipe=recipe) for recipe in found)]
    return rows


def _means(query: str, *texts: str) -> bool:
    """Whether each word of the query is in one of the texts."""
    whole = "\n".join(texts).casefold()
    return all(word in whole for word in query.casefold().split())
