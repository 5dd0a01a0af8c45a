"""One run: the bar over it, its steps, and the cards beside them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.runs.allowed_card import AllowedCard
from app.desktop.runs.background_card import BackgroundCard
from app.desktop.runs.files_card import FilesCard
from app.desktop.runs.run_header import RunHeader
from app.desktop.runs.seen_card import SeenCard
from app.desktop.runs.steps_view import RunStepsView
from app.desktop.widgets.labels import show_text, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.desktop.widgets.scroller import ColumnScroller
from app.services.runs.reasons import why_ended
from app.services.runs.values import RunRecord, RunView

CARDS = 286
# Below this width the cards and the steps take turns.
BOTH_FROM = 780
TOP = 22  # the first card stands as high as the first step


class SideCards(ColumnScroller):
    """What runs in the background, files touched, what the model sees, what is allowed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, bare=True)
        self.background = BackgroundCard(self)
        self.files, self.seen, self.allowed = FilesCard(self), SeenCard(self), AllowedCard(self)
        self.column.addSpacing(TOP)
        for card in (self.background, self.files, self.seen, self.allowed):
            self.column.addWidget(card)
        self.column.addStretch(1)

    def show_view(self, view: RunView, *, here: bool) -> None:
        self.background.show_view(view, here=here)
        for card in (self.files, self.seen, self.allowed):
            card.show_view(view)


class RunPage(ThemedWidget):
    """Only put together here; what happens on it is for the page to carry out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = RunHeader(self)
        self.steps = RunStepsView(self)
        self.cards = SideCards(self)
        self.note = wrapped_label(self, "small")
        self.note.hide()
        self._run: RunRecord | None = None
        self._other_process = False
        self._row = Row((self.steps, 1), self.cards, spacing=4)
        self._noted = Row((self.note, 1))
        Column(self.header, self._noted, (self._row, 1), parent=self, spacing=0)
        self.header.cards_wanted.connect(lambda _: self._switch())
        self.refresh()

    def show_view(self, view: RunView, seconds: float, *, other_process: bool = False) -> None:
        """All but the steps; `seconds` is how long it took so far. `other_process`: another one carries it out."""
        self._run, self._other_process = view.record, other_process
        self.header.show_view(view, seconds, other_process=other_process)
        self.cards.show_view(view, here=not other_process)
        self.retranslate()

    def retranslate(self) -> None:
        words = ""
        if self._other_process:
            words = self.tr("Another Coterie process, such as a command, is running this. Answer there.")
        elif self._run is not None and self._run.state == "interrupted":
            # Its journal does not say so: nobody was there to write it.
            words = languages.tell(why_ended("interrupted"))
        show_text(self.note, words)
        self._noted.set_margins(28, 12 if words else 0, 28, 0)

    def _switch(self) -> None:
        """Shows the cards, or the steps again; the focus does not go with what leaves."""
        if holds_focus(self.steps) or holds_focus(self.cards):
            self.header.cards.setFocus(Qt.FocusReason.OtherFocusReason)
        self._fit()

    def _fit(self) -> None:
        narrow = self.width() < themes.current.px(BOTH_FROM)
        self.header.show_narrow(narrow)
        chosen = self.header.cards.isChecked()
        self.cards.setVisible(not narrow or chosen)
        self.steps.setVisible(not narrow or not chosen)
        px = themes.current.px
        self._row.setContentsMargins(px(28) if narrow and chosen else 0, 0, px(14), 0)
        if narrow:
            self.cards.setMinimumWidth(0)
            self.cards.setMaximumWidth(16_777_215)
        else:
            self.cards.setFixedWidth(px(CARDS))

    def resizeEvent(self, event: object) -> None:
        self._fit()

    def restyle(self) -> None:
        self._fit()
