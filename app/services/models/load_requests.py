"""Builds load requests: the model's own options, completed by the settings."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.services.settings.placement_options import complete, without_worker_budgets
from app.services.settings.settings import SettingsFile
from engine.api import LoadRequest
from engine.placement.plan import PlacementOptions
from engine.remote.names import is_remote


class LoadRequests(msgspec.Struct, frozen=True):
    """Builds the same request for every load: at the start, when chosen, for an answer, after idling or a
    crash.

    `calibrations` is the folder that keeps what was measured of this machine, `states` the one for what was
    read of conversations, "": nothing of that is written. `projector_of` gives what a model's file sees by, "": what
    lies beside it, if anything.
    """

    settings: SettingsFile
    kept_options: Callable[[str], PlacementOptions]
    kept_threads: Callable[[str], int]
    calibrations: str
    states: str
    projector_of: Callable[[str], str]

    def make(
        self,
        path: str,
        context: int | None,
        options: PlacementOptions | None,
        *,
        watching: bool,
        without_workers: bool,
        together: bool = False,
    ) -> LoadRequest:
        """The request for the model at `path`.

        `options` None: those kept for it; `context` overrides both. `together`: several answers are usually
        written at once, unless the options say how many.
        """
        settings = self.settings.current
        if is_remote(path):  # not placed, and the context of the settings is one for local memory
            return LoadRequest(path, PlacementOptions(context or (options.context if options else 0)))
        wished = complete(self.kept_options(path) if options is None else options, settings, context)
        if without_workers:
            wished = msgspec.structs.replace(without_worker_budgets(wished), workers=())
        if not wished.mmproj:
            wished = msgspec.structs.replace(wished, mmproj=self.projector_of(path))
        if together and not wished.streams:
            wished = msgspec.structs.replace(wished, together=True)
        threads = self.kept_threads(path) or settings.threads
        remembered = options is None or without_workers
        return LoadRequest(
            path,
            wished,
            threads,
            watching,
            self.calibrations,
            remembered,
            self.states,
            settings.states_limit,
        )
