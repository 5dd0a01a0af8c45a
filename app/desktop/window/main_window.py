"""The window: what its parts have to do with each other, what the application tells it, and how it closes."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QPaintEvent

from app.desktop.base.theme import themes
from app.desktop.window.closing.steps import AtWork, Step, step
from app.desktop.window.top_level import come_forward
from app.desktop.window.window_events import WindowEvents
from app.desktop.window.window_parts import WindowParts
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.base.bridge import Bridge
    from app.services.services import Services

log = logging.getLogger(__name__)
SMALLEST = (640, 440)


class MainWindow(WindowParts):
    """Can be written into before anything else is imported. `show_chats` adds the chats, `complete` the rest, and
    `attach` fills it. `retry_wanted` asks to open the data again, `restore_wanted` to close it so that a backup can
    be restored, and carries the UserError that says why. `restart_wanted`: end, and start the current version.
    """

    retry_wanted = Signal()
    restore_wanted = Signal(object)
    restart_wanted = Signal()
    closed = Signal()
    first_painted = Signal()

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.setObjectName("main_window")
        self._painted = False
        self._notice = ""
        self.leaves_at_once = False  # closing asks nothing
        self._quits = False  # a person wants the program to end, not this window alone
        self.refresh()
        self.memory.restore(self, self.whole)
        self._composer.edit.setFocus()

    def complete(self, bridge: Bridge) -> None:
        """Build the rest, before `attach`."""
        self.build()
        self._events = WindowEvents(self, bridge)
        self._connect()
        self.retranslate()
        if self._wanted is not None:
            self.go.open_chat(self._wanted)
        elif self._sent:
            self.chat.composer.submit()

    def _connect(self) -> None:
        go = self.go
        self.calls.failed.connect(self.show_error)
        self.calls.damaged.connect(self.save_strip.offer_restore)
        self.save_strip.restore_wanted.connect(self.restore_wanted)
        self.windows.restore_wanted.connect(self.restore_wanted)
        go.raise_wanted.connect(self.come_forward)
        self.chat.shown.opened.connect(self._opened)
        self.chat.shown.details_changed.connect(self._show_window_title)
        self.pages.currentChanged.connect(lambda _: self._show_window_title())
        self.chat.shown.answering_changed.connect(self.sidebar.show_answering)
        self.sidebar.archived_wanted.connect(lambda: self.put_away.open(archived=True))
        for deleted_wanted in (self.sidebar.deleted_wanted, self.later.deleted_wanted):
            deleted_wanted.connect(lambda: self.put_away.open(archived=False))
        for wanted in (self.sidebar.menus.export_wanted, go.export_wanted, self.later.export_wanted):
            wanted.connect(self.exports.ask)
        self.downloads.changed.connect(self.rail.show_downloads)
        self.downloads.used.connect(go.chat_with)
        self.downloads.show_wanted.connect(lambda: go.show_models("downloads"))
        self.chat.said.connect(self.toast.notify)
        self.later.said.connect(self.toast.notify)
        self.later.import_wanted.connect(self.imports.begin)
        self.sidebar.files_dropped.connect(self.imports.begin)
        for changed in (
            self.chat.shown.opened,
            self.later.shown_changed,
            self.pages.currentChanged,
            self.windows.front_changed,
        ):
            changed.connect(self.front.look)
        self.chat_notes.asking.connect(self.sidebar.show_asking)
        self.chat_notes.show_wanted.connect(self._go_to_chat)
        self.sidebar.hit_wanted.connect(go.open_hit)
        self.run_notes.waiting.connect(self.rail.show_waiting)
        self.run_notes.unseen.connect(self.rail.show_unseen)
        self.run_notes.show_wanted.connect(go.show_run)
        self.away.chat_wanted.connect(self._go_to_chat)
        self.away.run_wanted.connect(self.come_forward)
        self.away.run_wanted.connect(go.show_run)
        self.updates.news.connect(self.rail.show_news)
        self.later.update_wanted.connect(self.updates.open_sheet)
        for restart_wanted in (self.updates.restart_wanted, self.later.restart_wanted):
            restart_wanted.connect(self.restart_wanted)
        self.failure.retry_wanted.connect(self.retry_wanted)
        self.failure.restored.connect(self._restored)
        self.failure.folder_wanted.connect(lambda: self.later.settings.data.open_folder())
        for quit_wanted in (self.failure.quit_wanted, go.quit_wanted, self.presence.quit_wanted):
            quit_wanted.connect(self.quit)
        self.presence.open_wanted.connect(self.come_forward)
        self.quit_sheet.agreed.connect(self.leave)
        self.quit_sheet.background_wanted.connect(self.presence.leave)
        self.quit_sheet.remembered.connect(self._remember_closing)
        for failed in (self.server.failed, self.calls.failed):
            failed.connect(self.presence.tell)
        self.server.failed.connect(self.show_error)

    # What the application tells

    def attach(self, services: Services) -> None:
        """The data is open: show it, and do what was asked for meanwhile."""
        self.whole.setCurrentIndex(0)
        self.calls.attach(services)
        self.windows.attach(services)
        self._events.take_settings(services.settings.current)
        self._events.take([services.models.state])
        self.others.begin()
        self._events.read()
        self.downloads.begin()
        self.run_notes.shelf.begin()
        self.server.begin(services.settings.current)
        self.updates.begin(services.settings.current)
        if self._notice:
            self.strip.say(self._notice, colour="accent")
        for problem in services.settings.problems:
            self.show_error(UserError.from_info(problem))

    def show_failure(self, error: UserError, *, restoring: bool = False) -> None:
        """The data could not be opened, or is closed so that a backup can be restored."""
        log.error("The data could not be opened: %s", error.code)
        self.failure.show_error(error, choosing=restoring)
        self.presence.tell(error)
        self.whole.setCurrentWidget(self.failure)

    def detach(self) -> None:
        """The data is being closed."""
        self.others.stop()
        self.updates.stop()
        self.windows.leave()
        self.calls.services = None

    def _restored(self, notice: str) -> None:
        self._notice = notice
        self.retry_wanted.emit()

    def come_forward(self) -> None:
        if self._completed:
            self.presence.come_back()
        come_forward(self)  # last: before the windows of chats

    def quit(self) -> None:
        """End the program; asks only about what would be interrupted."""
        self._quits = True
        self.close()
        self._quits = False

    def leave(self) -> None:
        """End the program; asks nothing."""
        self.leaves_at_once = True
        self.close()

    def _go_to_chat(self, conversation: int) -> None:
        """Bring a chat to the front: in the window that shows it, or here."""
        window = self.windows.showing(conversation)
        if window is not None:
            come_forward(window)
        else:
            self.come_forward()
            self.go.open_chat(conversation)

    # Inside

    def _opened(self, conversation: int | None) -> None:
        self.sidebar.show_open(conversation)
        self.later.show_conversation(conversation)
        self.memory.keep_conversation(conversation)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._completed:
            self.go.stop_or_close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._painted:
            self._painted = True
            # The children are painted after this returns.
            QTimer.singleShot(0, self, self.first_painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        follows = self._asked_before_closing()
        if self._completed:
            self.chat.composer.flush_draft()
        self.memory.keep(self, self.whole)
        if follows != "end":
            event.ignore()
            if follows == "away":
                self.presence.leave()
            return
        if self._completed:
            self.presence.end()
            # What waits for its undo is done now.
            self.toast.dismiss()
            self.later.leave()
            self.windows.leave()
        super().closeEvent(event)
        self.closed.emit()

    def _asked_before_closing(self) -> Step:
        """What follows; a person is asked where that is theirs to say."""
        services = self.calls.services
        if services is None or self.leaves_at_once or self._session_ends():
            return "end"
        runs = [
            run.title for run in self.run_notes.shelf.all() if run.state == "running" and not run.conversation
        ]
        at_work = AtWork(len(services.answers.answering()), runs, self.server.served)
        serves = self.server.state is not None
        goes_on = serves or self.run_notes.shelf.schedules.starts_any
        follows = step(
            at_work, services.settings.current.server_when_closed, goes_on=goes_on, quits=self._quits
        )
        if follows in ("offer", "ask"):
            if not self.isActiveWindow():
                self.come_forward()
            self.quit_sheet.ask(at_work, offers=follows == "offer", serves=serves)
        return follows

    @staticmethod
    def _session_ends() -> bool:
        application = QGuiApplication.instance()
        return isinstance(application, QGuiApplication) and application.isSavingSession()

    def _remember_closing(self, choice: str) -> None:
        self.calls.do(lambda s: s.settings.change(server_when_closed=choice))

    def _show_window_title(self) -> None:
        """The page, or the chat that is shown."""
        title = ""
        if self._completed:
            shown = self.chat.shown.now.conversation
            title = self.rail.page_title() or ("" if shown is None else shown.title)
        self.setWindowTitle(title or "Coterie")

    def retranslate(self) -> None:
        self._show_window_title()
        if self._completed:
            self.go.retranslate()

    def restyle(self) -> None:
        px = themes.current.px
        self.setMinimumSize(*SMALLEST)
        self.side.setMaximumWidth(px(480))
        self.whole.fit()
