"""Latest activity of the engine and its expert cache."""

from __future__ import annotations

from app.services.events import EventBus
from app.services.models.events import ActivityChanged, CacheChanged, ModelChanged
from engine.activity import Activity, CacheActivity
from engine.api import Event


class EngineActivity:
    """Stores and publishes the latest `Activity` and `CacheActivity` of the model in use; they are cleared
    with the model.

    Called from the engine's threads.
    """

    def __init__(self, events: EventBus) -> None:
        self._events = events
        events.subscribe(ModelChanged, self._model_changed)
        # None while no model is loaded, and until its first request.
        self.newest: Activity | None = None
        # None also for a model without an expert cache.
        self.cache: CacheActivity | None = None

    def take(self, event: Event) -> bool:
        """Handle an event; returns whether it was one of activity."""
        if isinstance(event, Activity):
            self.newest = event
            self._events.publish(ActivityChanged(event))
            return True
        if isinstance(event, CacheActivity):
            self.cache = event
            self._events.publish(CacheChanged(event))
            return True
        return False

    def _model_changed(self, event: ModelChanged) -> None:
        """Clear the activity of a model that is gone."""
        if event.state == "ready":
            return
        if self.newest is not None:
            self.newest = None
            self._events.publish(ActivityChanged(None))
        if self.cache is not None:
            self.cache = None
            self._events.publish(CacheChanged(None))
