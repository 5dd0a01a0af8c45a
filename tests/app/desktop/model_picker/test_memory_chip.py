"""The memory in use, in the header: of the machine, and of cards while a model is loaded."""

from __future__ import annotations

from app.services.models.events import ActivityChanged
from engine.activity import Activity
from tests.app.desktop.conftest import Running


def test_it_says_what_is_in_use_while_there_is_room(running: Running) -> None:
    window, chip = running.window, running.window.chat.memory
    window.resize(1440, 900)
    running.until(lambda: chip.isVisible() and chip.text().startswith("RAM "))
    assert "GB" in chip.text() and chip.accessibleName().startswith("Memory in use: RAM")
    cards = (("CUDA0", 2 * 10**9, 8 * 10**9),)
    running.services.events.publish(ActivityChanged(Activity(cards=cards)))
    running.until(lambda: "CUDA0 6" in chip.text())
    running.services.events.publish(ActivityChanged(None))
    running.until(lambda: "CUDA0" not in chip.text())
    window.resize(900, 700)
    running.until(chip.isHidden)
