"""Says at the foot of the window what becomes of a check of tools, and lets the header's menu start one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.desktop.model_picker.model_pill import ModelMenu
from app.desktop.model_picker.tool_checking import ToolChecking
from app.desktop.text.tool_rating_text import rating_text
from app.desktop.widgets.toast import Toast
from engine.errors import UserError

if TYPE_CHECKING:
    from agents.check.check import Checked


class ToolCheckNotes(QObject):
    """`show_error` is called with what went wrong."""

    def __init__(
        self, checking: ToolChecking, menu: ModelMenu, toast: Toast, show_error: Callable[[UserError], None]
    ) -> None:
        super().__init__(checking)
        self._checking, self._menu, self._toast = checking, menu, toast
        checking.changed.connect(lambda: menu.know(checking=checking.now))
        checking.ended.connect(self._ended)
        checking.failed.connect(show_error)
        menu.check_wanted.connect(self._start)
        menu.check_stop_wanted.connect(checking.cancel)

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
