"""What the engine and its cache of experts do: the newest word of each, for whoever looks later."""

from __future__ import annotations

from app.services.events import EventBus
from app.services.models.events import ActivityChanged, CacheChanged, ModelChanged
from engine.api import Activity, CacheActivity, Event


class EngineActivity:
    """Keeps the newest `Activity` and `CacheActivity` of the model in use and tells each; they go with the model.
    Called from the threads that tell of the engine."""

    def __init__(self, events: EventBus) -> None:
        self._events = events
        events.subscribe(ModelChanged, self._model_changed)
        self._newest: Activity | None = None
        self._cache: CacheActivity | None = None

    @property
    def newest(self) -> Activity | None:
        """None while no model is loaded, and until one is first asked."""
        return self._newest

    @property
    def cache(self) -> CacheActivity | None:
        """None too for a model whose experts are not kept one by one."""
        return self._cache

    def take(self, event: Event) -> bool:
        """Whether an event was about this."""
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
        """A model that is not there does nothing."""
        if event.state == "ready":
            return
        if self._newest is not None:
            self._newest = None
            self._events.publish(ActivityChanged(None))
        if self._cache is not None:
            self._cache = None
            self._events.publish(CacheChanged(None))
