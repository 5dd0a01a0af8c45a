"""What answers took: by day, month and model, with the cost where a price is entered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.forms.controls import Bounds
from app.desktop.forms.form import Field, FormSection, Number
from app.desktop.settings.usage.day_chart import DayChart, colours
from app.desktop.settings.usage.price_rows import CurrencyField, PriceRows
from app.desktop.settings.usage.usage_text import domain_words, month_name, spent_words, token_energy_words
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, show_text, text_label
from app.desktop.widgets.layouts import Column
from app.desktop.widgets.legend import Legend
from app.services.library.model_names import shown_name
from app.services.usage.report import UsageReport, report_of
from app.store.records import UsageDay
from engine.energy.counters import are_locked

if TYPE_CHECKING:
    from app.services.services import Services

DAYS = 30
MOST_MODELS = 12


class UsageSection(FormSection):
    """`said` tells a `Notification` for the foot of the window."""

    said = Signal(object)

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(self._change, parent)
        self._calls = calls
        self._used: Sequence[UsageDay] = ()
        self._today, self._locked = "", False
        self.body = QWidget(self)
        self.chart, self.legend = DayChart(self.body), Legend(self.body)
        self.sums = text_label(self.body, "small", wraps=True)
        Column(self.chart, self.legend, self.sums, parent=self.body, spacing=8)
        self.models = text_label(self, "small", wraps=True)
        self.currency = CurrencyField(self)
        self.prices, self.delete = PriceRows(self), push_button(self, "bar")
        self.prices.changed.connect(lambda prices: self._change(token_prices=prices))
        self.delete.clicked.connect(self._delete)
        themes.changed.connect(self._show)
        self.refresh()

    def read(self) -> None:
        """Ask what there is now."""
        self._calls.do(_read, self._take, owner=self)

    def _take(self, found: tuple[Sequence[UsageDay], str, bool]) -> None:
        self._used, self._today, self._locked = found
        self.retranslate()

    def _change(self, **fields: object) -> None:
        self._calls.do(lambda s: s.settings.change(**fields))

    def _delete(self) -> None:
        self._calls.do(lambda s: s.usage.forget(), self._deleted, owner=self)

    def _deleted(self, lines: Sequence[UsageDay]) -> None:
        self.read()
        undo = partial(self._put_back, lines)
        self.said.emit(Notification(self.tr("The history of usage is deleted"), self.tr("Undo"), undo))

    def _put_back(self, lines: Sequence[UsageDay]) -> None:
        self._calls.do(lambda s: s.usage.put_back(lines), lambda _: self.read(), owner=self)

    # --- what is shown ---

    def _report(self) -> UsageReport | None:
        return report_of(self._used, self.settings, self._today, DAYS) if self._today else None

    def _show(self) -> None:
        report, currency = self._report(), self.settings.currency
        written, read, reused = colours()
        self.legend.show_entries(
            [(self.tr("Written"), [written]), (self.tr("Read"), [read]), (self.tr("Reused"), [reused])]
        )
        some = report is not None and bool(report.total.usage.read or report.total.usage.written)
        self.chart.setVisible(some)
        self.legend.setVisible(some)
        self.delete.setEnabled(bool(self._used))
        if report is None or not some:
            show_text(self.sums, self.tr("Nothing in the last 30 days."))
            show_text(self.models, "")
            self.prices.show_models((), self.settings.token_prices)
            return
        self.chart.show_days(report.days, currency)
        total = spent_words(report.total, currency)
        sums = [self.tr("Last 30 days: {words}").format(words=total)]
        sums += [f"{month_name(month.usage.day)}: {spent_words(month, currency)}" for month in report.months]
        if (first := report.first) is not None:
            words = self.tr("First month, {month}: {words}")
            name = month_name(first.usage.day)
            sums.append(words.format(month=name, words=spent_words(first, currency)))
        if energy := token_energy_words(report.total):
            sums.append(self.tr("Energy for each token: {words}").format(words=energy))
        if domains := report.total.usage.domains:
            words = self.tr("Energy is what answers used beyond an idle computer. Measured: {domains}")
            sums.append(words.format(domains=domain_words(domains)))
        elif self._locked:
            sums.append(self.tr("This computer counts energy, but only administrators may read it."))
        show_text(self.sums, "\n".join(sums))
        self.chart.setAccessibleName(self.tr("Tokens by day"))
        self.chart.setAccessibleDescription(total)
        self._show_models(report)

    def _show_models(self, report: UsageReport) -> None:
        lines = [
            f"{shown_name(part.usage.model) or self.tr('Not recorded')}: {spent_words(part, self.settings.currency)}"
            for part in report.models[:MOST_MODELS]
        ]
        show_text(self.models, "\n".join(lines))
        elsewhere = [part.usage.model for part in report.models if part.usage.remote]
        self.prices.show_models(elsewhere, self.settings.token_prices)

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Usage"))
        set_texts(self.delete, self.tr("Delete"), self.tr("Delete the history of usage"))
        self._show()
        return (
            Field(
                "days",
                self.tr("Tokens by day"),
                self.tr("Kept only on this computer. Temporary chats are not counted."),
                self.body,
                below=True,
            ),
            Field("models", self.tr("Models in the last 30 days"), "", self.models, below=True),
            Field(
                "price_kwh",
                self.tr("Price of a kilowatt-hour"),
                self.tr("Used where the energy of answers can be measured."),
                Number(Bounds(0, 1e6, 0.01, 4), self.tr("Not set")),
            ),
            Field("currency", self.tr("Currency"), self.tr("Shown after costs, such as EUR."), self.currency),
            Field(
                "token_prices",
                self.tr("Prices of remote models"),
                self.tr("For each million tokens. Without a price, no cost is shown."),
                self.prices,
                below=True,
            ),
            Field(
                "delete",
                self.tr("History of usage"),
                self.tr("Deletes all days and months, and what each key of the server has used."),
                self.delete,
            ),
        )

    def retranslate(self) -> None:
        super().retranslate()
        rows = self.form.rows
        hidden = {name for name, is_there in self._parts().items() if not is_there}
        self.show_rows([row for name, row in rows.items() if name not in hidden])

    def _parts(self) -> dict[str, bool]:
        """Rows that are there only with something in them."""
        return {"models": bool(self.models.text()), "token_prices": bool(self.prices.rows)}


def _read(services: Services) -> tuple[Sequence[UsageDay], str, bool]:
    return services.usage.days(), services.usage.today, are_locked()
