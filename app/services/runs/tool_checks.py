"""Tool checks: how well models use tools, stored for the exact file."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.events import EventBus
from app.services.library.events import LibraryChanged
from app.services.models.models import Models
from app.store.records import ToolCheck
from engine.errors import UserError
from engine.remote.names import is_remote

if TYPE_CHECKING:  # windows need messages of this module before the store is open
    from agents.check.check import Checked
    from app.services.runs.model_registry import ModelRegistry
    from app.store.grants import ToolChecks as StoredToolChecks

_BETWEEN = ", "
# Grace period of a canceled check; seconds.
_LEAVES_S = 0.5


class ToolChecks:
    """All methods may wait for the disk, `run` for half a minute and for the model to load. `LibraryChanged` is
    published after each check."""

    def __init__(
        self, store: StoredToolChecks, models: Models, model_registry: ModelRegistry, events: EventBus
    ) -> None:
        self._store, self._models, self._model_registry = store, models, model_registry
        self._events = events
        self._running = threading.Lock()

    def known(self) -> dict[str, ToolCheck]:
        """The checks by key; see `key_of`."""
        return {found.model: found for found in self._store.all()}

    def by_path(self, paths: Iterable[str]) -> dict[str, ToolCheck]:
        """The checks of the models at these paths, in their current version."""
        known = self.known()
        return {path: known[key] for path in paths if (key := key_of(path)) in known}

    def run(
        self,
        model: str,
        progress: Callable[[int, int], None] = lambda done, total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Checked | None:
        """Check a model, loading it when it is not; None when cancelled. The model that was in use is loaded again
        behind the check of another one.

        Raises UserError as a run does when its model cannot be asked, `check.answering` while an answer is written,
        `check.twice` while another check is under way, `check.too_slow`, and `run.no_model_file` when the file is
        gone.
        """
        if not self._running.acquire(timeout=_LEAVES_S):
            raise UserError("check.twice")
        try:
            found = self._check(model, progress, cancelled)
        finally:
            self._running.release()
        if found is not None:
            self._events.publish(LibraryChanged())
        return found

    def _check(
        self, model: str, progress: Callable[[int, int], None], cancelled: Callable[[], bool]
    ) -> Checked | None:
        chat_model = self._model_registry.chat_model(model)
        served = is_remote(chat_model.name)  # it does not replace the loaded model
        path = chat_model.name if served else self._models.resolved(model or self._models.wanted)
        key = key_of(path)
        if not key:
            raise UserError("run.no_model_file", name=model)
        before = self._models.state
        if not served and self._models.is_answering:
            raise UserError("check.answering", name=before.name)
        from agents.check.check import check

        try:
            found = check(chat_model, progress=progress, cancelled=cancelled)
        finally:
            # Not when somebody has chosen a third one meanwhile.
            if before.path and before.path != path == self._models.state.path:
                self._models.use(before.path, remember=False)
        if found is not None:
            failed = _BETWEEN.join(found.failed)
            kept = ToolCheck(key, time.time(), found.rating, found.passed, found.total, failed)
            self._store.put(kept)
        return found


def failed_tasks(check: ToolCheck) -> tuple[str, ...]:
    """Names of the failed tasks."""
    return tuple(name for name in check.details.split(_BETWEEN) if name)


def key_of(path: str) -> str:
    """The key of the exact file at `path`: a replaced file is another model. "" when it does not exist."""
    if is_remote(path):
        return path
    try:
        facts = Path(path).stat()
    except OSError:
        return ""
    return f"{path}|{facts.st_size}|{facts.st_mtime_ns}"
