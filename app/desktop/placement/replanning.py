"""Plans asked for faster than they are made: one at a time, and the newest wish wins."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from engine.errors import UserError
from engine.placement.plan import PlacementOptions, PlannedModel


class Replanning(QObject):
    """`planned` carries the wishes and the `PlannedModel`, `failed` the path and the UserError.

    While one plan is made, further wishes wait, and of them only the last is planned: a slider that is dragged
    never queues up work.
    """

    planned = Signal(object, object)
    failed = Signal(str, object)

    def __init__(self, calls: ServiceCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._next: tuple[str, PlacementOptions] | None = None
        self._current: tuple[str, PlacementOptions] | None = None

    def ask(self, path: str, options: PlacementOptions) -> None:
        """Plan this model under these wishes, as soon as the plan that is being made is done."""
        self._next = (path, options)
        if self._current is None:
            self._start()

    def cancel(self) -> None:
        """Nothing asked for so far is of interest any more."""
        self._next = None
        if self._current is not None:
            self._current = ("", PlacementOptions())

    def busy(self) -> bool:
        return self._current is not None

    def _start(self) -> None:
        if self._next is None:
            return
        asked = self._current = self._next
        self._next = None
        path, options = asked
        self._calls.do(lambda s: s.placements.planned(path, options), self._done, self._wrong, executor="io")

    def _done(self, model: PlannedModel) -> None:
        asked, self._current = self._current, None
        if asked is not None and asked[0] == model.path:
            self.planned.emit(asked[1], model)
        if self._current is None:
            self._start()

    def _wrong(self, error: UserError) -> None:
        asked, self._current = self._current, None
        if asked is not None and asked[0]:
            self.failed.emit(asked[0], error)
        if self._current is None:
            self._start()
