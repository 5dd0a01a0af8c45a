"""What is asked of the engine when a model is loaded: its own settings, completed by those for all."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.services.settings.placement_options import complete, without_worker_budgets
from app.services.settings.settings import SettingsFile
from engine.api import LoadRequest
from engine.placement.plan import PlacementOptions
from engine.remote.names import is_remote


class LoadRequests:
    """Makes the same request however a model comes to be loaded: at the start, when it is chosen, by an answer, after
    a rest or a crash. `calibrations` is the folder that keeps what was measured of this machine, `states` the one for
    what was read of conversations, "": nothing of that is written."""

    def __init__(
        self,
        settings: SettingsFile,
        kept_options: Callable[[str], PlacementOptions],
        kept_threads: Callable[[str], int],
        calibrations: str,
        states: str,
    ) -> None:
        self._settings = settings
        self._kept_options = kept_options
        self._kept_threads = kept_threads
        self._calibrations = calibrations
        self._states = states

    def make(
        self,
        path: str,
        context: int | None,
        options: PlacementOptions | None,
        *,
        watching: bool,
        without_workers: bool,
    ) -> LoadRequest:
        """For the model at `path`. `options` None: those kept for it; `context` is used before both."""
        settings = self._settings.current
        if is_remote(path):  # nothing is placed, and the settings' context is one for this machine's memory
            return LoadRequest(path, PlacementOptions(context or (options.context if options else 0)))
        wished = complete(self._kept_options(path) if options is None else options, settings, context)
        if without_workers:
            wished = msgspec.structs.replace(without_worker_budgets(wished), workers=())
        threads = self._kept_threads(path) or settings.threads
        remembered = options is None or without_workers
        return LoadRequest(
            path,
            wished,
            threads,
            watching,
            self._calibrations,
            remembered,
            self._states,
            settings.states_limit,
        )
