"""Events of schedules."""

from __future__ import annotations

from app.services.events import ServiceEvent


class SchedulesChanged(ServiceEvent, frozen=True):
    """A schedule was added, changed or removed, is due, or what it started has come further."""
