"""The diagnosis in lines, as `coterie doctor` prints it and a bug report carries it."""

from __future__ import annotations

from app.format import format_rate, format_size
from app.language import Language
from app.messages import localized
from app.services.diagnostics.doctor import Diagnosis
from engine.placement.plan import Device


def report_lines(report: Diagnosis, language: Language) -> list[str]:
    """What there is, one name and value a line; after an empty line the checks."""
    rows = [
        ("Coterie", report.version),
        ("Python", report.python),
        ("System", report.system),
        ("Processor", f"{report.processor}, {report.cores} cores"),
        ("Memory", f"{format_size(report.memory_free)} of {format_size(report.memory)} free"),
        ("llama.cpp", report.llama_cpp or "not working"),
        ("CPU features", " ".join(report.features_used)),
        *((device.name, _device(device, language)) for device in report.devices),
        ("Data", report.home),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name.ljust(width)}  {value}" for name, value in rows]
    lines.append("")
    for check in report.checks:
        name = localized(f"doctor.check.{check.name}", language)
        lines.append(f"{'ok ' if check.ok else 'NOT OK'} {name}: {check.message}")
    return lines


def _device(device: Device, language: Language) -> str:
    """Such as "Radeon 780M, integrated, shares the RAM, 12 GB free, reads 71 GB/s"."""
    parts = [device.description] if device.description else []
    if device.kind in ("gpu", "integrated_gpu"):
        kind = "discrete" if device.kind == "gpu" else "integrated"
        parts.append(localized(f"doctor.{kind}", language))
    parts.append(f"{format_size(device.free)} free")
    if device.bandwidth:
        parts.append(localized("doctor.reads", language, rate=format_rate(device.bandwidth)))
    if device.link:
        parts.append(localized("doctor.link", language, rate=format_rate(device.link)))
    return ", ".join(parts)
