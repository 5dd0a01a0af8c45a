"""How well models use tools, as their check found: kept for the very file, shown wherever one is chosen."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from agents.check.check import check
from app.services.events import LibraryChanged, ServiceEvent, Subscriber
from app.services.models import Models
from app.services.run_parts import Brains
from app.store.records import ToolCheck
from app.store.run_store import RunStore
from engine.errors import UserError


class ToolChecks:
    """All methods may wait for the disk, `run` for half a minute and for the model to load."""

    def __init__(self, store: RunStore, models: Models, brains: Brains) -> None:
        self._store, self._models, self._brains = store, models, brains
        self._subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """`LibraryChanged` is told after each check."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def known(self) -> dict[str, ToolCheck]:
        """The checks by key; see `key_of`."""
        return {found.model: found for found in self._store.checks()}

    def of(self, path: str) -> ToolCheck | None:
        """The check of the model at this path, as it is now; None when it was not checked."""
        key = key_of(path)
        return self.known().get(key) if key else None

    def run(
        self,
        model: str,
        progress: Callable[[int, int], None] = lambda done, total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ToolCheck | None:
        """Check a model, loading it when it is not; None when cancelled. Raises UserError as a run does when its
        model cannot be asked, and `run.no_model_file` when its file is gone."""
        brain = self._brains.brain(model)
        key = model if brain.remote else key_of(self._models.resolved(model or self._models.wanted))
        if not key:
            raise UserError("run.no_model_file", name=model)
        found = check(brain, progress=progress, cancelled=cancelled)
        if found is None:
            return None
        details = ", ".join(found.failed)
        kept = ToolCheck(key, time.time(), found.rating, found.passed, found.total, details)
        self._store.put_check(kept)
        told: list[ServiceEvent] = [LibraryChanged()]
        for subscriber in tuple(self._subscribers):
            subscriber(told)
        return kept


def key_of(path: str) -> str:
    """What names the very file at `path`: another file in its place is another model. "" when there is none."""
    if path.startswith("openai:"):
        return path
    try:
        facts = Path(path).stat()
    except OSError:
        return ""
    return f"{path}|{facts.st_size}|{facts.st_mtime_ns}"
