"""Files that are dropped anywhere on a page go to the field that is written in there."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from app.desktop.text_entry.entry import TextEntry, local_files


class Drops(QObject):
    """Has `edit` tell the files that are dropped on `page`."""

    def __init__(self, page: QWidget, edit: TextEntry) -> None:
        super().__init__(page)
        self._edit = edit
        page.setAcceptDrops(True)
        page.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.Drop):
            drop = cast(QDragEnterEvent | QDropEvent, event)
            if paths := local_files(drop.mimeData()):
                drop.setDropAction(Qt.DropAction.CopyAction)
                drop.accept()
                if event.type() == QEvent.Type.Drop:
                    self._edit.files_given.emit(paths)
                    self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False
