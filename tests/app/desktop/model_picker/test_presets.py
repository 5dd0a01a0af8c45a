"""Sampling presets: ours and one's own, chosen for a chat, kept under a name, deleted again."""

from __future__ import annotations

from app.services.settings.presets import OURS, own_presets
from app.services.settings.settings import Settings
from engine.values import Sampling
from tests.app.desktop.conftest import Running


def test_a_preset_sets_all_values_and_ones_own_are_kept(running: Running) -> None:
    chat, panel = running.window.chat, running.window.panel
    running.send("hello")
    panel.toggle()
    running.until(lambda: panel.preset.button.value() == "")
    panel.preset.button.chosen.emit("precise")
    running.until(lambda: chat.shown.now.options.sampling == OURS["precise"])
    running.until(lambda: panel.preset.button.value() == "precise")
    mine = Sampling(temperature=0.6, top_k=40)
    panel.preset.chosen.emit(mine)
    panel.preset.saved.emit("Mine")
    running.until(lambda: own_presets(running.services.settings.current) == {"Mine": mine})
    running.until(lambda: panel.preset.button.value() == "Mine")
    panel.preset.chosen.emit(Sampling())
    running.until(lambda: panel.preset.button.value() == "")
    panel.preset.button.chosen.emit("Mine")
    running.until(lambda: chat.shown.now.options.sampling == mine)
    panel.preset.forgotten.emit("Mine")
    running.until(lambda: own_presets(running.services.settings.current) == {})


def test_values_out_of_bounds_in_the_file_are_left_out() -> None:
    settings = Settings(presets={"x": {"temperature": -1.0, "top_k": 20.0, "unknown": 1.0}, "y": {}})
    assert own_presets(settings) == {"x": Sampling(top_k=20), "y": Sampling()}
