"""Numbers of placement as a person reads them: sizes, speeds, counts of parameters, runs of layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QCoreApplication, QLocale

from app.desktop.base.language import languages
from engine.placement.plan import RAM, Device, Machine

_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"), (1, "B"))


def _unit(count: float) -> tuple[int, str]:
    return next((unit for unit in _UNITS if count >= unit[0]), _UNITS[-1])


def _in_unit(count: float, unit: int) -> str:
    """Three significant digits at most, and one after the point at most."""
    value = count / unit
    digits = 1 if unit > 1 and 0 < value < 99.95 and round(value, 1) != round(value) else 0
    return QLocale().toString(float(value), "f", digits)


def size_text(count: float) -> str:
    """A size in decimal units: 98 MB, 7.6 GB."""
    unit, name = _unit(count)
    return f"{_in_unit(count, unit)} {name}"


def used_text(used: float, size: float) -> str:
    """How much of a size is taken, in the unit of the size: 7.1 of 7.6 GB."""
    unit, name = _unit(size)
    if unit > 1 and 0 < used < unit * 0.3:
        return QCoreApplication.translate("Placement", "{used} of {size}").format(
            used=size_text(used), size=size_text(size)
        )
    return QCoreApplication.translate("Placement", "{used} of {size}").format(
        used=_in_unit(used, unit), size=f"{_in_unit(size, unit)} {name}"
    )


def bandwidth_text(bytes_per_second: float) -> str:
    """How fast memory is read: 41 GB/s."""
    return f"{size_text(bytes_per_second)}/s"


def speed_number(tokens_per_second: float) -> str:
    """A speed without its unit: whole from ten on, else with one digit after the point."""
    whole = tokens_per_second >= 9.95 or tokens_per_second == 0
    return QLocale().toString(float(tokens_per_second), "f", 0 if whole else 1)


def percent_text(share: float) -> str:
    """A share as whole percent: 81 %."""
    template = QCoreApplication.translate("Placement", "{number}\u00a0%")
    return template.format(number=QLocale().toString(round(share * 100)))


def percent_range(shares: tuple[float, float]) -> str:
    """From one share to another: "72 to 88 %"."""
    low, high = (round(share * 100) for share in shares)
    if low == high:
        return percent_text(shares[0])
    template = QCoreApplication.translate("Placement", "{low} to {high}\u00a0%")
    return template.format(low=QLocale().toString(low), high=QLocale().toString(high))


def _korean_count(count: int) -> str:
    """A count in the units of Korean, three significant digits: 305억, 6억 9,200만."""
    digits = max(0, len(str(count)) - 3)
    count = round(count, -digits)
    parts = []
    for unit, name in ((10**12, "조"), (10**8, "억"), (10**4, "만"), (1, "")):
        whole, count = divmod(count, unit)
        if whole:
            parts.append(f"{QLocale().toString(whole)}{name}")
    return " ".join(parts) or "0"


def parameters_text(active: int, total: int) -> str:
    """How many parameters each token reads of all there are."""
    if active >= total:
        template = QCoreApplication.translate("Placement", "{total} parameters, all used for each token")
        return template.format(total=count_text(total))
    template = QCoreApplication.translate("Placement", "{active} of {total} parameters per token")
    unit, _ = _count_unit(total)
    if languages.current == "ko" or active < unit / 10:
        return template.format(active=count_text(active), total=count_text(total))
    return template.format(active=_in_unit(active, unit), total=count_text(total))


def _count_unit(count: int) -> tuple[int, str]:
    names = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"), (1, ""))
    return next((pair for pair in names if count >= pair[0]), names[-1])


def count_text(count: int) -> str:
    """A large count in words: 30.5 billion, 6억 9,200만."""
    if languages.current == "ko":
        return _korean_count(count)
    unit, name = _count_unit(count)
    return f"{_in_unit(count, unit)} {name}".strip()


def experts_text(used: int, experts: int, active: int, total: int) -> str:
    """What of a model each token reads, in one line."""
    parameters = parameters_text(active, total)
    if not experts:
        return parameters
    return QCoreApplication.translate("Placement", "{used} of {experts} experts, {parameters}").format(
        used=QLocale().toString(used), experts=QLocale().toString(experts), parameters=parameters
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
    """A device as a person knows it: "RAM", "RTX 2080", "192.168.0.5:50052"."""
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
        "integrated_gpu": translate("Placement", "Built-in GPU"),
        "rpc": translate("Placement", "Worker"),
    }[device.kind]


def place_text(device: Device | None) -> str:
    """Where something lies that is kept on a device, to follow "on"."""
    translate = QCoreApplication.translate
    if device is not None and device.kind == "rpc":
        return translate("Placement", "the worker")
    return translate("Placement", "the graphics card")


def thousands(tokens: int) -> str:
    """A number of tokens in units of 1,024, as contexts are counted: 6.2k, 32k, and 512 as it is."""
    if tokens < 1024:
        return str(tokens)
    count = tokens / 1024
    return f"{count:.1f}k" if count < 10 and round(count, 1) != round(count) else f"{count:.0f}k"
