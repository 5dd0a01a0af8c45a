"""What `coterie doctor` tells of memory: whether it is short now, and when a window gives a model's back."""

from __future__ import annotations

from app import paths
from app.sentences import Language, Sentence, format_bytes
from app.services.diagnostics.hub import Finding
from app.services.memory_pressure import MemoryReading, is_short, read_memory, spare
from app.services.settings.settings import Settings, SettingsFile

_MESSAGES = {
    "short": Sentence(
        "only {available} available, so everything may be slow. Close other programs, or choose a smaller model or "
        "context.",
        "{available}만 남아 전체가 느려질 수 있습니다. 다른 프로그램을 닫거나 더 작은 모델이나 컨텍스트를 "
        "골라 주세요.",
    ),
    "never": Sentence(
        "{available} available; a window keeps its model loaded",
        "{available} 사용 가능. 창은 불러온 모델을 계속 메모리에 둡니다",
    ),
    "unused": Sentence(
        "{available} available; a window unloads its model after {minutes} minutes without use",
        "{available} 사용 가능. 창은 모델을 {minutes}분 동안 쓰지 않으면 메모리에서 내립니다",
    ),
    "for_memory": Sentence(
        ", and an unused one when less than {spare} is available",
        ". 쓰지 않는 모델은 {spare}보다 적게 남을 때도 내립니다",
    ),
}


def memory_finding(language: Language) -> Finding:
    """How it is now, by this machine and the settings."""
    return finding_of(read_memory(), SettingsFile(paths.settings_file()).current, language)


def finding_of(reading: MemoryReading, settings: Settings, language: Language) -> Finding:
    """Not ok while memory is short."""
    available = format_bytes(reading.available)
    if is_short(reading):
        return Finding(False, _message("short", language, available=available))
    name = "unused" if settings.unload_after else "never"
    told = _message(name, language, available=available, minutes=settings.unload_after)
    if settings.unload_for_memory:
        told += _message("for_memory", language, spare=format_bytes(spare(reading.total)))
    return Finding(True, told)


def _message(name: str, language: Language, **values: object) -> str:
    text: str = getattr(_MESSAGES[name], language)
    return text.format_map(values)
