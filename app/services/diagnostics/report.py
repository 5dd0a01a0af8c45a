"""The diagnosis in lines, as `coterie doctor` prints it and a bug report carries it."""

from __future__ import annotations

from app.sentences import Language, Sentence, format_bytes
from app.services.diagnostics.doctor import Diagnosis
from engine.placement.plan import Device

_NAMES = {
    "engine": Sentence("engine", "엔진"),
    "cpu features": Sentence("cpu features", "CPU 기능"),
    "gpu": Sentence("gpu", "GPU"),
    "expert cache": Sentence("expert cache", "전문가 캐시"),
    "starter model": Sentence("starter model", "기본 모델"),
    "data folder": Sentence("data folder", "데이터 폴더"),
    "memory": Sentence("memory", "메모리"),
    "hub": Sentence("hub", "허브"),
    "token": Sentence("token of the hub", "허브 토큰"),
    "library": Sentence("library", "라이브러리"),
    "sandbox": Sentence("sandbox", "샌드박스"),
}
_DEVICES = {
    "integrated": Sentence("integrated, shares the RAM", "내장형, RAM을 함께 사용"),
    "discrete": Sentence("discrete", "외장형"),
    "reads": Sentence("reads {read}/s", "읽기 {read}/s"),
    "link": Sentence("link {link}/s", "전송 {link}/s"),
}


def report_lines(report: Diagnosis, language: Language) -> list[str]:
    """What there is, one name and value a line; after an empty line the checks."""
    rows = [
        ("Coterie", report.version),
        ("Python", report.python),
        ("System", report.system),
        ("Processor", f"{report.processor}, {report.cores} cores"),
        ("Memory", f"{format_bytes(report.memory_free)} of {format_bytes(report.memory)} free"),
        ("llama.cpp", report.llama_cpp or "not working"),
        ("CPU features", " ".join(report.features_used)),
        *((device.name, _device(device, language)) for device in report.devices),
        ("Data", report.home),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name.ljust(width)}  {value}" for name, value in rows]
    lines.append("")
    for check in report.checks:
        shown: str = getattr(_NAMES[check.name], language)
        lines.append(f"{'ok ' if check.ok else 'NOT OK'} {shown}: {check.message}")
    return lines


def _device(device: Device, language: Language) -> str:
    """Such as "Radeon 780M, integrated, shares the RAM, 12 GB free, reads 71 GB/s"."""
    parts = [device.description] if device.description else []
    if device.kind in ("gpu", "integrated_gpu"):
        parts.append(_word("discrete" if device.kind == "gpu" else "integrated", language))
    parts.append(f"{format_bytes(device.free)} free")
    if device.bandwidth:
        parts.append(_word("reads", language, read=format_bytes(device.bandwidth)))
    if device.link:
        parts.append(_word("link", language, link=format_bytes(device.link)))
    return ", ".join(parts)


def _word(name: str, language: Language, **values: str) -> str:
    text: str = getattr(_DEVICES[name], language)
    return text.format_map(values)
