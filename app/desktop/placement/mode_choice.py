"""The ways to use a model's experts that there are to choose from on its machine, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.desktop.text.measures import device_of, place_text
from engine.placement.plan import Mode, PlannedModel


def cache_place(model: PlannedModel) -> str:
    """Where single experts are kept, or would be, to follow "on"."""
    cache = model.plan.placement.expert_cache
    if cache is not None:
        return place_text(device_of(model.machine, cache.device))
    return place_text(next(iter(model.machine.devices), None))


def possible_modes(model: PlannedModel) -> tuple[Mode, ...]:
    """What the planner can do with the experts of this model on its machine; of a dense model nothing."""
    machine = model.machine
    if not model.experts or not machine.devices:
        return ()
    modes: list[Mode] = ["resident"]
    if any(device.streams for device in machine.devices):
        modes += ["streamed_prompts", "streamed"]
    if machine.caches:
        modes.append("cached")
    return tuple(modes)


def mode_choices(model: PlannedModel, wished: Mode | None) -> list[tuple[Mode | None, str]]:
    """The choices with their names, the planner's own first; what is wished is always among them, so that it can be
    taken back."""
    modes = possible_modes(model)
    if wished is not None and wished not in modes:
        modes = (*modes, wished)
    automatic = QCoreApplication.translate("ModeChoice", "Automatic")
    return [(None, automatic), *((mode, mode_text(model, mode)) for mode in modes)]


def mode_text(model: PlannedModel, mode: Mode) -> str:
    """What becomes of the experts."""
    translate = QCoreApplication.translate
    return {
        "cpu": translate("ModeChoice", "Everything in RAM"),
        "layers": translate("ModeChoice", "With their layers"),
        "resident": translate("ModeChoice", "Each is computed where it is"),
        "streamed_prompts": translate("ModeChoice", "Sent to {place} for prompts"),
        "streamed": translate("ModeChoice", "Sent to {place} for every token"),
        "cached": translate("ModeChoice", "Kept on {place} while needed"),
        "disk": translate("ModeChoice", "Read from the disk when needed"),
    }[mode].format(place=cache_place(model))
