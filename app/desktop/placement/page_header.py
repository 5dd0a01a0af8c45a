"""The top of the page: the model, what of it each token uses, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.base.tool_tip import wrapped_tip
from app.desktop.placement.plain_words import explained
from app.desktop.text.measures import experts_text
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.elided import ElidedTitle
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import Column
from engine.placement.plan import PlannedModel

# The least room of the title beside the buttons.
TITLE = 220


class PageHeader(ThemedWidget):
    """`tune_wanted` and `apply_wanted` are the two things to do with a model here."""

    tune_wanted = Signal()
    apply_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: PlannedModel | None = None
        self._loaded = False
        self.title = ElidedTitle(self)
        self.chip = text_label(self, "chip")
        self.tune = push_button(self)
        self.apply = push_button(self, "primary")
        buttons = FoldingRow(self, self.tune, self.apply, spacing=12)
        self._named = FoldingRow(self, (self.title, 1), self.chip)
        Column(FoldingRow(self, (self._named, 1, TITLE), buttons, spacing=12), parent=self)
        self.tune.clicked.connect(self.tune_wanted)
        self.apply.clicked.connect(self.apply_wanted)
        self.refresh()

    def show_model(self, name: str, model: PlannedModel | None) -> None:
        """The model's name and, once it is planned, what it is made of."""
        self._model = model
        self.title.set_whole(name)
        self.retranslate()

    def show_actions(self, *, loaded: bool, can_apply: bool, can_tune: bool) -> None:
        """`loaded`: the shown model is the one that answers."""
        self._loaded = loaded
        self.apply.setEnabled(can_apply)
        self.tune.setEnabled(can_tune)
        self.retranslate()

    def resizeEvent(self, event: object) -> None:
        self._fit_chip()

    def _fit_chip(self) -> None:
        self.chip.setWordWrap(False)
        whole = self.chip.sizeHint().width()
        self._named.set_whole_width(self.chip, whole)
        wraps = whole > self._named.width()
        self.chip.setWordWrap(wraps)
        # A label that wraps takes the whole line: its hint is a narrow one.
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self._named.align(self.chip, Qt.AlignmentFlag(0) if wraps else middle)
        self._named.fold()

    def retranslate(self) -> None:
        set_texts(
            self.tune,
            self.tr("Tune for this PC"),
            tip=self.tr("Measures a few placements for about a minute and keeps the fastest"),
        )
        text = self.tr("Apply and reload") if self._loaded else self.tr("Load with this plan")
        set_texts(self.apply, text)
        model = self._model
        self.chip.setVisible(model is not None)
        self.chip.setToolTip(wrapped_tip(explained("experts")) if model is not None and model.experts else "")
        if model is not None:
            self.chip.setText(
                experts_text(model.experts_used, model.experts, model.active_parameters, model.parameters)
            )
        self._fit_chip()

    def restyle(self) -> None:
        px = themes.current.px
        self.chip.setMinimumWidth(px(80))
        self.title.setMinimumHeight(px(34))
        self.title.set_whole(self.title.whole())
