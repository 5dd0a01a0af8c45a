"""Says at the foot of the window what becomes of a check of tools, and lets menus of models start one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from shiboken6 import isValid

from app.desktop.model_picker.model_pill import ModelMenu
from app.desktop.model_picker.tool_checking import ToolChecking
from app.desktop.text.tool_rating_text import rating_text
from app.desktop.widgets.toast import Toast
from engine.errors import UserError

if TYPE_CHECKING:
    from agents.check.check import Checked


class ToolCheckNotes(QObject):
    """`show_error` is called with what went wrong."""

    def __init__(self, checking: ToolChecking, toast: Toast, show_error: Callable[[UserError], None]) -> None:
        super().__init__(checking)
        self._checking, self._toast = checking, toast
        self._menus: list[ModelMenu] = []
        checking.changed.connect(self._show)
        checking.ended.connect(self._ended)
        checking.failed.connect(show_error)

    def serve(self, menu: ModelMenu) -> None:
        """Do what is wanted in a menu, for as long as that is there."""
        menu.check_wanted.connect(self._start)
        menu.check_stop_wanted.connect(self._checking.cancel)
        menu.know(checking=self._checking.now)
        self._menus = [known for known in self._menus if isValid(known)] + [menu]

    def _show(self) -> None:
        for menu in self._menus:
            if isValid(menu):
                menu.know(checking=self._checking.now)

    def _start(self, path: str, name: str) -> None:
        self._checking.start(path, name)
        words = self.tr("Checking how {name} uses tools; it takes about 30 seconds.").format(name=name)
        self._toast.say(words, self.tr("Stop"), self._checking.cancel)

    def _ended(self, name: str, found: Checked) -> None:
        self._toast.say(
            self.tr("{name} · {rating}, {passed} of {total} tasks").format(
                name=name, rating=rating_text(found.rating), passed=found.passed, total=found.total
            )
        )
