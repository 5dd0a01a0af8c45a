"""Prices that a person enters for models elsewhere, for each million tokens."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import TranslatedWidget
from app.desktop.forms.controls import Bounds, OptionalNumber
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column, discard
from app.services.library.model_names import shown_name
from app.services.settings.settings import LONGEST_CURRENCY

PRICE = Bounds(0, 1e6, 0.1, 4)
KINDS = ("read", "cached", "written")
Prices = dict[str, dict[str, float]]


class CurrencyField(TextField):
    """`chosen` carries the word or sign once it is entered."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = ""
        self.setMaxLength(LONGEST_CURRENCY)
        self.editingFinished.connect(self._entered)
        themes.changed.connect(self._restyle)
        self._restyle()

    def show_value(self, currency: str) -> None:
        self._shown = currency
        if not self.hasFocus():
            self.setText(currency)

    def _entered(self) -> None:
        text = self.text().strip()
        if text != self._shown:
            self._shown = text
            self.chosen.emit(text)

    def _restyle(self) -> None:
        self.setFixedWidth(themes.current.px(176))


class PriceRow(TranslatedWidget):
    """One model. `changed` carries its name and what is entered for it."""

    changed = Signal(str, dict)

    def __init__(self, model: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.model = model
        self._name = ElidedLabel(self)
        self._name.set_whole(shown_name(model))
        places = {kind: QWidget(self) for kind in KINDS}
        self.fields = {kind: OptionalNumber(PRICE, place) for kind, place in places.items()}
        self._labels = {kind: text_label(place, "small") for kind, place in places.items()}
        for kind, place in places.items():
            left = (self.fields[kind], 0, Qt.AlignmentFlag.AlignLeft)
            Column(self._labels[kind], left, parent=place, spacing=2)
        self._row = FlowRow(self, *places.values(), gap=12)
        Column(self._name, self._row, parent=self, spacing=4)
        for field in self.fields.values():
            field.changed.connect(lambda _: self._row.refit())
            field.changed.connect(lambda _: self.changed.emit(self.model, self.prices()))
        self.retranslate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for field in self.fields.values():
            field.fit_width(self.width())
        self._row.refit()

    def prices(self) -> dict[str, float]:
        entered = {kind: field.field.number() for kind, field in self.fields.items()}
        return {kind: price for kind, price in entered.items() if price is not None}

    def show_prices(self, prices: dict[str, float]) -> None:
        for kind, field in self.fields.items():
            field.show_value(prices.get(kind), None, self.tr("Not set"))
        self._row.refit()

    def retranslate(self) -> None:
        names = {"read": self.tr("Read"), "cached": self.tr("Reused"), "written": self.tr("Written")}
        for kind, name in names.items():
            self._labels[kind].setText(name)
            self.fields[kind].setAccessibleName(f"{shown_name(self.model)}: {name}")
        self.show_prices(self.prices())


class PriceRows(QWidget):
    """Rows of all models elsewhere that were used or have a price. `changed` carries all prices."""

    changed = Signal(dict)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[PriceRow] = []
        self._prices: Prices = {}
        self._column = Column(parent=self, spacing=12)

    def show_models(self, models: Sequence[str], prices: Prices) -> None:
        wanted = sorted({*models, *prices})
        self._prices = dict(prices)
        if wanted != [row.model for row in self.rows]:
            for row in self.rows:
                discard(row, self._column)
            self.rows = [PriceRow(model, self) for model in wanted]
            for row in self.rows:
                row.changed.connect(self._take)
                self._column.addWidget(row)
        for row in self.rows:
            if row.prices() != prices.get(row.model, {}):
                row.show_prices(prices.get(row.model, {}))

    def _take(self, model: str, prices: dict[str, float]) -> None:
        others = {name: known for name, known in self._prices.items() if name != model}
        self._prices = others | ({model: prices} if prices else {})
        self.changed.emit(self._prices)
