"""Diagnosis of memory: whether it is short now, and when an idle model is unloaded."""

from __future__ import annotations

from app.format import format_size
from app.language import Language
from app.messages import localized
from app.services.diagnostics.hub import Finding
from app.services.memory_pressure import MemoryReading, is_short, spare
from app.services.settings.settings import Settings


def finding_of(reading: MemoryReading, settings: Settings, language: Language) -> Finding:
    """Not ok while memory is short."""
    available = format_size(reading.available)
    if is_short(reading):
        return Finding(False, localized("doctor.memory.short", language, available=available))
    name = "unused" if settings.unload_after else "never"
    told = localized(f"doctor.memory.{name}", language, available=available, minutes=settings.unload_after)
    if settings.unload_for_memory:
        told += localized("doctor.memory.for_memory", language, spare=format_size(spare(reading.total)))
    return Finding(True, told)
