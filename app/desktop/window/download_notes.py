"""What the window says of downloads wherever a person is: the ring on the rail, and how they ended."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.text.words import short_name
from app.desktop.widgets.banner import Banner, BannerAction
from app.desktop.widgets.toast import Toast
from app.desktop.window.download_watch import Activity, DownloadWatch
from app.services.events import ServiceEvent
from app.services.hub.events import DownloadChanged, DownloadProgress
from app.store.records import Download, LibraryModel
from engine.errors import UserError


def shown_name(download: Download) -> str:
    """What a model is called before the library has a name for it."""
    return f"{short_name(download.repo)} · {download.variant}"


class DownloadNotes(QObject):
    """A finished download offers its model, one that failed says why. `changed` carries an `Activity`;
    `show_wanted` asks for the list of downloads, `used` carries the path of a model that is to be used."""

    changed = Signal(object)
    show_wanted = Signal()
    used = Signal(str)

    def __init__(
        self, calls: ServiceCalls, toast: Toast, strip: Banner, are_looked_at: Callable[[], bool]
    ) -> None:
        """`are_looked_at`: the list of downloads is in sight, which tells a failure by itself."""
        super().__init__(toast)
        self._are_looked_at = are_looked_at
        self._calls, self._toast, self._strip = calls, toast, strip
        self._watch = DownloadWatch()
        self._activity = Activity()
        self._told = 0  # the download that the strip speaks of

    def begin(self) -> None:
        """The services are open: read what is under way already."""
        self._calls.do(lambda s: s.downloads.all(), self._begin, owner=self)

    def _begin(self, downloads: tuple[Download, ...]) -> None:
        self._watch.begin(downloads)
        self._show()

    def take_events(self, events: list[ServiceEvent]) -> None:
        ours = [event for event in events if isinstance(event, DownloadChanged | DownloadProgress)]
        for event in ours:
            ended = self._watch.take(event)
            if ended is not None and ended.state == "done":
                self._offer(ended)
            elif ended is not None:
                if not self._are_looked_at():
                    self._say_failure(ended)
            elif isinstance(event, DownloadChanged) and event.download.id == self._told:
                self._told = 0
                self._strip.hide()  # somebody saw to it
        if ours:
            self._show()

    def _show(self) -> None:
        activity = self._watch.activity()
        if activity != self._activity:
            self._activity = activity
            self.changed.emit(activity)

    def _offer(self, download: Download) -> None:
        """Say that it is here, by the name that the library has for it."""
        self._calls.do(
            lambda s: s.library.get(download.model),
            self._say_done,
            lambda error: self._toast.say(self.tr("{name} is ready").format(name=shown_name(download))),
            owner=self,
        )

    def _say_done(self, model: LibraryModel) -> None:
        self._toast.say(
            self.tr("{name} is ready").format(name=model.name),
            self.tr("Use it"),
            lambda: self.used.emit(model.path),
        )

    def _say_failure(self, download: Download) -> None:
        self._told = download.id
        error = download.error if download.error is not None else UserError("unknown", detail="").info
        words = self.tr("{name} could not be downloaded: {reason}").format(
            name=shown_name(download), reason=languages.tell(error)
        )
        self._strip.say(words, [BannerAction(self.tr("Show"), self._show_downloads)], "bad")

    def _show_downloads(self) -> None:
        self._strip.hide()
        self.show_wanted.emit()
