"""What `coterie doctor` tells of the cache that keeps the experts in use on a GPU: whether its plugin works here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from app.sentences import Language, Sentence, sentence
from app.services.diagnostics.hub import Finding
from engine.errors import ErrorInfo
from engine.expert_cache.library import PluginState, plugin_state
from engine.local.survey import expert_cache_problem
from engine.placement.plan import Device

_MESSAGES = {
    "ready": Sentence(
        "ready to keep the experts in use on {devices}",
        "준비됨. 자주 쓰는 전문가를 {devices}에 둘 수 있습니다",
    ),
    "idle": Sentence(
        "ready, but this computer has no GPU and no worker whose memory it could use",
        "준비됨. 다만 이 컴퓨터에는 메모리를 쓸 GPU나 작업 컴퓨터가 없어 사용하지 않습니다",
    ),
    "not_needed": Sentence(
        "not needed here, as there is no GPU and no worker whose memory it could use. {reason}",
        "메모리를 쓸 GPU나 작업 컴퓨터가 없어 필요하지 않습니다. {reason}",
    ),
}


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
    """Whether the plugin is there and loads. Its lack is only told as bad where a device would use it."""
    gpus = [device.name for device in devices if device.kind in ("gpu", "integrated_gpu")]
    used = (*gpus, *workers)
    found, hindered = state(), problem()
    report = CacheReport(found.path, found.build, hindered.code if hindered else "", used)
    if hindered is None:
        name = "ready" if used else "idle"
        return report, Finding(True, _message(name, language, devices=", ".join(used)))
    reason = sentence(hindered, language)
    if used:
        return report, Finding(False, reason)
    return report, Finding(True, _message("not_needed", language, reason=reason))


def _message(name: str, language: Language, **values: str) -> str:
    text: str = getattr(_MESSAGES[name], language)
    return text.format_map(values)
