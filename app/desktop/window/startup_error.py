"""A whole page that says why Coterie cannot work with its data, and what can be done."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.copy_diagnostics import CopyDiagnostics
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import Column
from app.desktop.window.restore_choice import RestoreChoice
from engine.errors import UserError

WIDTH = 520
# What a backup helps against: of a file that a newer version has changed there is one from before. One that proves
# bad itself leaves the others to choose from.
RESTORABLE = (
    "store.damaged",
    "store.newer_version",
    "store.bad_backup",
    "store.in_use",
    "store.not_restored",
)


class OpeningFailed(ThemedWidget):
    """Shown instead of the chat when the store could not be opened. Nothing was touched by then.

    A damaged database leads to a backup: `restored` carries what is to be said once it is open.
    """

    restored = Signal(str)
    retry_wanted = Signal()
    folder_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, home: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._error: UserError | None = None
        self._wants_choice = False
        self._symbol = QLabel(self)
        self._title = text_label(self, "title")
        self._text = text_label(self, wraps=True, selectable=True)
        self.restore = QPushButton(self)
        self.restore.setProperty("kind", "primary")
        self.retry = QPushButton(self)
        self.folder = QPushButton(self)
        self.quit = QPushButton(self)
        self.copy = CopyDiagnostics(self)
        self.choice = RestoreChoice(home, self)
        self._buttons = QWidget(self)
        rows = Column(parent=self._buttons)
        self._rows: list[QBoxLayout] = [rows]
        for line in ((self.restore, self.retry, self.quit), (self.folder, self.copy)):
            row = QHBoxLayout()
            for button in line:
                row.addWidget(button)
            row.addStretch(1)
            rows.addLayout(row)
            self._rows.append(row)
        self.restore.clicked.connect(lambda: self._choose(True))
        self.retry.clicked.connect(self.retry_wanted)
        self.folder.clicked.connect(self.folder_wanted)
        self.quit.clicked.connect(self.quit_wanted)
        self.choice.back_wanted.connect(lambda: self._choose(False))
        self.choice.found.connect(self._offer)
        self.choice.failed.connect(self.show_error)
        self.choice.restored.connect(self.restored)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addLayout(
            Column(
                2, Column(self._symbol, self._title, self._text, self._buttons, self.choice, spacing=12), 3
            )
        )
        row.addStretch(1)
        self.refresh()

    def show_error(self, error: UserError, *, choosing: bool = False) -> None:
        """`choosing`: a person wants to restore a backup, so the choice comes first where there is one."""
        self._error = error
        self._wants_choice = choosing
        self.retranslate()
        self._offer(False)
        self._choose(False)
        if error.code in RESTORABLE:
            self.choice.look()

    def _offer(self, there: bool) -> None:
        """Whether a backup can be restored: what to do first is what Enter does."""
        self.restore.setVisible(there)
        self.retry.setProperty("kind", None if there else "primary")
        self.retry.style().polish(self.retry)
        (self.restore if there else self.retry).setFocus(Qt.FocusReason.OtherFocusReason)
        if there and self._wants_choice:
            self._choose(True)

    def _choose(self, choosing: bool) -> None:
        self._text.setHidden(choosing)
        self._buttons.setHidden(choosing)
        self.choice.setVisible(choosing)
        self._title.setText(self._heading())
        (self.choice.restore if choosing else self.restore).setFocus(Qt.FocusReason.OtherFocusReason)

    def text(self) -> str:
        return self._text.text()

    def _heading(self) -> str:
        if self.choice.isHidden():
            return self.tr("Coterie can’t open your chats")
        return self.tr("Restore a backup")

    def retranslate(self) -> None:
        self._title.setText(self._heading())
        self._text.setText("" if self._error is None else languages.tell(self._error))
        for button, text in (
            (self.restore, self.tr("Restore a backup…")),
            (self.retry, self.tr("Try again")),
            (self.folder, self.tr("Open the folder")),
            (self.quit, self.tr("Quit")),
        ):
            set_texts(button, text)

    def restyle(self) -> None:
        px = themes.current.px
        self._symbol.setPixmap(icon("circle-alert", "warning", 32).pixmap(px(32), px(32)))
        for words in (self._text, self.choice):
            words.setFixedWidth(px(WIDTH))
        for layout in self._rows:
            layout.setSpacing(px(8))
