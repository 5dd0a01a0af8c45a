"""Watching which experts fire: the switch of the heat map, and what was counted in each chat."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.placement.experts_used.heat_card import HeatCard
from app.services.placement.events import ExpertsChanged
from engine.errors import UserError


class Watching(QObject):
    """Connects the card of the heat map with the services."""

    def __init__(self, calls: ServiceCalls, card: HeatCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls, self._card = calls, card
        self._conversation: int | None = None
        self._path = ""
        self._fired: dict[int, ExpertsChanged] = {}
        self._on = False
        card.watch_wanted.connect(self._watch)

    def show_conversation(self, conversation: int | None) -> None:
        """The chat whose experts are shown."""
        self._conversation = conversation
        self._show()
        if self._on and conversation is not None:
            self._calls.do(lambda s: s.placements.experts(conversation), self.take)

    def show_model(self, path: str) -> None:
        """The model whose experts are shown."""
        if path != self._path:
            self._path = path
            self._show()

    def take(self, fired: ExpertsChanged | None) -> None:
        """What fired in a chat so far."""
        if fired is None:
            return
        self._fired[fired.conversation] = fired
        if fired.conversation == self._conversation:
            self._show()

    def _show(self) -> None:
        fired = self._fired.get(self._conversation) if self._conversation is not None else None
        # Another model's experts say nothing of this one's.
        same = fired is not None and fired.path == self._path
        self._card.show_fired(fired if same else None)

    def _watch(self, on: bool) -> None:
        self._on = on
        self._calls.do(
            lambda s: s.placements.watch_experts(on), None, self._failed, executor="io", owner=self
        )

    def _failed(self, error: UserError) -> None:
        self._on = False
        self._card.show_watching(False)
        self._calls.failed.emit(error)
