"""One quiet line under a folder: whether its project instructions are followed, and the way to read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.style import set_kind
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.run_view.folder_field import FolderField
from app.desktop.run_view.guidance.instructions_sheet import InstructionsSheet, state_note
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import Row
from app.services.guidance.instructions import Found, Instruction

if TYPE_CHECKING:
    from app.services.services import Services

# After the last letter of a folder's name that is typed.
PATIENCE_MS = 300


class InstructionsLine(ThemedWidget):
    """Out of sight where there are none. `changed` comes when it is there, or is not any more."""

    changed = Signal()

    def __init__(self, folder: FolderField, parent: QWidget) -> None:
        super().__init__(parent)
        self._folder = folder
        self._calls: ServiceCalls | None = None
        self.found = Found()
        self.sheet: InstructionsSheet | None = None
        self.words = wrapped_label(self, "small")
        self.read = push_button(self, "link")
        Row((self.words, 1), (self.read, 0, Qt.AlignmentFlag.AlignTop), parent=self, spacing=8)
        self._patience = QTimer(self, interval=PATIENCE_MS, singleShot=True)
        self._patience.timeout.connect(self.look)
        self.read.clicked.connect(self._look_then_open)
        self.refresh()
        self.hide()

    def attach(self, calls: ServiceCalls) -> None:
        self._calls = calls
        self._folder.changed.connect(self._patience.start)
        self.look()

    def look(self) -> None:
        """What lies in the folder now."""
        if self._calls is None:
            return
        folder = self._folder.folder()
        self._calls.do(
            lambda s: s.runs.instructions.at(folder),
            lambda found: self._show(folder, found),
            lambda _: None,
            executor="files",
            owner=self,
        )

    def _show(self, folder: str, found: Found) -> None:
        if folder != self._folder.folder():
            return
        self.found = found
        self.retranslate()
        if self.isHidden() == bool(found.all):
            self.setVisible(bool(found.all))
            self.changed.emit()

    def _look_then_open(self) -> None:
        if self.sheet is None:
            self.sheet = InstructionsSheet(self.window())
            self.sheet.agreed.connect(lambda files: self._settle(files, agree=True))
            self.sheet.withdrawn.connect(lambda files: self._settle(files, agree=False))
        self.sheet.show_found(self.found)
        self.sheet.open()

    def _settle(self, files: Sequence[Instruction], *, agree: bool) -> None:
        if self._calls is None:
            return

        def settle(services: Services) -> None:
            instructions = services.runs.instructions
            (instructions.agree if agree else instructions.withdraw)(files)

        self._calls.do(settle, lambda _: self.look(), executor="files", owner=self)

    def retranslate(self) -> None:
        waits = self.found.open
        self.words.setText(self._words())
        set_kind(self.words, "warning" if any(each.state == "changed" for each in waits) else "small")
        set_texts(self.read, self.tr("Read…"), self.tr("Read the project instructions"))

    def _words(self) -> str:
        found = self.found
        names = [each.file.name for each in found.all]
        if changed := [each for each in found.open if each.state == "changed"]:
            return self.tr("{name} has changed since you agreed to it. It isn’t followed.").format(
                name=_named([each.file.name for each in changed], self.tr("{name} and {count} more"))
            )
        more = self.tr("{name} and {count} more")
        if found.open:
            new = [each.file.name for each in found.open]
            return self.tr("Instructions for this project: {name}. Not followed yet.").format(
                name=_named(new, more)
            )
        if found.follows:
            return self.tr("Follows {name}").format(name=_named([f.path for f in found.follows], more))
        if found.all:
            return self.tr("Not followed: {name} ({why})").format(
                name=_named(names, more), why=state_note(found.all[0])
            )
        return ""


def _named(names: Sequence[str], more: str) -> str:
    return names[0] if len(names) == 1 else more.format(name=names[0], count=len(names) - 1)
