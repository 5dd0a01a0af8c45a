"""Exports of chats from the window: asks for format and place, works off the GUI thread, says where they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.desktop.base.language import languages
from app.desktop.base.revealing import open_folder, reveal
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.text.words import shown_title
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.desktop.widgets.toast import Toast
    from app.desktop.window.export.export_sheet import ExportSheet
    from app.language import Language
    from app.services.chat.exchange.exporting import ExportFormat
    from app.services.services import Services
    from app.store.records import Conversation

# Seconds between two reports of progress.
REPORT_EVERY = 0.1


class _Stopped(Exception):
    """Nobody wants the export any more."""


class ChatExports(QObject):
    """One export at a time. `find` gives a chat of the list by its id."""

    def __init__(
        self, calls: ServiceCalls, toast: Toast, find: Callable[[int], Conversation | None], window: QWidget
    ) -> None:
        super().__init__(window)
        self._calls, self._toast, self._find, self._window = calls, toast, find, window
        self._task: Task | None = None
        self._chats: tuple[int, ...] = ()
        self._name = self._folder = ""  # of the chat, and where the last export went
        self.sheet: ExportSheet | None = None

    def ask(self, chats: Sequence[int] = ()) -> None:
        """Ask how these chats, or all, are to be exported; while one is going on, show that."""
        if self.sheet is None:
            from app.desktop.window.export.export_sheet import ExportSheet

            self.sheet = ExportSheet(self._window)
            self.sheet.place_wanted.connect(self._choose_place)
            self.sheet.stop_wanted.connect(self.stop)
        if self._task is None:
            self._chats = tuple(chats)
            chat = self._find(chats[0]) if len(chats) == 1 else None
            self._name = "" if chat is None else shown_title(chat)
            self.sheet.show_chats(self._name, len(chats))
        self.sheet.open()

    def stop(self) -> None:
        """End the export that is going on; what is whole by now stays."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def start(self, format: ExportFormat, path: Path) -> None:
        """Export to the file `path`; several chats, but as JSON, into a new folder in the folder `path`."""
        chats, language = self._chats, languages.current
        self._folder = str(path.parent)
        self._task = self._calls.stream(
            lambda services, task: _export(services, task, chats, format, path, language),
            lambda progress: self._show_progress(*progress),
            self._done,
            self._failed,
            executor="files",
            owner=self,
        )
        if self.sheet is not None and self._task is not None:  # none before the data is open
            self.sheet.show_progress(0, len(chats))

    # Inside

    def _choose_place(self, format: ExportFormat) -> None:
        from app.file_names import file_name
        from app.services.chat.exchange.exporting import ENDINGS

        dialog = QFileDialog(self._window, self.tr("Export"), self._folder or _documents())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if len(self._chats) == 1 or format == "json":
            title = self._name or _folder_name()
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(ENDINGS[format].removeprefix("."))
            dialog.setNameFilter(f"*{ENDINGS[format]}")
            dialog.selectFile(file_name(title, _folder_name(), ENDINGS[format]))
        else:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda path: self.start(format, Path(path)))
        dialog.open()

    def _show_progress(self, done: int, total: int) -> None:
        if self.sheet is not None and self._task is not None:
            self.sheet.show_progress(done, total)

    def _done(self, path: Path) -> None:
        self._end()
        words = self.tr("Exported to “{name}”").format(name=path.name)
        self._toast.say(words, self.tr("Show in folder"), lambda: self._show(path))

    def _show(self, path: Path) -> None:
        self._calls.do(
            lambda _: open_folder(path) if path.is_dir() else reveal(str(path)), executor="io", owner=self
        )

    def _failed(self, error: UserError) -> None:
        self._end()
        self._calls.failed.emit(error)

    def _end(self) -> None:
        self._task = None
        if self.sheet is not None:
            self.sheet.close_overlay()


def _export(
    services: Services,
    task: Task,
    chats: tuple[int, ...],
    format: ExportFormat,
    path: Path,
    language: Language,
) -> Path:
    """Where the chats are now. In a thread."""
    from app.services.chat.exchange.exporting import Export, every_chat, export_chats

    last = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last
        if not task.keep_going():
            raise _Stopped
        if time.monotonic() - last >= REPORT_EVERY:
            last = time.monotonic()
            task.tell((done, total))

    apart = len(chats) != 1 and format != "json"
    path = _new_folder(path) if apart else path
    # Whether a file may be replaced was asked where it was chosen.
    export_chats(
        services.store,
        Export(chats or every_chat(services.store), format, path, apart, not apart, language),
        report,
    )
    return path


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def _folder_name() -> str:
    return f"Coterie {time.strftime('%Y-%m-%d')}"


def _new_folder(parent: Path) -> Path:
    """A folder that is not there yet."""
    number, path = 1, parent / _folder_name()
    while path.exists():
        number += 1
        path = parent / f"{_folder_name()} {number}"
    return path
