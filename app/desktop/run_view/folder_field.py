"""The folder that a run works in: typed, chosen, dropped, or one of those used before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from app.desktop.base.icons import icon, set_icon
from app.desktop.base.menu import Menu
from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.file_dialog import choose_folder
from app.desktop.text.run_labels import folder_text
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import name_icon, set_texts
from app.desktop.widgets.layouts import Column, Row
from app.services.runs.place.workspace import OF_FOLDER
from engine.errors import UserError

RECENT = 8


def dropped_folder(data: QMimeData) -> str:
    """The folder that is dragged here, that of a file which is; "" for anything else."""
    for url in data.urls():
        if url.isLocalFile():
            path = Path(url.toLocalFile())
            return str(path if path.is_dir() else path.parent)
    return ""


class FolderField(ThemedWidget):
    """`changed` comes when another folder is meant."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recent: list[str] = []
        self.setAcceptDrops(True)
        self.field = TextField(self)
        self.field.setAcceptDrops(False)  # the whole field takes what is dropped, as a folder and not as text
        self.choose = push_button(self)
        self.recent = push_button(self)
        self.complaint = Complaint(self)
        self._row = Row((self.field, 1), spacing=8)
        for button in (self.recent, self.choose):
            self._row.addWidget(button)
        Column(self._row, self.complaint, parent=self, spacing=6)
        self.setFocusProxy(self.field)
        self.field.textChanged.connect(self._typed)
        self.choose.clicked.connect(self._choose)
        self.recent.clicked.connect(lambda: self.menu().popup(self._below(self.recent)))
        self.refresh()

    def folder(self) -> str:
        """The path as it was typed; whether it can be used is for who starts the run to say."""
        text = self.field.text().strip()
        return str(Path(text).expanduser()) if text.startswith("~") else text

    def show_folder(self, path: str) -> None:
        self.field.setText(folder_text(path) if path else "")

    def show_recent(self, paths: Sequence[str]) -> None:
        """Folders of earlier runs, the latest first."""
        self._recent = list(dict.fromkeys(paths))[:RECENT]
        self.recent.setVisible(bool(self._recent))

    def say(self, error: UserError | None) -> None:
        """Why this folder cannot be used."""
        self.complaint.say(error)
        self.field.setAccessibleDescription(self.complaint.text())

    def takes(self, error: UserError) -> bool:
        """Whether an error is about the folder; then it is told here, and the field has the focus."""
        if error.code not in OF_FOLDER:
            return False
        self.say(error)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def menu(self) -> QMenu:
        """The folders used before. It deletes itself when it closes."""
        menu = Menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for path in self._recent:
            shown = folder_text(path).replace("&", "&&")
            menu.addAction(icon("folder-open", "muted", 16), shown, lambda path=path: self.show_folder(path))
        return menu

    def _below(self, button: QPushButton) -> QPoint:
        return button.mapToGlobal(QPoint(0, button.height() + themes.current.px(4)))

    def _typed(self) -> None:
        self.say(None)
        self.changed.emit()

    def _choose(self) -> None:
        choose_folder(self, self.tr("Folder to work in"), self.show_folder, self.folder())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_folder(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if folder := dropped_folder(event.mimeData()):
            self.show_folder(folder)
            event.acceptProposedAction()

    def retranslate(self) -> None:
        self.field.setPlaceholderText(self.tr("Choose a folder, or drop one here"))
        self.field.setAccessibleName(self.tr("Folder to work in"))
        set_texts(self.choose, self.tr("Choose…"), self.tr("Choose a folder"))
        name_icon(self.recent, self.tr("Recent folders"))

    def restyle(self) -> None:
        px = themes.current.px
        self.recent.setFixedWidth(px(40))
        set_icon(self.recent, "chevron-down", "muted", 18)
