"""What is being downloaded, at the foot of another view."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.models.download_card import DownloadCard
from app.desktop.models.library_state import LibraryState, is_foreign
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import STRETCH, Column, Row, discard
from app.store.records import Download


class DownloadFoot(ThemedWidget):
    """The card of the first download that runs, and how many more there are; hidden while none does. `cancelled`
    carries its id, `shown` asks for the whole list."""

    cancelled = Signal(int)
    shown = Signal()

    def __init__(self, shelf: LibraryState) -> None:
        super().__init__()
        self._shelf = shelf
        self._card: DownloadCard | None = None
        self.more = push_button(self, "link")
        self.more.clicked.connect(self.shown)
        self._others, self._allowed = 0, True
        self._links = Row(self.more, STRETCH)
        self._column = Column(self._links, parent=self, spacing=2)
        self.hide()
        shelf.downloads_changed.connect(self._show)
        shelf.progressed.connect(self._show_progress)
        self.refresh()

    def card(self) -> DownloadCard | None:
        return self._card

    def allow(self, on: bool) -> None:
        """Whether there is room for it."""
        if on != self._allowed:
            self._allowed = on
            self._show()

    def _first(self) -> Download | None:
        running = [d for d in self._shelf.unfinished() if d.state in ("running", "verifying")]
        return next((d for d in running if not is_foreign(d)), None)

    def _show(self) -> None:
        first = self._first()
        if self._card is not None and (first is None or first.id != self._card.download.id):
            discard(self._card)
            self._card = None
        self.setVisible(first is not None and self._allowed)
        if first is None:
            return
        if self._card is None:
            self._card = self._made(first)
        self._card.show_download(first, self._shelf.progress.get(first.id), (0, 1))
        self._others = len(self._shelf.unfinished()) - 1
        self.retranslate()

    def _made(self, download: Download) -> DownloadCard:
        shelf, card = self._shelf, DownloadCard(download, self)
        card.pause_wanted.connect(lambda id: shelf.do(lambda s: s.downloads.pause(id)))
        card.cancel_wanted.connect(self.cancelled)
        self._column.insertWidget(0, card)
        return card

    def _show_progress(self, id: int) -> None:
        if self._card is not None and self._card.download.id == id:
            self._card.show_progress(self._shelf.progress.get(id))

    def retranslate(self) -> None:
        text = (
            self.tr("1 more download")
            if self._others == 1
            else self.tr("{count} more downloads").format(count=self._others)
        )
        set_texts(self.more, text)
        self.more.setVisible(self._others > 0)

    def restyle(self) -> None:
        # In line with the card: a link has room around its words.
        self._links.setContentsMargins(-themes.current.px(5), 0, 0, 0)
