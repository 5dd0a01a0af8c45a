"""Builds the desktop: one process per data folder, a window at once, the data behind it."""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QObject,
    Qt,
    QTimer,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
    qVersion,
)
from PySide6.QtGui import QFileOpenEvent, QIcon
from PySide6.QtWidgets import QApplication

from app import paths, start_failure
from app.desktop.base import tasks
from app.desktop.base.language import languages
from app.desktop.base.style import put_on_style
from app.desktop.base.tasks import run_in_background
from app.desktop.base.theme import themes
from app.desktop.single_instance import SingleInstance
from app.desktop.termination import Termination
from app.desktop.window.main_window import MainWindow
from app.installation.first_starts import this_start
from app.integration.open_request import OpenRequest, request_of
from app.services.settings.settings import SettingsFile
from engine import thread_priority
from engine.errors import UserError
from resources import FOLDER

log = logging.getLogger(__name__)
if TYPE_CHECKING:
    from app.desktop.base.bridge import Bridge
    from app.services.services import Services
    from app.store.first_look import FirstLook

# A thread that works for the window lets go of the interpreter so often, in seconds: it takes it back with each call
# into Qt, and would wait five milliseconds each time.
SWITCH_S = 0.0005
# What is there so long after the data is open stays for good, in milliseconds.
STARTED_MS = 3000

Opener = Callable[[Path, SettingsFile], "Services"]


def open_all(home: Path, settings: SettingsFile) -> Services:
    """Open the services; in a thread, for it imports SQLAlchemy and reads the disk."""
    from app.services.services import open_services

    services = open_services(home, settings)
    try:
        services.answers.recover()
    except BaseException:
        services.close()
        raise
    return services


def look_at(home: Path) -> FirstLook:
    """The chats and projects as the sidebar lists them, and the modules that show them; in a thread."""
    for name in ("widgets.banner", "window.rail", "window.save_strip", "window.chats.sidebar"):
        importlib.import_module(f"app.desktop.{name}")
    from app.store.first_look import first_look

    return first_look(home / "coterie.db")


def import_rest() -> None:
    """Import what the window needs to be complete; in a thread, so that it answers meanwhile."""
    for name in (
        "base.bridge",
        "chat.chat_page",
        "chat.conversation_panel",
        "model_picker.tool_checking",
        "server.server_control",
        "widgets.toast",
        "window.away_notes",
        "window.chat_windows.chat_windows",
        "window.chats.chat_list",
        "window.chats.project_control",
        "window.chats.put_away",
        "window.chat_notes",
        "window.download_notes",
        "window.export.chat_exports",
        "window.front",
        "window.imports.chat_import",
        "window.lazy_pages",
        "window.navigation",
        "window.other_writers",
        "window.closing.presence",
        "window.closing.quit_sheet",
        "window.run_notes",
        "window.startup_error",
        "window.tool_check_notes",
        "window.updates.update_notes",
    ):
        importlib.import_module(f"app.desktop.{name}")


def _let_programs_in(services: Services, home: Path) -> None:
    from app.mcp_server.entrance import Entrance

    Entrance(services, home, in_window=True).open()


def dress(application: QApplication, settings: SettingsFile) -> None:
    """Language, palette and fonts from the settings. The style sheet comes with `put_on_style`."""
    application.setStyle("Fusion")
    current = settings.current
    languages.choose(current.language)
    themes.choose(current.theme, current.text_size / 100, current.contrast)


def spare_collector(desktop: Desktop) -> None:
    """Keep what start-up made out of the collector's sight, once the data is open: each look through all of it would
    hold up the window for a tenth of a second."""
    desktop.opened.connect(lambda: QTimer.singleShot(STARTED_MS, desktop, gc.freeze))


class Application(QApplication):
    """`asked` carries an `OpenRequest` of the system: macOS gives links and files to the program that runs.
    `quit_wanted`: the program shall end, by the system's own menu or with the session; Qt would close the windows,
    which is another thing."""

    asked = Signal(object)
    quit_wanted = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Quit:
            self.quit_wanted.emit()
            return True
        if isinstance(event, QFileOpenEvent):
            self.asked.emit(request_of(event.file() or event.url().toEncoded().data().decode()))
            return True
        return super().event(event)


class Desktop(QObject):
    """The window and the services behind it, from the first paint to the last thread's end.

    `begun` comes when the window is painted, or need not be, `opened` when the data is open. `start_again`: it ends
    so that another process opens the data anew.
    """

    begun = Signal()
    opened = Signal()

    def __init__(self, home: Path, settings: SettingsFile, opener: Opener = open_all) -> None:
        super().__init__()
        sys.setswitchinterval(SWITCH_S)
        self._home, self._settings, self._opener = home, settings, opener
        self._services: Services | None = None
        self._made: Services | None = None  # by the thread that opens them, who may have been told to stop
        self._opening = self._let_go = self._closed = False
        self.start_again = False
        self._request: OpenRequest | None = None
        self.bridge: Bridge | None = None
        self.window = MainWindow(home)
        self.window.retry_wanted.connect(self.open)
        self.window.restore_wanted.connect(self.let_go)
        self.window.restart_wanted.connect(self.restart)
        self.window.closed.connect(self.close)

    @property
    def services(self) -> Services | None:
        """The services once they are open."""
        return self._services

    def start(self, *, background: bool = False) -> None:
        """Show the window and, once it is painted, the chats, then the rest, and open the data. `background`: the
        same without showing it."""
        if background:
            QTimer.singleShot(0, self, self._begin)
        else:
            self.window.first_painted.connect(self._begin)
            self.window.show()

    def _begin(self) -> None:
        home = self._home
        self.begun.emit()
        self._in_thread(lambda: look_at(home), self._show_chats)

    def _in_thread(self, work: Callable[[], object], then: Callable[[Any], None]) -> None:
        run_in_background(work, then, self.cannot_start, executor="io", owner=self)

    def _show_chats(self, found: FirstLook) -> None:
        self.window.show_chats(found)
        self._in_thread(import_rest, lambda _: self._complete())

    def _complete(self) -> None:
        from app.desktop.base.bridge import Bridge

        self.bridge = Bridge(self)
        self.window.complete(self.bridge)
        self.open()

    def open(self) -> None:
        """Open the data in the background."""
        if self._let_go:  # a window is filled once
            self.start_again = True
            self.window.close()
            return
        if self._opening or self._services is not None:
            return
        self._opening = True
        run_in_background(self._make, self._opened, self._failed, owner=self)

    def _make(self) -> Services:
        self._made = self._opener(self._home, self._settings)
        return self._made

    def cannot_start(self, error: Exception) -> None:
        """A part of the program itself is missing, or a library of the system that it wants: end, and let go of the
        data folder."""
        log.error("The window could not be built", exc_info=error)
        this_start().broken()
        QApplication.exit(start_failure.tell_missing(error, languages.current))

    def _opened(self, services: Services) -> None:
        self._opening = False
        self._services = services
        assert self.bridge is not None
        self.bridge.attach(services)
        self.window.attach(services)
        self.window.chat.transcript.warm_up()
        self.window.calls.do(lambda s: s.lifecycle.begin(), executor="io")
        services.asides.begin()
        services.queue.begin()
        self.window.calls.do(lambda s: s.housekeeping(), executor="io")
        home = self._home
        self.window.calls.do(lambda s: _let_programs_in(s, home), executor="io")
        self.opened.emit()
        run_in_background(this_start().good, executor="io")
        self._open_request()

    def restart(self) -> None:
        """End, which a person is asked about as ever, and start the current version."""
        self.start_again = True
        self.window.quit()
        if not self._closed:  # a question is open, or was answered with no
            self.window.quit_sheet.closed.connect(self._stayed, Qt.ConnectionType.SingleShotConnection)

    def _stayed(self) -> None:
        QTimer.singleShot(0, self, self._forget_restart)

    def _forget_restart(self) -> None:
        self.start_again = False

    def take(self, request: OpenRequest) -> None:
        """Show what a person opened outside, now or once the data is open; of several the last."""
        self._request = request
        self._open_request()

    def _open_request(self) -> None:
        request = self._request
        if request is None or self._services is None:
            return
        from app.desktop.window.open_requests import open_request

        self._request = None
        open_request(self.window, request)

    def let_go(self, error: UserError) -> None:
        """Close the data, which turned out to be damaged, and show what can be done about it."""
        services, self._services = self._services, None
        if services is None:
            return
        self._made = None
        self._let_go = True
        if self.bridge is not None:
            self.bridge.detach()
        self.window.detach()
        services.placements.trials.cancel()
        run_in_background(
            services.close,
            lambda _: self.window.show_failure(error, restoring=True),
            self._failed,
            "db",
            owner=self,
        )

    def _failed(self, error: Exception) -> None:
        self._opening = False
        if not isinstance(error, UserError):
            log.error("The data could not be opened", exc_info=error)
            this_start().broken()
            error = UserError("unknown", detail=f"{type(error).__name__}: {error}")
        self.window.show_failure(error)

    def tell(self, detail: str) -> None:
        """Something nobody foresaw: say it calmly over the page."""
        if self.bridge is None:
            return  # it is in the log, and there is no page yet
        self.window.show_error(UserError("unknown", detail=detail))

    def close(self) -> None:
        """Stop what is being written, keep its text, end every thread. Once."""
        if self._closed:
            return
        self._closed = True
        if self.bridge is not None:
            self.bridge.detach()
        if self._services is not None:
            self._services.placements.trials.cancel()  # nobody waits a minute for it
        # First what the window still has to save, then the services it is saved with.
        tasks.shutdown()
        if self._made is not None:  # also where the window was closed before it had them
            self._made.close()


@contextlib.contextmanager
def screen_needed() -> Iterator[None]:
    """While the application is made: without a screen Qt says what only engineers read, and aborts."""
    said: list[str] = []

    def heard(kind: QtMsgType, _: QMessageLogContext, text: str | None) -> None:
        said.append(text or "")
        if kind == QtMsgType.QtFatalMsg:
            display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or "-"
            code = start_failure.tell(UserError("desktop.no_screen", display=display))
            sys.stderr.flush()
            os._exit(code)  # Qt does not go on

    before = qInstallMessageHandler(heard)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
        for text in said:
            print(text, file=sys.stderr)


def run(
    argv: Sequence[str], *, debug: bool = False, background: bool = False, request: OpenRequest | None = None
) -> int:
    """The desktop over the data folder of `app.paths`; returns the process's exit code. `debug`: log everything,
    `background`: show no window until somebody asks for it. `request` is shown first, by the desktop that is open
    already where there is one."""
    home = paths.home()
    with screen_needed():
        application = Application(list(argv))
    application.setApplicationName("coterie")
    application.setApplicationDisplayName("Coterie")
    application.setDesktopFileName("coterie")
    application.setWindowIcon(QIcon(str(FOLDER / "icons" / "coterie.svg")))
    settings = SettingsFile(paths.settings_file())
    with contextlib.suppress(OSError):  # opening the store says why, on a page of its own
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    dress(application, settings)
    instance = SingleInstance(home)
    if background and not instance.acquire():  # it is there already
        this_start().says_nothing()
        return 0
    came = "first" if background else instance.begin(request or OpenRequest())
    if came != "first":
        this_start().says_nothing()
    if came == "told" and request is not None:
        return 0
    if came != "first":
        error = UserError("desktop.already_open" if came == "told" else "desktop.unheard", folder=str(home))
        print(languages.tell(error), file=sys.stderr)
        return 1
    themes.follow_system()
    thread_priority.turn_on()
    desktop = Desktop(home, settings)
    spare_collector(desktop)
    put_on_style(desktop.window)
    with contextlib.ExitStack() as ending:

        def begun() -> None:
            from app.desktop.crash_log import CrashLog
            from app.log import WINDOW, written_to

            ending.enter_context(written_to(paths.logs() / WINDOW, debug=debug))
            ending.callback(CrashLog(paths.logs(), desktop.tell).close)
            try:
                instance.listen()
            except (
                ImportError
            ) as error:  # Qt's network wants libraries of the system that the window does not
                desktop.cannot_start(error)
                return
            screen = application.primaryScreen()
            size, ratio = screen.size().toTuple(), screen.devicePixelRatio()
            place = "In the background" if background else "Window open"
            opened = f"{place}: Qt {qVersion()}, {application.platformName()}, {size} at {ratio}"
            run_in_background(lambda: log.info(opened), executor="io")

        instance.shown.connect(desktop.window.come_forward)
        for asking in (instance, application):
            asking.asked.connect(desktop.take)
        if request is not None:
            desktop.take(request)
        desktop.begun.connect(begun)
        application.quit_wanted.connect(desktop.window.quit)
        termination = Termination()
        ending.callback(termination.close)
        termination.wanted.connect(desktop.window.leave)
        # It goes on without windows where a person wants that.
        application.setQuitOnLastWindowClosed(False)
        desktop.window.closed.connect(lambda: application.exit(0))
        desktop.start(background=background)
        try:
            return application.exec()
        finally:
            desktop.close()
            log.info("Window closed")
            instance.release()
            if desktop.start_again:
                import subprocess

                from app.installation.facts import program
                from app.services.settings.secrets import with_taken

                command = [*program(), *(["--debug"] if debug else [])]
                subprocess.Popen(command, env=with_taken())
