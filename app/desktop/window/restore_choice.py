"""Which backup takes the place of a database that cannot be opened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.menu import Menu
from app.desktop.base.tasks import run_in_background
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.backups import Restored
    from app.store.backup import Backup


class RestoreChoice(ThemedWidget):
    """`restored` carries the sentence that says what was done, `failed` a UserError; `back_wanted`: it is not wanted.

    `found` tells whether there is anything to restore.
    """

    restored = Signal(str)
    failed = Signal(object)
    back_wanted = Signal()
    found = Signal(bool)

    def __init__(self, home: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._home = home
        self._backups: Sequence[Backup] = ()
        self._chosen = 0
        self._text = text_label(self, wraps=True)
        self.choice = QPushButton(self)
        self.choice.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow after the words
        self.choice.setMenu(Menu(self.choice))
        self.restore = QPushButton(self)
        self.restore.setProperty("kind", "primary")
        self.back = QPushButton(self)
        self._row = Row(self.restore, self.back, STRETCH, spacing=8)
        Column(
            self._text,
            (self.choice, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute),
            self._row,
            parent=self,
            spacing=12,
        )
        self.restore.clicked.connect(self._restore)
        self.back.clicked.connect(self.back_wanted)
        self.refresh()

    def look(self) -> None:
        """Find out what there is, off the GUI thread."""
        home = self._home
        run_in_background(lambda: _backups(home), self._show, lambda _: self._show(()), "io", self)

    def _show(self, known: Sequence[Backup]) -> None:
        self._backups, self._chosen = known, 0
        self.retranslate()
        self.found.emit(bool(self._backups))

    def _choose(self, index: int) -> None:
        self._chosen = index
        text = _shown(self._backups[index]) if self._backups else ""
        set_texts(self.choice, text, self.tr("Backup: {when}").format(when=text))

    def _restore(self) -> None:
        home, name = self._home, self._backups[self._chosen].name
        self._set_busy(True)
        run_in_background(lambda: _restored(home, name), self._done, self._failed, "io", self)

    def _done(self, restored: Restored) -> None:
        self._set_busy(False)
        said = self.tr("The backup of {when} was restored. What was there is kept as {name}.")
        self.restored.emit(said.format(when=when(restored.backup), name=Path(restored.aside).name))

    def _failed(self, error: Exception) -> None:
        self._set_busy(False)
        known = isinstance(error, UserError)
        self.failed.emit(error if known else UserError("unknown", detail=type(error).__name__))

    def _set_busy(self, busy: bool) -> None:
        for widget in (self.choice, self.restore, self.back):
            widget.setDisabled(busy)
        self.restore.setText(self.tr("Restoring…") if busy else self.tr("Restore"))

    def retranslate(self) -> None:
        self._text.setText(
            self.tr(
                "Chats and runs will be as they were then. The file that can’t be opened is not deleted: it stays in"
                " the data folder."
            )
        )
        menu = self.choice.menu()
        menu.clear()
        for index, one in enumerate(self._backups):
            menu.addAction(_shown(one), partial(self._choose, index))
        self._choose(self._chosen)
        self.restore.setText(self.tr("Restore"))
        self.back.setText(self.tr("Back"))
        for button in (self.restore, self.back):
            button.setAccessibleName(button.text())

    def restyle(self) -> None:
        set_icon(self.choice, "chevron-down", "muted", 16)


def _backups(home: Path) -> list[Backup]:
    from app.services.backups import backups

    return [one for one in backups(home) if one.kind == "backup" and one.fits]


def _restored(home: Path, name: str) -> Restored:
    from app.services.backups import restore_backup

    return restore_backup(home, name)


def when(backup: Backup) -> str:
    """Date and time of a backup, as people write them."""
    made = QDateTime.fromSecsSinceEpoch(int(backup.time))
    return QLocale().toString(made, QLocale.FormatType.ShortFormat)


def _shown(backup: Backup) -> str:
    size = QLocale().formattedDataSize(backup.bytes, 0, QLocale.DataSizeFormat.DataSizeSIFormat)
    return f"{when(backup)} · {size}"
