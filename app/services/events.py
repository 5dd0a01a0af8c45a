"""The event bus: what the services publish, and who subscribes to it."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from engine.errors import ErrorInfo

log = logging.getLogger(__name__)


class ServiceEvent(msgspec.Struct, frozen=True):
    """Base of what services publish; each feature defines its own events beside it."""


class StoreFailed(ServiceEvent, frozen=True):
    """Something could not be saved (disk full, read-only); the text stays on screen and saving is retried."""

    error: ErrorInfo


Event = TypeVar("Event", bound=ServiceEvent)
Handler = Callable[[Event], None]


class EventBus:
    """Hands events to the handlers of their class and its bases. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Replaced, never changed: `publish` reads it without the lock.
        self._handlers: tuple[_Subscription, ...] = ()

    def subscribe(self, kind: type[Event], handler: Handler[Event]) -> Callable[[], None]:
        """Call `handler` for each event of `kind`, on the thread that publishes it: it returns soon and waits for no
        other thread. Returns what unsubscribes."""
        return self._add(_Subscription(kind, lambda: handler))

    def follow(self, handler: Callable[[Sequence[ServiceEvent]], None]) -> Callable[[], None]:
        """Call a bound method, which does not keep its object alive, with all that is published at once, after the
        handlers of each event. Returns what unsubscribes."""
        return self._add(_Subscription(None, weakref.WeakMethod(handler)))

    def _add(self, subscription: _Subscription) -> Callable[[], None]:
        with self._lock:
            self._handlers = (*self._handlers, subscription)
        return lambda: self._remove(subscription)

    def publish(self, *events: ServiceEvent) -> None:
        """Call the handlers of each event in the order of subscription, then those of all together.

        An exception of one is logged, and does not affect the others.
        """
        for event in events:
            for subscription in self._handlers:
                if subscription.kind is not None and isinstance(event, subscription.kind):
                    self._call(subscription, event, event)
        for subscription in self._handlers:
            if subscription.kind is None and events:
                self._call(subscription, events, events[0])

    def _call(self, subscription: _Subscription, told: Any, event: ServiceEvent) -> None:
        handler = subscription.handler()
        if handler is None:
            self._remove(subscription)
            return
        try:
            handler(told)
        except Exception:
            log.exception("A subscriber to %s failed", type(event).__name__)

    def _remove(self, subscription: _Subscription) -> None:
        with self._lock:
            self._handlers = tuple(each for each in self._handlers if each is not subscription)


class _Subscription:
    """`kind` is None for what takes all that is published at once; `handler` gives the handler, None once its object
    is gone."""

    def __init__(
        self, kind: type[ServiceEvent] | None, handler: Callable[[], Callable[[Any], None] | None]
    ) -> None:
        self.kind, self.handler = kind, handler
