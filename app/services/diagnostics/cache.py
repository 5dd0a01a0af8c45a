"""Diagnosis of the expert cache: whether its plugin works here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from app.language import Language
from app.messages import localized, localized_error
from app.services.diagnostics.hub import Finding
from engine.errors import ErrorInfo
from engine.expert_cache.library import PluginState, plugin_state
from engine.local.survey import expert_cache_problem
from engine.placement.plan import Device


class CacheReport(msgspec.Struct, frozen=True):
    """`path` and `build` of the plugin, or the code of the `problem` with it; `devices` whose memory it could use."""

    path: str
    build: str
    problem: str
    devices: tuple[str, ...]


def cache_report(
    devices: Sequence[Device],
    workers: Sequence[str],
    language: Language,
    *,
    state: Callable[[], PluginState] = plugin_state,
    problem: Callable[[], ErrorInfo | None] = expert_cache_problem,
) -> tuple[CacheReport, Finding]:
    """Check that the plugin exists and loads. Its absence only counts as bad where a device would use it."""
    gpus = [device.name for device in devices if device.kind in ("gpu", "integrated_gpu")]
    used = (*gpus, *workers)
    found, hindered = state(), problem()
    report = CacheReport(found.path, found.build, hindered.code if hindered else "", used)
    if hindered is None:
        name = "ready" if used else "idle"
        return report, Finding(True, localized(f"doctor.cache.{name}", language, devices=", ".join(used)))
    reason = localized_error(hindered, language)
    if used:
        return report, Finding(False, reason)
    return report, Finding(True, localized("doctor.cache.not_needed", language, reason=reason))
