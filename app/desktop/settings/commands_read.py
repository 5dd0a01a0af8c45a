"""What the commands of all tasks may read: toolchains that were found, and folders that a person adds and removes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.file_dialog import choose_folder
from app.desktop.forms.line_list import Line, LineList
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import Column

if TYPE_CHECKING:
    from app.services.services import Services


class CommandsRead(ThemedWidget):
    """`chosen` carries the paths that are left when one was removed."""

    chosen = Signal(tuple)

    def __init__(self, calls: ServiceCalls, parent: QWidget) -> None:
        super().__init__(parent)
        self._calls = calls
        self._paths: tuple[str, ...] = ()
        self._found: tuple[str, ...] | None = ()
        self.found, self.list, self.adding = wrapped_label(self, "small"), LineList(self), push_button(self)
        Column(self.found, self.list, (self.adding, 0, Qt.AlignmentFlag.AlignLeft), parent=self, spacing=10)
        self.list.acted.connect(lambda number: self._remove(self._paths[number]))
        self.adding.clicked.connect(self._choose)
        self.refresh()

    def read(self) -> None:
        """Look for toolchains."""
        self._calls.do(lambda s: s.runs.toolchains(), self._take, executor="io", owner=self)

    def show_value(self, paths: tuple[str, ...]) -> None:
        self._paths = paths
        self.retranslate()

    def add(self, path: str) -> None:
        self._calls.do(lambda s: _add(s, path), owner=self)

    def _take(self, found: tuple[str, ...] | None) -> None:
        self._found = found
        self.retranslate()

    def _choose(self) -> None:
        choose_folder(self, self.tr("Folder that commands may read"), self.add)

    def _remove(self, path: str) -> None:
        self.chosen.emit(tuple(each for each in self._paths if each != path))

    def retranslate(self) -> None:
        if self._found is None:
            found = self.tr("There are no commands here: this computer has no sandbox.")
        else:
            names = ", ".join(self._found)
            found = self.tr("Found automatically: {names}").format(names=names) if names else ""
        show_text(self.found, found)
        added, remove = self.tr("Added by you"), self.tr("Remove")
        said = self.tr("Commands may no longer read {path}")
        self.list.show_lines([Line(path, added, remove, said.format(path=path)) for path in self._paths])
        set_texts(self.adding, self.tr("Add a folder…"), self.tr("Let commands read another folder"))


def _add(services: Services, path: str) -> None:
    checked = services.runs.readable(path)
    services.settings.change(commands_read=(*services.settings.current.commands_read, checked))
