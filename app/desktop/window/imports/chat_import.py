"""Imports chats out of files that were chosen or dropped: first it shows what is in them, then it takes them in."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.desktop.base.service_calls import ServiceCalls
from app.services.chat.exchange.values import Imported

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.desktop.widgets.toast import Toast
    from app.desktop.window.imports.import_sheet import ImportSheet
    from app.services.services import Services
    from engine.errors import UserError

# Seconds between two looks at how far it is.
INTERVAL = 0.1


class ChatImport(QObject):
    """Opens its sheet over the window. Closing the sheet ends the look; the import goes on until it is stopped.
    Once `stop` is set, what is under way ends behind the chat at hand."""

    def __init__(self, calls: ServiceCalls, toast: Toast) -> None:
        super().__init__(toast)
        self._calls, self._toast = calls, toast
        self._paths: list[Path] = []
        self.stop = threading.Event()
        self._task: Task | None = None
        self._sheet: ImportSheet | None = None

    @property
    def sheet(self) -> ImportSheet:
        if self._sheet is None:
            from app.desktop.window.imports.import_sheet import ImportSheet

            self._sheet = ImportSheet(self._toast.window())
            self._sheet.import_wanted.connect(self._import)
            self._sheet.stop_wanted.connect(self._stop_now)
            self._sheet.closed.connect(self._closed)
        return self._sheet

    def begin(self, paths: Sequence[str]) -> None:
        """Look what these files and folders hold. An import that is under way is shown instead."""
        sheet = self.sheet
        if sheet.stage != "importing":
            self._end()
            self._paths = [Path(path) for path in paths]
            sheet.show_looking(Imported())
            self._run(dry_run=True)
        sheet.open()

    def _run(self, *, dry_run: bool) -> None:
        paths, stop = self._paths, threading.Event()
        self.stop = stop
        self._task = self._calls.stream(
            lambda services, task: _imported(services, task, stop, paths, dry_run=dry_run),
            self.sheet.show_looking if dry_run else self._show_done,
            self.sheet.show_found if dry_run else self._finish,
            self._fail,
            executor="files",
            owner=self,
        )

    def _import(self) -> None:
        self.sheet.show_importing(0)
        self._run(dry_run=False)

    def _show_done(self, done: Imported) -> None:
        self.sheet.show_importing(done.imported)

    def _finish(self, done: Imported) -> None:
        self._task = None
        self.sheet.show_found(Imported())
        self.sheet.close_overlay()
        many = self.tr("{count} chats imported").format(count=done.imported)
        self._toast.say(self.tr("1 chat imported") if done.imported == 1 else many)

    def _fail(self, error: UserError) -> None:
        self._task = None
        self.sheet.say(error)
        self.sheet.open()

    def _stop_now(self) -> None:
        """End it behind the chat that is being added; what is here stays."""
        self.stop.set()

    def _closed(self) -> None:
        if self.sheet.stage == "looking":
            self._end()

    def _end(self) -> None:
        self.stop.set()
        if self._task is not None:
            self._task.cancel()
            self._task = None


def _imported(
    services: Services, task: Task, stop: threading.Event, paths: Sequence[Path], *, dry_run: bool
) -> Imported:
    """Import, or look; from a thread."""
    done, told = Imported(), time.monotonic()
    with closing(services.chat_imports.run(paths, dry_run=dry_run)) as running:
        for done in running:
            if stop.is_set() or not task.keep_going():
                break
            if time.monotonic() - told >= INTERVAL:
                told = time.monotonic()
                task.tell(done)
    return done
