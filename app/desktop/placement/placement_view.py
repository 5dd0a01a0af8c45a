"""The page without its services: the cards of one model, or the sentence that stands in their place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.placement.activity_card import ActivityCard
from app.desktop.placement.bars_card import BarsCard
from app.desktop.placement.cache_card import CacheCard
from app.desktop.placement.details import Details
from app.desktop.placement.experts_used.comparison_card import ComparisonCard
from app.desktop.placement.experts_used.heat_card import HeatCard
from app.desktop.placement.explanation_card import ExplanationCard
from app.desktop.placement.options_card import OptionsCard
from app.desktop.placement.page_header import PageHeader
from app.desktop.placement.plain_card import PlainCard
from app.desktop.placement.strip_card import StripCard
from app.desktop.placement.tune_card import TuneCard
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.card import Card
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from engine.placement.plan import PlannedModel

COLUMN = 1080
# The least room of the heat map and of the wishes beside each other.
CARD = 346


class StateCard(Card):
    """A sentence in place of a plan, and at most one button."""

    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = text_label(self, wraps=True, selectable=True)
        self.button = push_button(self)
        self.button.clicked.connect(self.acted)
        self.inside.addWidget(self.words)
        self.inside.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.refresh()

    def say(self, words: str, button: str = "") -> None:
        self.words.setText(words)
        set_texts(self.button, button)
        self.button.setVisible(bool(button))


class PlacementView(ThemedWidget):
    """Shows what it is given. `state` is the card that stands for the others while there is no plan."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = PageHeader(self)
        self.state = StateCard(self)
        self.explanation = ExplanationCard(self)
        self.tune = TuneCard(self)
        self.comparison = ComparisonCard(self)
        self.activity = ActivityCard(self)
        self.cache = CacheCard(self)
        self.bars = BarsCard(self)
        self.strip = StripCard(self)
        self.heat = HeatCard(self)
        self.options = OptionsCard(self)
        pair = FoldingRow(self, (self.heat, 1, CARD), (self.options, 1, CARD), spacing=12)
        self.plain = PlainCard(self.explanation.change, self)
        self.details = Details(
            self.explanation, self.activity, self.cache, self.bars, self.strip, pair, parent=self
        )
        self.details.inside.setSpacing(12)
        self._column = QWidget(self)
        Column(
            self.header,
            self.state,
            self.plain,
            self.tune,
            self.comparison,
            self.details,
            STRETCH,
            parent=self._column,
            margins=(28, 20, 28, 28),
            spacing=12,
        )
        page = QWidget(self)
        page.setProperty("kind", "page")
        Row(STRETCH, (self._column, 1000), STRETCH, parent=page)
        self.scroller = QScrollArea(self)
        self.scroller.setWidgetResizable(True)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.setWidget(page)
        Column(self.scroller, parent=self)
        self.show_words("")
        self.refresh()

    def show_words(self, words: str, button: str = "") -> None:
        """A sentence in place of the cards."""
        self.state.say(words, button)
        self._show_cards(False)

    def show_model(self, model: PlannedModel) -> None:
        """The cards of a plan; the explanation and the wishes are shown by who knows more than the plan."""
        self.bars.show_plan(model.plan, model.machine)
        self.strip.show_model(model)
        self._show_cards(True)
        self.heat.show_size(model.layers, model.experts)
        # What a model without experts would leave empty.
        self.heat.setVisible(model.experts > 0)

    def bring_into_view(self, card: QWidget) -> None:
        """Scroll to a card that has just come, above what a person looks at."""
        if layout := self._column.layout():
            layout.activate()
        self.scroller.ensureWidgetVisible(card)

    def shows_model(self) -> bool:
        return self.state.isHidden()

    def _show_cards(self, on: bool) -> None:
        focus = QApplication.focusWidget()
        held = focus is not None and self.isAncestorOf(focus)
        self.state.setVisible(not on and bool(self.state.words.text()))
        for card in (
            self.plain,
            self.details,
            self.explanation,
            self.bars,
            self.strip,
            self.heat,
            self.options,
        ):
            card.setVisible(on)
        if not on:
            self.activity.hide()
            self.cache.hide()
        self.header.tune.setVisible(on)
        self.header.apply.setVisible(on)
        if held and focus is not QApplication.focusWidget():
            # What had the focus is hidden: the keys go on from this page, not from the rail.
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def restyle(self) -> None:
        self._column.setMaximumWidth(themes.current.px(COLUMN))
