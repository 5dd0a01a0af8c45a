"""What the engine does: the newest word of it, for whoever looks later."""

from __future__ import annotations

from collections.abc import Callable

from app.services.events import ActivityChanged, ModelChanged, ServiceEvent
from engine.api import Activity, Event


class EngineActivity:
    """Keeps the newest `Activity` of the model in use and tells each; it goes with the model. Called from the
    threads that tell of the engine."""

    def __init__(self, tell: Callable[[list[ServiceEvent]], None]) -> None:
        self._tell = tell
        self._newest: Activity | None = None

    @property
    def newest(self) -> Activity | None:
        """None while no model is loaded, and until one is first asked."""
        return self._newest

    def take(self, event: Event) -> bool:
        """Whether an event was about this."""
        if not isinstance(event, Activity):
            return False
        self._newest = event
        self._tell([ActivityChanged(event)])
        return True

    def receive(self, events: list[ServiceEvent]) -> None:
        """A model that is not there does nothing."""
        gone = any(isinstance(event, ModelChanged) and event.state != "ready" for event in events)
        if gone and self._newest is not None:
            self._newest = None
            self._tell([ActivityChanged(None)])
