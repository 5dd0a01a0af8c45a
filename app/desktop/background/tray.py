"""Coterie's icon among those of the system, and its menu."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from app.desktop.base.language import languages
from app.desktop.base.menu import Menu
from app.desktop.text.served_words import served_words


class AtWork(NamedTuple):
    """What the icon tells of. `answers` that other programs get and those that are `waiting`, with the `speed` in
    tokens per second; `model` is the name of the loaded one, "" without one."""

    is_on: bool = False
    is_paused: bool = False
    answers: int = 0
    waiting: int = 0
    speed: float = 0.0
    model: str = ""


class Tray(QObject):
    """Shown by `icon.setVisible`. Its signals are what a person wants."""

    open_wanted = Signal()
    pause_wanted = Signal()
    go_on_wanted = Signal()
    unload_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._shown = AtWork()
        self.menu = Menu(window)
        self.state, self.model = self._line(), self._line()
        self.menu.addSeparator()
        self.open = self._action(self.open_wanted)
        self.pause, self.go_on = self._action(self.pause_wanted), self._action(self.go_on_wanted)
        self.unload = self._action(self.unload_wanted)
        self.menu.addSeparator()
        self.quit = self._action(self.quit_wanted)
        self.icon = QSystemTrayIcon(QApplication.windowIcon(), self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        languages.changed.connect(self._show)
        self._show()

    def show_work(self, now: AtWork) -> None:
        if now != self._shown:
            self._shown = now
            self._show()

    def _line(self) -> QAction:
        """Words that cannot be chosen."""
        line = self.menu.addAction("")
        line.setEnabled(False)
        return line

    def _action(self, wanted: object) -> QAction:
        action = self.menu.addAction("")
        action.triggered.connect(lambda: wanted.emit())  # type: ignore[attr-defined]
        return action

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.open_wanted.emit()

    def _state_words(self) -> str:
        now = self._shown
        if not now.is_on:
            return self.tr("Server paused") if now.is_paused else self.tr("Server off")
        return served_words(now.answers, now.waiting, now.speed) or self.tr("Server on")

    def _show(self) -> None:
        now = self._shown
        self.state.setText(self._state_words())
        self.model.setText(now.model or self.tr("No model loaded"))
        self.open.setText(self.tr("Open Coterie"))
        self.pause.setText(self.tr("Pause server"))
        self.pause.setVisible(now.is_on)
        self.go_on.setText(self.tr("Resume server"))
        self.go_on.setVisible(now.is_paused and not now.is_on)
        self.unload.setText(self.tr("Unload model"))
        self.unload.setEnabled(bool(now.model))
        self.quit.setText(self.tr("Quit Coterie"))
        lines = ["Coterie", self.state.text(), *([now.model] if now.model else [])]
        self.icon.setToolTip("\n".join(lines))
