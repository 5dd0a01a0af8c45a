"""Downloads: the queue with what runs, and what has been fetched since the start."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.notification import Notification
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.models.download_card import DownloadCard
from app.desktop.models.download_text import download_title
from app.desktop.models.library_state import LibraryState, is_foreign
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import announce, set_texts, text_label
from app.desktop.widgets.layouts import Column, discard
from app.desktop.widgets.scroller import ColumnScroller
from app.desktop.widgets.state_panel import StatePanel
from app.format import format_size
from app.store.records import Download

COLUMN = 900


class DownloadsView(ThemedWidget):
    """Downloads. `use_wanted` carries a path, `library_wanted` the id of a model, `said` a `Notification`."""

    use_wanted = Signal(str)
    library_wanted = Signal(str)
    discover_wanted = Signal()
    said = Signal(object)

    def __init__(self, shelf: LibraryState) -> None:
        super().__init__()
        self._shelf = shelf
        self.cards: dict[int, DownloadCard] = {}
        self._order: list[int] = []
        self._dragged = 0
        self.title = text_label(self, "title")
        self.pause_all = push_button(self)
        self.resume_all = push_button(self)
        self._all = FlowRow(self, self.pause_all, self.resume_all)
        self._head = FoldingRow(self, (self.title, 1), self._all)
        self.state = StatePanel(self)
        self._list = QWidget(self)
        self._cards = Column(parent=self._list, spacing=10)
        self._finished = text_label(self._list, "heading")
        self.scroller = ColumnScroller(self, most=COLUMN)
        self.scroller.column.addWidget(self._head)
        self.scroller.column.addWidget(self.state)
        self.scroller.column.addWidget(self._list)
        self.scroller.column.addStretch(1)
        Column(self.scroller, parent=self)
        self.pause_all.clicked.connect(lambda: shelf.do(lambda s: s.downloads.pause_all()))
        self.resume_all.clicked.connect(lambda: shelf.do(lambda s: s.downloads.resume_all()))
        self.state.acted.connect(self.discover_wanted)
        shelf.downloads_changed.connect(self._show)
        shelf.progressed.connect(self._show_progress)
        self.refresh()

    def take_focus(self) -> bool:
        """Let the keys begin at the first download. False while nothing is there to begin at."""
        if self._order:
            self.cards[self._order[0]].setFocus()
        elif self._shelf.models is not None:
            self.state.buttons[0].setFocus()
        else:
            return False
        return True

    def show_download(self, id: int) -> None:
        """Bring one into sight."""
        if id in self.cards:
            self.cards[id].setFocus()
            self.scroller.show_whole(self.cards[id])

    # Showing

    def _show(self) -> None:
        if self._shelf.models is None:
            return  # nothing is read yet: neither empty nor full
        if self._dragged:
            return  # the card in hand stays where it is; what changed is shown when it is let go
        downloads = self._shelf.downloads()
        queue = [download for download in downloads if download.state != "done"]
        done = [download for download in downloads if download.state == "done"]
        self._keep_cards([*queue, *done])
        for place, download in enumerate(queue):
            self._show_card(download, (place, len(queue)))
        for download in done:
            self._show_card(download, (0, 1))
        self._finished.setVisible(bool(done) and bool(queue))
        self._order = [download.id for download in queue + done]
        self._lay_cards([self.cards[d.id] for d in queue], [self.cards[d.id] for d in done])
        self._list.setVisible(bool(downloads))
        if downloads and holds_focus(self.state):
            self.take_focus()
        self.state.setVisible(not downloads)
        own = [download for download in queue if not is_foreign(download)]
        self.pause_all.setVisible(
            any(d.state in ("running", "queued", "verifying") for d in own) and len(own) > 1
        )
        self.resume_all.setVisible(any(d.state == "paused" for d in own) and len(own) > 1)
        self._all.refit()
        self._head.fold()

    def _keep_cards(self, downloads: list[Download]) -> None:
        wanted = {download.id for download in downloads}
        for id in [id for id in self.cards if id not in wanted]:
            self._drop(self.cards.pop(id))
        for download in downloads:
            if download.id not in self.cards:
                self.cards[download.id] = self._made(download)

    def _drop(self, card: DownloadCard) -> None:
        """Take a card away, and the focus to its neighbour."""
        had_focus = holds_focus(card)
        place = self._order.index(card.download.id) if card.download.id in self._order else 0
        discard(card, self._cards)
        self._order = [id for id in self._order if id != card.download.id]
        left = [id for id in self._order if id in self.cards]
        if had_focus and left:
            self.cards[left[min(place, len(left) - 1)]].setFocus()
        elif had_focus:
            self.state.show()
            self.state.buttons[0].setFocus()

    def _made(self, download: Download) -> DownloadCard:
        shelf, card = self._shelf, DownloadCard(download, self._list)
        card.pause_wanted.connect(lambda id: shelf.do(lambda s: s.downloads.pause(id)))
        card.resume_wanted.connect(lambda id: shelf.do(lambda s: s.downloads.resume(id)))
        card.cancel_wanted.connect(self.cancel)
        card.use_wanted.connect(self._use)
        card.show_wanted.connect(self._show_in_library)
        card.forget_wanted.connect(self._forget)
        card.move_wanted.connect(self._move)
        card.walked.connect(self._walk)
        card.dragged.connect(self._drag)
        card.dropped.connect(self._drop_here)
        return card

    def _show_card(self, download: Download, place: tuple[int, int]) -> None:
        self.cards[download.id].show_download(download, self._shelf.progress.get(download.id), place)

    def _lay_cards(self, queue: list[DownloadCard], done: list[DownloadCard]) -> None:
        wanted: list[QWidget] = [*queue, self._finished, *done]
        for place, widget in enumerate(wanted):
            item = self._cards.itemAt(place)
            if item is None or item.widget() is not widget:
                self._cards.removeWidget(widget)
                self._cards.insertWidget(place, widget)
                if widget is not self._finished:
                    widget.show()

    def _show_progress(self, id: int) -> None:
        if id in self.cards:
            self.cards[id].show_progress(self._shelf.progress.get(id))

    # What a person does

    def cancel(self, id: int) -> None:
        """Pause it and take it off the list; it is cancelled for good once its undo has gone by."""
        download = self._shelf.download(id)
        if download is None:
            return
        shelf, was_waiting = self._shelf, download.state != "paused"
        received = shelf.received(download)
        shelf.hold_back(id, True)
        if was_waiting:
            shelf.do(lambda s: s.downloads.pause(id))

        def undo() -> None:
            shelf.hold_back(id, False)
            self.show_download(id)
            if was_waiting:
                shelf.do(lambda s: s.downloads.resume(id))

        def gone() -> None:
            shelf.do(lambda s: s.downloads.cancel(id), lambda _: shelf.forget(id), at_the_end=True)

        title = download_title(download)
        words = (
            self.tr("{name} canceled: {size} deleted").format(name=title, size=format_size(received))
            if received
            else self.tr("{name} canceled").format(name=title)
        )
        self.said.emit(Notification(words, self.tr("Undo"), undo, gone))

    def _forget(self, id: int) -> None:
        self._shelf.do(lambda s: s.downloads.forget(id), lambda _: self._shelf.forget(id))

    def _use(self, id: int) -> None:
        download = self._shelf.download(id)
        model = self._shelf.model_of(download) if download is not None else None
        if model is not None:
            self.use_wanted.emit(model.path)

    def _show_in_library(self, id: int) -> None:
        download = self._shelf.download(id)
        model = self._shelf.model_of(download) if download is not None else None
        self.library_wanted.emit(model.id if model is not None else "")

    def _walk(self, id: int, step: int) -> None:
        place = self._order.index(id) + step
        if 0 <= place < len(self._order):
            card = self.cards[self._order[place]]
            card.setFocus()
            self.scroller.show_whole(card)

    def _queue_ids(self) -> list[int]:
        return [id for id in self._order if self.cards[id].download.state != "done"]

    def _move(self, id: int, step: int) -> None:
        queue = self._queue_ids()
        place = queue.index(id) if id in queue else -1
        target = place + step
        if place < 0 or not 0 <= target < len(queue):
            return
        queue.insert(target, queue.pop(place))
        self._tell_order(queue, id)
        announce(self, self.tr("Now number {place} in the queue").format(place=target + 1))

    def _tell_order(self, queue: list[int], id: int) -> None:
        place = queue.index(id)
        before = queue[place + 1] if place + 1 < len(queue) else None
        self._shelf.do(lambda s: s.downloads.move(id, before))

    def _drag(self, id: int, place: QPoint) -> None:
        """The card in hand changes places with a neighbour whose middle the pointer has passed."""
        self._dragged = id
        queue = self._queue_ids()
        index = queue.index(id)
        for other in (index - 1, index + 1):
            if not 0 <= other < len(queue):
                continue
            middle = self.cards[queue[other]].geometry().center().y()
            if (place.y() < middle) if other < index else (place.y() > middle):
                queue[index], queue[other] = queue[other], queue[index]
                self._order = queue + [id for id in self._order if id not in queue]
                self._lay_cards(
                    [self.cards[id] for id in queue],
                    [self.cards[id] for id in self._order[len(queue) :]],
                )
                return

    def _drop_here(self, id: int) -> None:
        self._dragged = 0
        self._tell_order(self._queue_ids(), id)

    def retranslate(self) -> None:
        self.title.setText(self.tr("Downloads"))
        self._finished.setText(self.tr("Finished"))
        for button, text, said in (
            (self.pause_all, self.tr("Pause all"), self.tr("Pause all downloads")),
            (self.resume_all, self.tr("Resume all"), self.tr("Resume all downloads")),
        ):
            set_texts(button, text, said)
        self.state.say(
            self.tr("No downloads"),
            self.tr(
                "Downloads continue where they stopped, even after a restart, and every byte is verified."
            ),
            (self.tr("Find a model"),),
            "download",
        )
        self._show()

    def restyle(self) -> None:
        px = themes.current.px
        self.title.setMinimumHeight(px(34))
        self._finished.setContentsMargins(px(2), px(10), 0, 0)
