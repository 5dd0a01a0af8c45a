"""This machine in a few words: what verdicts are made for."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.desktop.text.measures import device_label
from app.format import format_size
from engine.placement.plan import Machine


def machine_words(machine: Machine) -> str:
    """The devices by name and the RAM: "RTX 2080 and 64 GB of RAM"."""
    translate = QCoreApplication.translate
    ram = translate("Models", "{size} of RAM").format(size=format_size(machine.ram.total))
    if not machine.devices:
        return ram
    names = list(dict.fromkeys(device_label(machine, device.name) for device in machine.devices))
    return translate("Models", "{devices} and {ram}").format(devices=", ".join(names), ram=ram)
