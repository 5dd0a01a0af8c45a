"""Where the data lies, and what was deleted."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.desktop.service_calls import ServiceCalls
from app.desktop.settings.controls import Section
from app.desktop.theme import themes
from app.desktop.window.conversation_model import shown_title
from app.store.records import Conversation

# More rows than anybody looks through would only make the page slow.
SHOWN = 100


class TrashList(QWidget):
    """One line per deleted conversation, with a button that brings it back."""

    restore_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_conversations(self, conversations: list[Conversation], empty: str, restore: str) -> None:
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            widget.setParent(None)
            widget.deleteLater()
        if not conversations:
            label = QLabel(empty, self)
            label.setProperty("kind", "small")
            self._column.addWidget(label)
        for conversation in conversations[:SHOWN]:
            self._column.addWidget(self._line(conversation, restore))

    def _line(self, conversation: Conversation, restore: str) -> QWidget:
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(themes.current.px(12))
        title = QLabel(line)
        text = shown_title(conversation)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setText(
            title.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, themes.current.px(360))
        )
        when = QDateTime.fromSecsSinceEpoch(int(conversation.deleted or 0))
        date = QLabel(QLocale().toString(when.date(), QLocale.FormatType.ShortFormat), line)
        date.setProperty("kind", "small")
        button = QPushButton(restore, line)
        button.setProperty("kind", "bar")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(f"{restore}: {text}")
        button.clicked.connect(lambda: self.restore_wanted.emit(conversation.id))
        row.addWidget(title)
        row.addStretch(1)
        row.addWidget(date)
        row.addWidget(button)
        return line


class DataSection(Section):
    """`restored` carries the id of a conversation that was brought back."""

    restored = Signal(int)

    def __init__(self, calls: ServiceCalls, home: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls, self._home = calls, home
        self._trash: list[Conversation] = []
        self.folder = QPushButton(self)
        self.folder.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.trash = TrashList(self)
        self._folder_row = self.add_row(self.folder)
        self._trash_row = self.add_row(self.trash, below=True)
        self.folder.clicked.connect(self.open_folder)
        self.trash.restore_wanted.connect(self._restore)
        self.refresh()

    def open_folder(self) -> None:
        """Show the data folder in the file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._home)))

    def refresh_trash(self) -> None:
        self._calls.do(lambda s: s.conversations.trash(), self._show_trash, owner=self)

    def _show_trash(self, conversations: list[Conversation]) -> None:
        self._trash = list(conversations)
        self.trash.show_conversations(
            self._trash, self.tr("Nothing was deleted in the last 30 days."), self.tr("Restore")
        )

    def _restore(self, conversation: int) -> None:
        self._calls.do(
            lambda s: s.conversations.restore(conversation),
            lambda restored: self.restored.emit(restored.id),
            owner=self,
        )

    def retranslate(self) -> None:
        self.set_title(self.tr("Data"))
        self._folder_row.set_words(self.tr("Folder"), str(self._home))
        self.folder.setText(self.tr("Open the folder"))
        self.folder.setAccessibleName(self.tr("Open the folder"))
        self._trash_row.set_words(
            self.tr("Deleted chats"), self.tr("They are kept for 30 days and then removed for good.")
        )
        self._show_trash(self._trash)
