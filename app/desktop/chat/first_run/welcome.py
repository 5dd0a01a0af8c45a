"""The page of the first run: what Coterie is, the model that is here, and three that suit this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.style import set_kind
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.chat.composer_frame import COLUMN, MARGIN, SCROLL_BAR
from app.desktop.chat.pick_card import PickCard
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row, discard
from app.desktop.widgets.scroller import scroll_area
from app.services.diagnostics.graphics import Note, news, read_state, sentence
from app.services.events import ServiceEvent
from app.services.hub.events import DownloadChanged, DownloadProgress
from app.services.models.events import ModelChanged
from app.services.placement.events import MachineChanged
from app.services.settings.settings import Settings
from app.store.records import Download
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.services.hub.catalogue import CataloguePick

# Below this width the cards stand under each other.
SIDE_BY_SIDE = 640
PICKS = 3
PLACE = 206
# The starter takes a second or two; a machine on which it does not come is looked at all the same.
PATIENCE_MS = 10_000


class WelcomePage(ThemedWidget):
    """`left`: a person wants to chat now. `models_wanted` carries whether the downloads are wanted.

    Nothing is asked of the hub before a button is pressed: the picks come from the catalogue and this machine.
    """

    left = Signal()
    models_wanted = Signal(bool)

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._offline = False
        self._reading = True
        self._choosing: Task | None = None
        self._ids: dict[int, PickCard] = {}
        self.cards: list[PickCard] = []
        self._graphics_notes: tuple[Note, ...] = ()
        kinds = ("title", "", "heading", "small", "small", "heading", "small")
        labels = (text_label(self, kind, wraps=True) for kind in kinds)
        self._title, self._sentence, self._heading, self._hint, self._graphics, *starter = labels
        self._starter_name, self._starter_words = starter
        self.start, self.skip, self.more = (push_button(self, kind) for kind in ("primary", "link", "link"))
        self._lay_out()
        self.start.clicked.connect(self.left)
        self.skip.clicked.connect(self.left)
        self.more.clicked.connect(lambda: self.models_wanted.emit(False))
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self.read)
        self._patience.start()
        self.refresh()

    def _lay_out(self) -> None:
        starter = QFrame(self)
        starter.setProperty("kind", "card")
        self._words = Column(STRETCH, self._starter_name, self._starter_words, STRETCH, spacing=2)
        Row(
            (self._words, 1),
            (self.start, 0, Qt.AlignmentFlag.AlignVCenter),
            parent=starter,
            margins=(16, 14, 16, 14),
            spacing=16,
        )
        self._picks = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        # Their places are kept while they are looked for, so that nothing moves when they come.
        self._places = [QFrame(self) for _ in range(PICKS)]
        self._checking: list[QLabel] = []
        for place in self._places:
            place.setProperty("kind", "card")
            words = text_label(place, "small")
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            Column(words, parent=place)
            self._checking.append(words)
            self._picks.addWidget(place, 1)
        self._inside = QWidget(self)
        self._column = Column(
            2,
            self._title,
            self._sentence,
            self._heading,
            self._hint,
            self._graphics,
            self._picks,
            starter,
            Row(self.more, STRETCH, self.skip, margins=(0, 4, 0, 0)),
            3,
            parent=self._inside,
            spacing=8,
        )
        page = QWidget(self)
        Row(STRETCH, (self._inside, 1000), STRETCH, parent=page)
        self._scroller = scroll_area(page, self)
        self._scroller.verticalScrollBar().rangeChanged.connect(self._fit_margins)
        Column(self._scroller, parent=self)

    # What suits this machine

    def show_model(self, state: ModelChanged) -> None:
        """How the starter is: the machine is looked at once that is loaded, for both at once would be slower and
        measure badly. One that is not loaded yet is not waited for."""
        done = state.state == "ready" or state.error is not None or bool(state.resting)
        if self._patience.isActive() and done:
            self.read()

    def read(self) -> None:
        """Choose from the catalogue for this machine, off the GUI thread."""
        self._patience.stop()
        self._choosing = self._calls.do(
            lambda s: s.hub.picks(),
            self.show_picks,
            self._no_picks,
            executor="io",
            owner=self,
            instead_of=self._choosing,
        )
        self._calls.do(lambda _: news(read_state()), self.show_graphics, executor="io", owner=self)

    def show_graphics(self, notes: tuple[Note, ...]) -> None:
        """What set-up does for a card that is not used yet, or could do."""
        self._graphics_notes = notes
        self.retranslate()

    def show_picks(self, picks: Sequence[CataloguePick]) -> None:
        """The same ones in place of the old: what is under way already stays."""
        self._reading = False
        if [card.pick.entry for card in self.cards] == [pick.entry for pick in picks]:
            for card, pick in zip(self.cards, picks, strict=True):
                card.pick = pick
                card.retranslate()
            return
        if any(card.state != "offered" for card in self.cards):
            return
        for card in self.cards:
            discard(card, self._picks)
        self.cards = [self._card(pick) for pick in picks]
        self.retranslate()

    def _card(self, pick: CataloguePick) -> PickCard:
        card = PickCard(pick, self._inside)
        card.get_wanted.connect(lambda: self._get(card))
        card.use_wanted.connect(lambda: self._use(card))
        card.show_wanted.connect(lambda: self.models_wanted.emit(True))
        card.show_offline(self._offline)
        self._picks.addWidget(card, 1)
        return card

    def _no_picks(self, error: UserError) -> None:
        # A machine that cannot be surveyed is told where models are placed; here it only means no advice.
        self._reading = False
        self.retranslate()

    # What a person does

    def _get(self, card: PickCard) -> None:
        card.show_state("asking")
        self._calls.do(
            lambda s: s.downloads.add_named(card.model),
            lambda download: self._begun(card, download),
            lambda error: card.show_state("failed", error=error.info),
            executor="net",
            owner=card,
        )

    def _begun(self, card: PickCard, download: Download) -> None:
        if download.id not in self._ids:  # else what was told meanwhile is newer
            self._added(card, download)

    def _added(self, card: PickCard, download: Download) -> None:
        self._ids[download.id] = card
        self._show_download(card, download)

    def _use(self, card: PickCard) -> None:
        self._calls.do(lambda s: s.models.use(s.library.get(card.model).path), executor="io")
        self.left.emit()

    # What is told

    def take_settings(self, settings: Settings) -> None:
        self._offline = settings.offline
        for card in self.cards:
            card.show_offline(settings.offline)
        self.retranslate()

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, ModelChanged):
                self.show_model(event)
            elif isinstance(event, MachineChanged):
                self.read()  # its bandwidths are known now, and with them the speeds
            elif isinstance(event, DownloadChanged):
                for card in self.cards:
                    if card.model == event.download.model:
                        self._added(card, event.download)
            elif isinstance(event, DownloadProgress) and event.download in self._ids:
                card = self._ids[event.download]
                if card.state == "running":
                    card.show_state("running", event.received / max(1, event.total))

    def _show_download(self, card: PickCard, download: Download) -> None:
        if download.state == "cancelled":
            self._ids.pop(download.id, None)
            card.show_state("offered")
        else:
            card.show_state(download.state, download.received / max(1, download.bytes), download.error)

    # Words and looks

    def retranslate(self) -> None:
        self._title.setText(self.tr("Welcome to Coterie"))
        self._sentence.setText(
            self.tr("Chat with open models on your own computer. Nothing you write leaves it.")
        )
        self._starter_name.setText(self.tr("A small starter model is included"))
        self._starter_words.setText(
            self.tr(
                "It makes mistakes, but is good enough to see how Coterie works. Type below, or press Start."
            )
        )
        set_texts(self.start, self.tr("Start"), self.tr("Start with the starter model"))
        self._heading.setText(self.tr("Larger models that suit this computer"))
        self._heading.setVisible(self._reading or bool(self.cards))
        for place in self._places:
            place.setVisible(self._reading)
        for words in self._checking:
            words.setText(self.tr("Checking…"))
        # The page leads with the first model that fits; without one, with what is here.
        set_kind(self.start, "" if self.cards else "primary")
        for card in self.cards:
            set_kind(card.button, "primary" if card is self.cards[0] else "")
        self._hint.setText(self._hint_text())
        told = [sentence(note, languages.current) for note in self._graphics_notes]
        self._graphics.setText(" ".join(told))
        self._graphics.setVisible(bool(told))
        set_texts(self.more, self.tr("See all models"))
        set_texts(self.skip, self.tr("Skip"), self.tr("Skip and go to the chat"))
        for card in self.cards:
            card.retranslate()

    def _hint_text(self) -> str:
        if self._offline:
            return self.tr(
                "Offline is on in Settings. You can get models later; the starter model works now."
            )
        if self._reading:
            return self.tr("Checking what this computer can do…")
        if not self.cards:
            return self.tr("Find larger models under Models whenever you want one.")
        return self.tr("Nothing is downloaded until you press Get. Progress appears on the Models icon.")

    def restyle(self) -> None:
        px = themes.current.px
        self._fit_margins()
        self._picks.setSpacing(px(12))
        self._picks.setContentsMargins(0, px(6), 0, 0)
        self._sentence.setContentsMargins(0, 0, 0, px(10))
        self._heading.setContentsMargins(0, px(14), 0, 0)
        self._inside.setMaximumWidth(px(COLUMN) + MARGIN + MARGIN + SCROLL_BAR)
        for card in self.cards:
            card.restyle()
        for place in self._places:
            place.setMinimumHeight(px(PLACE))
        self._turn()

    def _fit_margins(self) -> None:
        """The column stands over the composer's, with a scroll bar beside it or without."""
        scrolls = self._scroller.verticalScrollBar().maximum() > 0
        right = MARGIN if scrolls else MARGIN + SCROLL_BAR
        self._column.setContentsMargins(MARGIN, themes.current.px(18), right, themes.current.px(18))

    def _turn(self) -> None:
        wide = self.width() >= themes.current.px(SIDE_BY_SIDE)
        self._picks.setDirection(
            QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        )

    def resizeEvent(self, event: object) -> None:
        self._turn()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)
