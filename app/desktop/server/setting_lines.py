"""The settings of another program, a line each: its name there, and the value to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.server.snippets import Setting
from app.desktop.widgets.buttons import CopyButton
from app.desktop.widgets.labels import breakable, set_texts, wrapped_label
from app.desktop.widgets.layouts import Column, Row


class SettingLine(ThemedWidget):
    """One of them. What is chosen there has nothing to copy."""

    def __init__(self, setting: Setting, parent: QWidget) -> None:
        super().__init__(parent)
        self.setting = setting
        self._label = wrapped_label(self, "small")
        self._label.setText(setting.name)
        # Not to be selected: a long word has places to break in it, which would be copied along.
        self._shown = wrapped_label(self, selectable=False)
        set_texts(self._shown, breakable(setting.value), f"{setting.name}: {setting.value}")
        self.copy = CopyButton(self, lambda: setting.value)
        self.copy.setVisible(setting.given)
        words = Column(self._label, self._shown, spacing=1)
        Row((words, 1), (self.copy, 0, Qt.AlignmentFlag.AlignVCenter), parent=self, spacing=12)
        self.refresh()

    def retranslate(self) -> None:
        self.copy.setAccessibleName(self.tr("Copy: {name}").format(name=self.setting.name))

    def restyle(self) -> None:
        self._shown.setFont(themes.current.fixed_font())


class SettingLines(QWidget):
    """Below each other; hidden where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told: tuple[Setting, ...] = ()
        self.lines: list[SettingLine] = []
        self._column = Column(parent=self, spacing=8)

    def show_settings(self, told: tuple[Setting, ...]) -> None:
        self.setVisible(bool(told))
        if told == self._told:
            return
        self._told = told
        self._column.drop(*self.lines)
        self.lines = [SettingLine(setting, self) for setting in told]
        for line in self.lines:
            self._column.addWidget(line)
