"""Sampling presets: one button that sets all sampling values of a chat, and keeps them under a name."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.text_field import TextField
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.services.settings.presets import OURS
from engine.values import Sampling

_CUSTOM, _SAVE, _FORGET = "\0custom", "\0save", "\0forget"


class PresetChoice(ThemedWidget):
    """`chosen` carries the sampling of a preset, `saved` a name for the values of now, `forgotten` a name."""

    chosen = Signal(object)
    saved = Signal(str)
    forgotten = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own: Mapping[str, Sampling] = {}
        self._now = Sampling()
        self.button = ChoiceButton(self)
        self.button.chosen.connect(self._choose)
        self._naming = QWidget(self)
        self.name, self.save = TextField(self._naming), push_button(self._naming)
        self.name.setMaxLength(40)
        self.name.returnPressed.connect(self._save)
        self.save.clicked.connect(self._save)
        Row((self.name, 1), self.save, parent=self._naming, spacing=8)
        self._naming.hide()
        Column(Row(self.button, STRETCH), self._naming, parent=self, spacing=8)
        self.refresh()

    def show_sampling(self, sampling: Sampling, own: Mapping[str, Sampling]) -> None:
        """The values of now, and a person's presets."""
        self._now, self._own = sampling, own
        self.retranslate()

    def _name_of_now(self) -> str:
        """The preset with these values, "" for the model's own."""
        presets = {"": Sampling(), **OURS, **self._own}
        return next((name for name, values in presets.items() if values == self._now), _CUSTOM)

    def _choose(self, name: str) -> None:
        if name == _SAVE:
            self._naming.show()
            self.name.setFocus()
            self.retranslate()
        elif name == _FORGET:
            self.forgotten.emit(self._name_of_now())
        elif name != _CUSTOM:
            self.chosen.emit({"": Sampling(), **OURS, **self._own}[name])

    def _save(self) -> None:
        name = " ".join(self.name.text().split())
        if name:
            self._naming.hide()
            self.name.clear()
            self.saved.emit(name)

    def retranslate(self) -> None:
        now = self._name_of_now()
        choices = [
            ("", self.tr("Model default")),
            ("precise", self.tr("Precise")),
            ("creative", self.tr("Creative")),
        ]
        choices += [(name, name) for name in self._own if name not in OURS]
        if now == _CUSTOM:
            choices += [(_CUSTOM, self.tr("Custom")), (_SAVE, self.tr("Save as a preset…"))]
        elif now in self._own:
            choices.append((_FORGET, self.tr("Delete this preset")))
        self.button.set_choices(self.tr("Sampling preset"), choices, now)
        self.name.setPlaceholderText(self.tr("Name of the preset"))
        self.name.setAccessibleName(self.tr("Name of the preset"))
        set_texts(self.save, self.tr("Save"))
