"""The diagnosis as text, for `coterie doctor` and bug reports."""

from __future__ import annotations

from app.format import format_rate, format_size, format_size_of
from app.language import Language
from app.messages import localized
from app.services.diagnostics.doctor import Diagnosis
from app.table import aligned
from engine.placement.plan import Device


def report_lines(report: Diagnosis, language: Language) -> list[str]:
    """Facts, one name and value a line; after an empty line the checks."""

    def said(name: str, /, **values: object) -> str:
        return localized(f"doctor.{name}", language, **values)

    memory = format_size_of(report.memory_free, report.memory, language)
    kind = localized(f"doctor.kind.{report.installation.kind}", language)
    rows = [
        ("Coterie", said("version", version=report.version, kind=kind)),
        ("Python", report.python),
        (said("row_system"), report.system),
        (said("row_processor"), said("cores", name=report.processor, count=report.cores)),
        (said("row_memory"), said("memory_free", memory=memory)),
        ("llama.cpp", report.llama_cpp or said("not_working")),
        (said("row_features"), " ".join(report.features_used)),
        *((device.name, _device(device, language)) for device in report.devices),
        (said("row_data"), report.home),
    ]
    lines = [*aligned(rows, "  "), ""]
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
    parts.append(localized("doctor.device_free", language, size=format_size(device.free)))
    if device.bandwidth:
        parts.append(localized("doctor.reads", language, rate=format_rate(device.bandwidth)))
    if device.link:
        parts.append(localized("doctor.link", language, rate=format_rate(device.link)))
    return ", ".join(parts)
