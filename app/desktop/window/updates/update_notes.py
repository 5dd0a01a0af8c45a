"""What the window says of new versions: the question whether to look for them, a mark on the settings, a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.widgets.banner import Banner, BannerAction
from app.services.events import ServiceEvent
from app.services.settings.settings import Settings
from app.services.updates.values import UpdateChanged, UpdateState

if TYPE_CHECKING:
    from app.desktop.window.updates.update_sheet import UpdateSheet

# The services look once a day; this is how often they are asked whether that is over.
LOOK_MS = 3_600_000


class UpdateNotes(QObject):
    """`news` tells whether there is a version that a person has not put off; `restart_wanted` asks for the next start
    now."""

    news = Signal(bool)
    restart_wanted = Signal()

    def __init__(self, calls: ServiceCalls, strip: Banner, window: QWidget) -> None:
        super().__init__(window)
        self._calls, self._strip, self._window = calls, strip, window
        self._sheet: UpdateSheet | None = None
        self._asking = False
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        strip.closed.connect(self._closed)

    def begin(self, settings: Settings) -> None:
        """The data is open."""
        services = self._calls.services
        if services is None:
            return
        state = services.updates.state
        self._show(state)
        if state.fallen:
            words = self.tr("Version {after} failed to start twice, so {before} is back. Nothing was lost.")
            self._strip.say(words.format(after=state.fallen, before=services.updates.here.version))
            self._calls.do(lambda s: s.updates.forget_fallen(), executor="io")
        self.take_settings(settings)
        self._timer.start()
        self._look()

    def stop(self) -> None:
        """The data is being closed."""
        self._timer.stop()

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, UpdateChanged):
                self._show(event.state)

    def take_settings(self, settings: Settings) -> None:
        """Ask once, when the first page is over; a person may have answered elsewhere."""
        services = self._calls.services
        if self._asking and (settings.updates or settings.offline):
            self._asking = False
            self._strip.hide()
        if services is None or not services.updates.can_ask or self._asking or not self._strip.isHidden():
            return
        if settings.welcomed and not settings.updates and not settings.offline:
            self._asking = True
            self._strip.say(
                self.tr("Check for new versions once a day? Nothing about you or this computer is sent."),
                [
                    BannerAction(self.tr("Check daily"), lambda: self._answer("on")),
                    BannerAction(self.tr("Don’t check"), lambda: self._answer("off")),
                ],
                "accent",
            )

    def open_sheet(self) -> None:
        """Show what is new, and what can be done about it."""
        services = self._calls.services
        if services is None:
            return
        if self._sheet is None:
            from app.desktop.window.updates.update_sheet import UpdateSheet

            sheet = self._sheet = UpdateSheet(self._window)
            sheet.update_wanted.connect(self._update)
            sheet.stop_wanted.connect(services.updates.cancel)
            sheet.restart_wanted.connect(self.restart_wanted)
            sheet.skip_wanted.connect(lambda: self._calls.do(lambda s: s.updates.skip(), executor="io"))
            sheet.later_wanted.connect(lambda: self._calls.do(lambda s: s.updates.put_off(), executor="io"))
        self._sheet.show_state(services.updates.state, services.updates.how)
        self._sheet.open()

    # Inside

    def _show(self, state: UpdateState) -> None:
        self.news.emit(state.phase == "ready" or (state.phase == "found" and not state.quiet))
        services = self._calls.services
        if self._sheet is not None and services is not None:
            self._sheet.show_state(state, services.updates.how)

    def _look(self) -> None:
        self._calls.do(lambda s: s.updates.look_if_due(), executor="net", owner=self)

    def _update(self) -> None:
        # What goes wrong is part of the state.
        self._calls.do(lambda s: s.updates.begin(), executor="files", owner=self)

    def _answer(self, answer: str) -> None:
        self._asking = False
        self._strip.hide()
        self._calls.do(lambda s: s.settings.change(updates=answer), lambda _: self._look(), owner=self)

    def _closed(self) -> None:
        """No answer is no."""
        if self._asking:
            self._answer("off")
