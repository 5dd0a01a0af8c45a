"""Latest activity of the engine and its expert cache."""

from __future__ import annotations

from app.services.events import EventBus
from app.services.models.events import ActivityChanged, CacheChanged, ModelChanged
from engine.api import Activity, CacheActivity, Event


class EngineActivity:
    """Stores and publishes the latest `Activity` and `CacheActivity` of the model in use; they are cleared
    with the model.

    Called from the engine's threads.
    """

    def __init__(self, events: EventBus) -> None:
        self._events = events
        events.subscribe(ModelChanged, self._model_changed)
        self._newest: Activity | None = None
        self._cache: CacheActivity | None = None

    @property
    def newest(self) -> Activity | None:
        """None while no model is loaded, and until its first request."""
        return self._newest

    @property
    def cache(self) -> CacheActivity | None:
        """None also for a model without an expert cache."""
        return self._cache

    def take(self, event: Event) -> bool:
        """Handle an event; returns whether it was one of activity."""
        if isinstance(event, Activity):
            self._newest = event
            self._events.publish(ActivityChanged(event))
            return True
        if isinstance(event, CacheActivity):
            self._cache = event
            self._events.publish(CacheChanged(event))
            return True
        return False

    def _model_changed(self, event: ModelChanged) -> None:
        """Clear the activity of a model that is gone."""
        if event.state == "ready":
            return
        if self._newest is not None:
            self._newest = None
            self._events.publish(ActivityChanged(None))
        if self._cache is not None:
            self._cache = None
            self._events.publish(CacheChanged(None))
