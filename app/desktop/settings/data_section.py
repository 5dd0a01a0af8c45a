"""Where the data lies, what is kept to save time, and what was deleted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QDateTime, QLocale, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.forms.controls import Section
from app.desktop.settings.prompt_cache_row import PromptCacheRow
from app.desktop.text.words import shown_title
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.services.settings.settings import Settings

if TYPE_CHECKING:
    from app.services.services import Services

# More rows than anybody looks through would only make the page slow.
SHOWN = 100


class Deleted(NamedTuple):
    """A chat or a run in the trash. `time` is in seconds since 1970."""

    id: int
    title: str
    time: float


class TrashList(QWidget):
    """One line for each that was deleted, with a button that brings it back."""

    restore_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = Column(parent=self)

    def show_deleted(self, found: Sequence[Deleted], empty: str, restore: str) -> None:
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            widget.hide()  # one that the layout was about to show would come up as a window of its own
            widget.setParent(None)
            widget.deleteLater()
        if not found:
            label = text_label(self, "small", text=empty)
            self._column.addWidget(label)
        for each in found[:SHOWN]:
            self._column.addWidget(self._line(each, restore))

    def _line(self, deleted: Deleted, restore: str) -> QWidget:
        line = QWidget(self)
        title = text_label(line)
        text = deleted.title
        title.setText(
            title.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, themes.current.px(360))
        )
        when = QDateTime.fromSecsSinceEpoch(int(deleted.time))
        date = text_label(line, "small", text=QLocale().toString(when.date(), QLocale.FormatType.ShortFormat))
        button = push_button(line, "bar", text=restore)
        button.setAccessibleName(f"{restore}: {text}")
        button.clicked.connect(lambda: self.restore_wanted.emit(deleted.id))
        Row(title, STRETCH, date, button, parent=line, spacing=12)
        return line


class DataSection(Section):
    """`restored` carries the id of a conversation that was brought back, `run_restored` that of a run."""

    restored = Signal(int)
    run_restored = Signal(int)

    def __init__(self, calls: ServiceCalls, home: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls, self._home = calls, home
        self._trash: tuple[Deleted, ...] = ()
        self._runs: tuple[Deleted, ...] = ()
        self.folder = push_button(self)
        self.kept = PromptCacheRow(calls, self)
        self.trash, self.runs = TrashList(self), TrashList(self)
        self._folder_row = self.add_row(self.folder)
        self._kept_row = self.add_row(self.kept, below=True)
        self._trash_row = self.add_row(self.trash, below=True)
        self._runs_row = self.add_row(self.runs, below=True)
        self.folder.clicked.connect(self.open_folder)
        self.trash.restore_wanted.connect(self._restore)
        self.runs.restore_wanted.connect(self._restore_run)
        self.refresh()

    def open_folder(self) -> None:
        """Show the data folder in the file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._home)))

    def take_settings(self, settings: Settings) -> None:
        self.kept.take_settings(settings)

    def read(self) -> None:
        """Ask what there is now."""
        self.refresh_trash()
        self.kept.read()

    def refresh_trash(self) -> None:
        self._calls.do(_in_trash, lambda found: self._show_trash(*found), owner=self)

    def _show_trash(self, chats: tuple[Deleted, ...], runs: tuple[Deleted, ...]) -> None:
        self._trash, self._runs = chats, runs
        nothing, restore = self.tr("Nothing was deleted in the last 30 days."), self.tr("Restore")
        self.trash.show_deleted(chats, nothing, restore)
        self.runs.show_deleted(runs, nothing, restore)

    def _restore(self, conversation: int) -> None:
        self._calls.do(
            lambda s: s.conversations.restore(conversation),
            lambda restored: self.restored.emit(restored.id),
            owner=self,
        )

    def _restore_run(self, run: int) -> None:
        self._calls.do(
            lambda s: s.runs.restore(run), lambda restored: self.run_restored.emit(restored.id), owner=self
        )

    def retranslate(self) -> None:
        self.set_title(self.tr("Data"))
        self._folder_row.set_words(self.tr("Folder"), str(self._home))
        set_texts(self.folder, self.tr("Open the folder"))
        self._kept_row.set_words(
            self.tr("Cache for fast return to long chats"),
            self.tr(
                "Stored on disk. The oldest entries are removed first, and deleting a chat deletes its cache."
            ),
        )
        self._trash_row.set_words(
            self.tr("Deleted chats"), self.tr("Kept for 30 days, then permanently deleted.")
        )
        self._runs_row.set_words(
            self.tr("Deleted runs"),
            self.tr("Kept for 30 days, then permanently deleted. Changes they made to files stay."),
        )
        self._show_trash(self._trash, self._runs)


def _in_trash(services: Services) -> tuple[tuple[Deleted, ...], tuple[Deleted, ...]]:
    """Chats and runs that were deleted."""
    chats = tuple(Deleted(c.id, shown_title(c), c.deleted or 0.0) for c in services.conversations.trash())
    runs = [run for run in services.runs.trash() if not run.conversation]
    return chats, tuple(Deleted(run.id, run.title, run.trashed or 0.0) for run in runs)
