"""What a plan consists of as a person reads it: parameters, runs of layers, devices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.format import format_count, format_large_count, format_large_counts
from engine.placement.plan import DISK, RAM, Device, Machine


def parameters_text(active: int, total: int) -> str:
    """How many parameters each token reads of all there are."""
    if active >= total:
        template = QCoreApplication.translate("Placement", "{total} parameters, all used for each token")
        return template.format(total=format_large_count(total, languages.current))
    template = QCoreApplication.translate("Placement", "{active} of {total} parameters per token")
    part, whole = format_large_counts(active, total, languages.current)
    return template.format(active=part, total=whole)


def experts_text(used: int, experts: int, active: int, total: int) -> str:
    """What of a model each token reads, in one line."""
    parameters = parameters_text(active, total)
    if not experts:
        return parameters
    return QCoreApplication.translate("Placement", "{used} of {experts} experts, {parameters}").format(
        used=format_count(used), experts=format_count(experts), parameters=parameters
    )


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers joined: 0, 1, 2, 5 becomes (0, 2), (5, 5)."""
    joined: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if joined and number == joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], number)
        else:
            joined.append((number, number))
    return joined


def layers_text(layers: Sequence[int]) -> str:
    """Layer numbers as ranges: "0 to 27, 30"."""
    template = QCoreApplication.translate("Placement", "{first} to {last}")
    return ", ".join(
        str(first) if first == last else template.format(first=first, last=last)
        for first, last in runs(layers)
    )


def device_of(machine: Machine, name: str) -> Device | None:
    """The device of that name; `RAM` is the machine's own memory."""
    if name == RAM:
        return machine.ram
    return next((device for device in machine.devices if device.name == name), None)


def device_label(machine: Machine, name: str) -> str:
    """A device as a person knows it: "RAM", "RTX 2080", "192.168.0.5:50052"; of the disk just that."""
    if name == DISK:
        return QCoreApplication.translate("Placement", "Disk")
    device = device_of(machine, name)
    if name == RAM or device is None:
        return QCoreApplication.translate("Placement", "RAM") if name == RAM else name
    label = short_description(device.description) or name
    # Two cards of one make are told apart by their names.
    twins = sum(short_description(other.description) == label for other in machine.devices)
    return f"{label} ({name})" if twins > 1 else label


def short_description(description: str) -> str:
    """A device's own description without its maker's repeated words."""
    for word in ("NVIDIA GeForce ", "NVIDIA ", "AMD Radeon ", "Intel(R) "):
        description = description.replace(word, "")
    return description.strip()


def kind_label(device: Device) -> str:
    """What sort of device it is."""
    translate = QCoreApplication.translate
    return {
        "cpu": translate("Placement", "RAM"),
        "gpu": translate("Placement", "GPU"),
        "integrated_gpu": translate("Placement", "Integrated GPU"),
        "rpc": translate("Placement", "Other PC"),
    }[device.kind]


def place_text(device: Device | None) -> str:
    """Where something lies that is kept on a device, to follow "on"."""
    translate = QCoreApplication.translate
    if device is not None and device.kind == "rpc":
        return translate("Placement", "the other PC")
    return translate("Placement", "the graphics card")
