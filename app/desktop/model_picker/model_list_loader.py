"""Reads, in the background, what the picker of models shows: which there are, and how fast each is here."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.model_picker.model_pill import ModelMenu
from app.desktop.model_picker.model_wishes import ModelSpeed
from app.services.connections.events import RemoteServersChanged
from app.services.events import ServiceEvent
from app.services.library.events import LibraryChanged
from app.services.models.events import ModelChanged
from engine.errors import UserError
from engine.remote.names import is_remote

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.desktop.model_picker.model_choices import ModelChoice
    from app.services.connections.remote_server_file import ModelServer
    from app.services.services import Services

log = logging.getLogger(__name__)


def choices_of(services: Services) -> tuple[ModelChoice, ...]:
    """What can be chosen now. Blocks on the disk."""
    from app.desktop.model_picker.model_choices import look_at_files, model_choices, with_checks
    from app.services.library.resolving import resolve_model
    from app.services.models.models import STARTER

    try:
        (starter,) = look_at_files([str(resolve_model(STARTER))])
    except UserError:
        starter = None
    folder, recent = services.library.folder, services.settings.current.recent_models
    # What was taken out of the library on purpose is not missed.
    files = [
        file
        for file in look_at_files(path for path in recent if not is_remote(path))
        if file.there or not Path(file.path).is_relative_to(folder)
    ]
    used = [path for path in recent if is_remote(path)]
    choices = model_choices(services.library.models(), files, starter, _servers(services), used)
    return with_checks(choices, services.tool_checks.by_path(choice.path for choice in choices))


def _servers(services: Services) -> tuple[ModelServer, ...]:
    try:
        return services.remote_servers.all()
    except UserError as error:  # the settings say what is wrong with their file
        log.warning("The servers of models elsewhere could not be read: %s", error)
        return ()


def speed_of(services: Services, path: str) -> ModelSpeed:
    """How fast the model at `path` is under its kept wishes, and whether it is made for chats. Blocks;
    raises what planning raises."""
    placements = services.placements
    speed = placements.speed(path)
    measured = speed.decode_tps if speed is not None else 0.0
    if is_remote(path):  # nothing is planned of it
        return ModelSpeed(measured)
    plan = placements.planned(path, placements.options_for(path)).plan
    return ModelSpeed(measured, plan.predicted.decode_tps, plan.fits, placements.has_template(path))


class ModelListLoader(QObject):
    """Keeps `menu` up to date while it is looked at."""

    def __init__(self, calls: ServiceCalls, menu: ModelMenu) -> None:
        super().__init__(menu)
        self._calls, self._menu = calls, menu
        self._speeds: dict[str, ModelSpeed] = {}
        self._waiting: list[str] = []
        self._asked = False
        self._reading: Task | None = None
        self._state: ModelChanged | None = None
        menu.opening.connect(self.read)

    def read(self) -> None:
        """Read again what there is; the menu shows it when it has come."""
        self._reading = self._calls.do(
            choices_of, self._take_choices, self._could_not, executor="files", instead_of=self._reading
        )

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, ModelChanged):
                self._state = event
                if not self._asked:
                    self._ask_next()  # a worker may have time now
        if self._looked_at() and any(
            isinstance(event, LibraryChanged | RemoteServersChanged) for event in events
        ):
            self.read()

    def _looked_at(self) -> bool:
        return self._menu.picker is not None and self._menu.picker.isVisible()

    def _take_choices(self, choices: tuple[ModelChoice, ...]) -> None:
        self._menu.know(choices=choices)
        self._waiting = [choice.path for choice in choices if choice.path and choice.usable]
        if not self._asked:
            self._ask_next()

    def _ask_next(self) -> None:
        """One at a time: other work has to get its turn. Not for a picker that was closed meanwhile, nor while a
        worker is busy with a load and could answer nobody else."""
        state = self._state
        busy = state is not None and state.state == "loading" and bool(state.workers)
        self._asked = bool(self._waiting) and self._looked_at() and not busy
        if self._asked:
            path = self._waiting.pop(0)
            self._calls.do(
                lambda s: speed_of(s, path),
                lambda speed: self._take_speed(path, speed),
                lambda error: self._take_speed(path, None),
                executor="io",
                owner=self,
            )

    def _take_speed(self, path: str, speed: ModelSpeed | None) -> None:
        if speed is None:
            self._speeds.pop(path, None)
        else:
            self._speeds[path] = speed
        self._menu.know(speeds=dict(self._speeds))
        self._ask_next()

    def _could_not(self, error: UserError) -> None:
        # What is shown already stays; the strip over the chat says why a model cannot be used.
        log.warning("The library could not be read: %s", error)
