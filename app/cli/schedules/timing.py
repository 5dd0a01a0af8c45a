"""`coterie schedules timer`."""

from __future__ import annotations

import sys

from app.cli.opened import opened
from app.cli.output import Output
from app.services.schedules.timers.installing import System


def show_timer(name: str, system: System | None, output: Output) -> int:
    """Print what a system is given, file by file."""
    with opened() as services:
        schedule = services.schedules.named(name)
        texts = services.schedules.timers.texts(schedule, system or _this_system())
    output.object({"texts": list(texts)})
    output.text("\n".join(texts), end="")
    return 0


def set_timer(name: str, output: Output, *, on: bool) -> int:
    """Set the timer up, or remove it."""
    with opened() as services:
        schedule = services.schedules.set_timer(services.schedules.named(name).id, on)
        files = [str(file) for file in services.schedules.timers.files(schedule.id)] if on else []
    output.object({"name": schedule.name, "timer": on, "files": files})
    done = "timer_on" if on else "timer_off"
    output.text(output.localized(f"cli.schedules.{done}", name=schedule.name))
    for file in files:
        output.text(file)
    return 0


def _this_system() -> System:
    return "windows" if sys.platform == "win32" else "macos" if sys.platform == "darwin" else "linux"
