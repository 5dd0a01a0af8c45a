"""The models in the list beside the page: which there are, and what is known of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.placement.side_panel import ModelLine, SidePanel
from engine.errors import UserError
from engine.placement.plan import PlacementOptions, PlannedModel

if TYPE_CHECKING:
    from app.services.placement.placements import ModelEntry
    from app.services.services import Services


class Known(msgspec.Struct, frozen=True):
    """What is read of one model: what is kept of its wishes, its plan under them, and its measured speed."""

    options: PlacementOptions
    model: PlannedModel
    measured: float


def known_of(services: Services, path: str, draft: PlacementOptions | None) -> Known:
    """Plan a model under `draft`, else under its kept wishes. Blocks; raises what planning raises."""
    placements = services.placements
    options = placements.options_for(path) if draft is None else draft
    speed = placements.speed(path)
    return Known(options, placements.planned(path, options), speed.decode_tps if speed is not None else 0.0)


class ModelLines(QObject):
    """Reads what stands in the list. `read` and `failed` carry the path of a model and what came of it."""

    read = Signal(str, object)
    failed = Signal(str, object)

    def __init__(self, calls: ServiceCalls, side: SidePanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls, self._side = calls, side

    def show_entries(self, entries: tuple[ModelEntry, ...], chosen: str) -> str:
        """Show these models and read all of them but the chosen one; which is chosen, "" when there is none."""
        known = {line.path: line for line in self._side.lines()}
        lines = [
            msgspec.structs.replace(known.get(entry.path, ModelLine("", entry.path)), name=entry.name)
            for entry in entries
        ]
        if chosen not in [line.path for line in lines]:
            chosen = lines[0].path if lines else ""
        self._side.show_models(lines, chosen)
        for line in lines:
            if line.path != chosen:
                self.ask(line.path, None)
        return chosen

    def ask(self, path: str, draft: PlacementOptions | None) -> None:
        """Read one model; `draft` are wishes that are not kept yet."""
        self._calls.do(
            lambda s: known_of(s, path, draft),
            lambda known: self._take(path, known),
            lambda error: self._wrong(path, error),
            executor="io",
            owner=self,
        )

    def line(self, path: str) -> ModelLine | None:
        return next((line for line in self._side.lines() if line.path == path), None)

    def _take(self, path: str, known: Known) -> None:
        line, plan = self.line(path), known.model.plan
        if line is not None:
            figures = {"measured": known.measured, "predicted": plan.predicted.decode_tps, "fits": plan.fits}
            self._side.change_line(msgspec.structs.replace(line, **figures, error=None))
        self.read.emit(path, known)

    def _wrong(self, path: str, error: UserError) -> None:
        line = self.line(path)
        if line is not None:
            self._side.change_line(msgspec.structs.replace(line, error=error.info))
        self.failed.emit(path, error)
